"""What is connected, and how it is ended."""

from pathlib import Path

import httpx2
import pytest

from hostex_mcp.http.oauth.browser import Browser
from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.connecting import HERE, PARTNER, Person, deployment, query
from tests.http.html_pages import Html, changed, forms

pytestmark = pytest.mark.anyio


async def connections(person: Person) -> Html:
    answer = await person.get("/connect")
    assert answer.status_code == 200
    return Html(answer.text)


async def press(person: Person, page: Html, **values: str) -> httpx2.Response:
    fields = changed([("csrf", page.value("csrf"))], **values)
    return await person.post("/connect", fields)


async def find(person: Person, token: str) -> httpx2.Response:
    """The page that a token finds."""
    answer = await press(person, await connections(person), action="find", token=token)
    assert answer.status_code == 303
    return await person.get(answer.headers["location"])


async def disconnect(person: Person, page: Html, grant: str) -> Html:
    """The page after a row of this page was disconnected."""
    answer = await press(person, page, action="disconnect", grant=grant, proof=page.value("proof"))
    assert answer.status_code == 303
    return Html((await person.get(answer.headers["location"])).text)


async def test_what_was_connected_in_this_browser_is_listed_with_its_bounds(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE, access="write")
        second = await person.consent(nonce="second", client_name="Cursor", redirect_uri="cursor://x/y")
        await person.answer(second, token=TOKENS.SECOND, toolsets=["calendar", "finance"])
        page = await connections(person)
        assert page.headings == ["Your connections"]
        assert (
            "Claude read and change Harbour Loft, Harbour Studio and 10 more Returns to claude.ai "
            "Connected today at 12:00 UTC Last used not yet Topics all Properties all, including new ones"
        ) in page.text
        assert (
            "Cursor read only Blue Door Montmartre, Blue Door Annecy and 1 more "
            "Returns to an app that opens cursor: links"
        ) in page.text
        assert "Topics Calendars and prices, Income and payments" in page.text
        labels = [
            button["aria-label"]
            for button in page.all("button", value="disconnect")
            if "aria-label" in button
        ]
        assert sorted(labels) == [
            f"Disconnect {app}, connected today at 12:00 UTC" for app in ("Claude", "Cursor")
        ]


