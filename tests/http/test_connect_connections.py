"""What is connected, and how it is ended."""

from pathlib import Path

import httpx2
import pytest

from hostex_mcp.http.oauth.browser import Browser
from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.connecting import HERE, PARTNER, Person, deployment, query
from tests.http.html_pages import Html, changed

pytestmark = pytest.mark.anyio


async def connections(person: Person) -> Html:
    answer = await person.get("/connect")
    assert answer.status_code == 200
    return Html(answer.text)


async def press(person: Person, page: Html, **values: str) -> httpx2.Response:
    fields = changed([("csrf", page.value("csrf"))], **values)
    return await person.post("/connect", fields)


async def test_what_was_connected_in_this_browser_is_listed_with_its_bounds(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE, access="write")
        second = await person.consent(nonce="second", client_name="Cursor", redirect_uri="cursor://x/y")
        await person.answer(second, token=TOKENS.SECOND, toolsets=["calendar", "finance"])
        page = await connections(person)
        assert page.headings == ["Your connections"]
        assert "Claude Where claude.ai Access read and change Topics all Properties all" in page.text
        assert "Cursor Where an app that opens cursor: links Access read only" in page.text
        assert "Topics Calendars and prices, Income and payments" in page.text
        assert "Connected today Last used not yet" in page.text
        assert {one["aria-label"] for one in page.all("button", value="disconnect")} == {
            "Disconnect Claude",
            "Disconnect Cursor",
        }


async def test_a_connection_of_another_day_shows_its_date(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        person.clock.advance(days=3)
        assert "Connected 25 November 2026" in (await connections(person)).text


async def test_disconnect_ends_the_grant_and_says_so(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        page = await connections(person)
        answer = await press(person, page, action="disconnect", grant=page.value("grant"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/connect?done=1")
        [grant] = await person.grants()
        assert grant.status == "ended"
        assert await person.parts.store.grants.credential(grant.grant_id) is None
        after = Html((await person.get("/connect?done=1")).text)
        assert "It is disconnected." in after.text
        assert "No longer connected Claude You disconnected it on the connections page." in after.text
        assert not after.all("button", value="disconnect")


async def test_disconnect_revokes_a_partners_pair_at_hostex(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        left = await person.answer(await person.consent(), decision="hostex")
        state, code = (
            query(left.headers["location"])["state"],
            person.sandbox.oauth.issue_code(person.clock()),
        )
        await person.get(f"/connect/return?state={state}&code={code}")
        page = await connections(person)
        await press(person, page, action="disconnect", grant=page.value("grant"))
        assert len([one for one in person.sandbox.log if one.path.endswith("/oauth/revoke")]) == 2


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
        found = await press(other, await connections(other), action="find", token=TOKENS.WRITABLE)
        page = Html(found.text)
        assert page.headings == ["What this token is connected to"]
        assert "Claude Where claude.ai" in page.text
        assert TOKENS.WRITABLE not in found.text
        ended = await other.post("/connect", changed(page.fields, action="disconnect"))
        assert ended.status_code == 303
        assert (await person.grants())[0].status == "ended"


async def test_a_proof_is_of_one_browser_and_of_its_own_grants(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        await person.answer(await person.consent(nonce="second"), token=TOKENS.SECOND)
        other, third = person.elsewhere(), person.elsewhere()
        third.browser = Browser("t" * 43, new=False)
        page = Html((await press(other, await connections(other), action="find", token=TOKENS.SECOND)).text)
        proof = page.value("proof")
        [foreign] = [one.grant_id for one in await person.grants() if one.grant_id != page.value("grant")]
        beyond = await press(other, page, action="disconnect", grant=foreign, proof=proof)
        stolen = await press(
            third, await connections(third), action="disconnect", grant=page.value("grant"), proof=proof
        )
        assert (beyond.status_code, stolen.status_code) == (400, 400)
        assert {one.status for one in await person.grants()} == {"active"}


async def test_a_token_that_nothing_uses_finds_nothing(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await press(person, await connections(person), action="find", token=TOKENS.SECOND)
        assert "Nothing is connected with the token that you pasted." in Html(answer.text).text
        assert not [one for one in person.sandbox.log if one.method == "GET"]


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
        assert [one.status_code for one in answers] == [200] * 10 + [429]
        person.clock.advance(minutes=20)
        later = await press(person, page, action="find", token="some-token")
        assert later.status_code == 200


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
        listed = await connections(person)
        assert not listed.all("script")
        assert "\u202e" not in listed.source
        assert listed.all("button", value="disconnect")[0]["aria-label"].startswith('Disconnect "><script>')