async def test_a_connection_of_another_day_shows_its_date(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        person.clock.advance(days=3)
        assert "Connected 24 November 2026 at 12:00 UTC" in (await connections(person)).text


async def test_disconnect_ends_the_grant_and_says_so(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        page = await connections(person)
        answer = await press(person, page, action="disconnect", grant=page.value("grant"))
        assert answer.status_code == 303
        [grant] = await person.grants()
        assert grant.status == "ended"
        assert await person.deps.store.grants.credential(grant.grant_id) is None
        after = Html((await person.get(answer.headers["location"])).text)
        assert (
            "Claude is disconnected. If you no longer need the access token, delete it in Hostex"
            in after.text
        )
        assert "No longer connected Claude You disconnected it on the connections page." in after.text
        assert not after.all("button", value="disconnect")


async def test_disconnect_revokes_a_partners_pair_at_hostex(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        departure = await person.answer(await person.consent(), decision="hostex")
        state, code = (
            query(departure.headers["location"])["state"],
            person.sandbox.oauth.issue_code(person.clock()),
        )
        await person.confirm(await person.get(f"/connect/return?state={state}&code={code}"))
        page = await connections(person)
        answer = await press(person, page, action="disconnect", grant=page.value("grant"))
        after = Html((await person.get(answer.headers["location"])).text)
        assert "Claude is disconnected." in after.text
        assert "delete it in Hostex as well" not in after.text
        assert len([call for call in person.sandbox.log if call.path.endswith("/oauth/revoke")]) == 2


async def test_another_browser_sees_nothing_and_ends_nothing(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        grant_id = (await connections(person)).value("grant")
        other = person.elsewhere()
        page = await connections(other)
        assert "No app has access that was given from this browser." in page.text
        assert "https://mcp.example.com/mcp" in page.text
        answer = await press(other, page, action="disconnect", grant=grant_id)
        unknown = await press(other, page, action="disconnect", grant="0" * 32)
        assert (answer.status_code, unknown.status_code) == (400, 400)
        assert Html(answer.text).text == Html(unknown.text).text
        assert (await person.grants())[0].status == "active"


async def test_whoever_has_the_token_finds_what_uses_it_and_may_end_it(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        other = person.elsewhere()
        listing = await find(other, TOKENS.WRITABLE)
        page = Html(listing.text)
        assert page.headings == ["What this token is connected to"]
        assert "Claude read only Harbour Loft, Harbour Studio and 10 more Returns to claude.ai" in page.text
        assert TOKENS.WRITABLE not in listing.text
        answer = await other.post("/connect", changed(page.fields, action="disconnect"))
        assert answer.status_code == 303
        assert (await person.grants())[0].status == "ended"


async def test_a_proof_is_of_one_browser_and_of_its_own_grants(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        await person.answer(await person.consent(nonce="second"), token=TOKENS.SECOND)
        other, third = person.elsewhere(), person.elsewhere()
        third.browser = Browser("t" * 43, new=False)
        page = Html((await find(other, TOKENS.SECOND)).text)
        proof = page.value("proof")
        [foreign] = [
            grant.grant_id for grant in await person.grants() if grant.grant_id != page.value("grant")
        ]
        beyond = await press(other, page, action="disconnect", grant=foreign, proof=proof)
        stolen = await press(
            third, await connections(third), action="disconnect", grant=page.value("grant"), proof=proof
        )
        assert (beyond.status_code, stolen.status_code) == (400, 400)
        assert {grant.status for grant in await person.grants()} == {"active"}


async def test_a_token_that_nothing_uses_finds_nothing(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await find(person, TOKENS.SECOND)
        assert "Nothing is connected with the token that you pasted." in Html(answer.text).text
        assert not [call for call in person.sandbox.log if call.method == "GET"]


async def test_looking_for_nothing_or_for_something_else_is_explained(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await connections(person)
        empty = await press(person, page, action="find", token=" ")
        assert "Paste the token to look for" in Html(empty.text).title
        wrong = await press(person, page, action="find", token="my token")
        assert "This does not look like a Hostex access token" in Html(wrong.text).title


async def test_looking_for_tokens_is_limited(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await connections(person)
        answers = [await press(person, page, action="find", token=f"some-token-{n}") for n in range(11)]
        assert [answer.status_code for answer in answers] == [303] * 10 + [429]
        person.clock.advance(minutes=20)
        later = await press(person, page, action="find", token="some-token")
        assert later.status_code == 303


async def test_a_new_browser_gets_its_cookie_and_nothing_else(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.http.get("/connect")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-hostex=")
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert "set-cookie" not in (await person.get("/connect")).headers


@pytest.mark.parametrize("values", [{"csrf": "0" * 64}, {"csrf": ""}])
async def test_a_form_without_the_pages_token_is_refused(tmp_path: Path, values: dict[str, str]) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        page = await connections(person)
        answer = await press(person, page, action="disconnect", grant=page.value("grant"), **values)
        assert answer.status_code == 403
        assert (await person.grants())[0].status == "active"


async def test_a_form_of_another_site_or_an_unknown_button_is_refused(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await connections(person)
        fields = [("csrf", page.value("csrf")), ("action", "find"), ("token", TOKENS.SECOND)]
        elsewhere = HERE | {"origin": "https://evil.example"}
        assert (await person.post("/connect", fields, elsewhere)).status_code == 403
        assert (await press(person, page, action="everything")).status_code == 400


async def test_a_hostile_name_adds_no_markup_to_the_list(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent(client_name='"><script>alert(1)</script>\u202e')
        await person.answer(page, token=TOKENS.WRITABLE)
        listing = await connections(person)
        assert not listing.all("script")
        assert "\u202e" not in listing.source
        assert listing.all("button", value="disconnect")[0]["aria-label"].startswith('Disconnect "><script>')


async def test_after_one_of_several_found_by_a_token_the_others_are_still_shown(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        for number, name in enumerate(("Claude", "Cursor", "Codex")):
            page = await person.consent(nonce=f"n{number}", client_name=name)
            await person.answer(page, token=TOKENS.WRITABLE)
        other = person.elsewhere()
        page = Html((await find(other, TOKENS.WRITABLE)).text)
        ids = {grant.client_name: grant.grant_id for grant in await person.grants()}
        page = await disconnect(other, page, ids["Cursor"])
        assert page.headings == ["What this token is connected to"]
        assert "Cursor is disconnected." in page.text
        assert "This still uses the token." in page.text
        assert "No app has access" not in page.text
        assert "Claude read only" in page.text
        assert "Codex read only" in page.text
        await disconnect(other, page, ids["Claude"])
        page = await disconnect(other, page, ids["Codex"])
        assert "Nothing else is connected with this token." in page.text
        assert {grant.status for grant in await person.grants()} == {"ended"}


async def test_all_that_are_shown_are_disconnected_together_and_none_that_came_later(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        alone = await connections(person)
        assert "Disconnect all" not in alone.text
        await person.answer(await person.consent(nonce="second"), token=TOKENS.SECOND)
        source = (await person.get("/connect")).text
        assert "All 2 lose access at once." in Html(source).text
        await person.answer(await person.consent(nonce="third"), token=TOKENS.EMPTY)
        [both] = [form for form in forms(source) if sum(name == "grant" for name, _ in form) == 2]
        answer = await person.post("/connect", changed(both, action="disconnect"))
        after = Html((await person.get(answer.headers["location"])).text)
        assert "2 apps are disconnected." in after.text
        assert sorted(grant.status for grant in await person.grants()) == ["active", "ended", "ended"]


async def test_among_all_another_browsers_are_passed_over(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        other = person.elsewhere()
        await other.answer(await other.consent(nonce="second"), token=TOKENS.SECOND)
        [mine], [theirs] = await other.grants(), await person.grants()
        fields = [("csrf", (await connections(other)).value("csrf")), ("action", "disconnect")]
        grants = [("grant", mine.grant_id), ("grant", theirs.grant_id)]
        answer = await other.post("/connect", [*fields, *grants])
        assert "Claude is disconnected." in (await other.get(answer.headers["location"])).text
        assert [grant.status for grant in await person.grants()] == ["active"]


async def test_what_a_token_found_is_shown_for_ten_minutes_and_in_that_browser_only(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        other, third = person.elsewhere(), person.elsewhere()
        third.browser = Browser("t" * 43, new=False)
        answer = await press(other, await connections(other), action="find", token=TOKENS.WRITABLE)
        address = answer.headers["location"]
        assert "Claude read only" in Html((await other.get(address)).text).text
        assert "Claude read only" not in Html((await third.get(address)).text).text
        page = Html((await other.get(address)).text)
        person.clock.advance(minutes=10)
        assert "Claude read only" not in Html((await other.get(address)).text).text
        late = await other.post("/connect", changed(page.fields, action="disconnect"))
        assert late.status_code == 400
        assert [grant.status for grant in await person.grants()] == ["active"]


async def test_an_account_that_cannot_be_read_leaves_its_row(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        person.sandbox.faults.add("http", operation="GET /properties", times=None, status=503)
        page = await connections(person)
        assert "Claude read only Its account cannot be read right now Returns to claude.ai" in page.text


async def test_of_several_connections_to_one_account_hostex_is_asked_once(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        for number in range(3):
            await person.answer(await person.consent(nonce=f"n{number}"), token=TOKENS.WRITABLE)
        before = len(person.sandbox.log)
        assert (await connections(person)).text.count("Harbour Loft, Harbour Studio and 10 more") == 3
        assert [call.path for call in person.sandbox.log[before:]] == ["/properties"]
