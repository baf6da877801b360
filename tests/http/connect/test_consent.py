"""The consent page: what it says, and what becomes of each answer."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import anyio
import httpx2
import pytest

from hostex_mcp.http.connect import granting
from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.connecting import HERE, RETURN, deployment, query
from tests.http.html_pages import Html, changed, forms

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("token", [TOKENS.WRITABLE, TOKENS.SECOND, TOKENS.EMPTY])
@pytest.mark.parametrize(
    ("access", "scopes"), [("read", {"hostex:read"}), ("write", {"hostex:read", "hostex:write"})]
)
async def test_a_working_token_connects_and_returns_to_the_client_with_a_code(
    tmp_path: Path, token: str, access: str, scopes: set[str]
) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.connect(token, access=access)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{RETURN}?")
        parameters = query(answer.headers["location"])
        assert (parameters["state"], parameters["iss"]) == ("client-state", "https://mcp.example.com")
        assert parameters["code"].startswith("hmx_ac_")
        [grant] = await person.grants()
        assert (grant.status, grant.kind, grant.choices.scopes) == ("active", "token", scopes)
        assert (grant.client_name, grant.returns_to) == ("Claude", "claude.ai")
        stored = await person.deps.store.grants.credential(grant.grant_id)
        assert stored is not None
        assert stored[0].access_token.get_secret_value() == token


async def test_a_token_that_can_only_read_connects_for_reading(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.connect(TOKENS.READ_ONLY, access="read")
        assert "code" in query(answer.headers["location"])


@pytest.mark.parametrize(
    ("token", "access", "heading"),
    [
        (TOKENS.READ_ONLY, "write", "This token can only read"),
        (TOKENS.DEAD, "read", "Hostex does not know this token"),
        (TOKENS.DEAD, "write", "Hostex does not know this token"),
        (TOKENS.LAPSED, "read", "Your Hostex subscription has ended"),
        (TOKENS.LAPSED, "write", "Your Hostex subscription has ended"),
        (TOKENS.BASIC, "read", "Hostex does not let this account in at the moment"),
        ("sandbox-no-such-token", "read", "Hostex does not know this token"),
        ("", "read", "Paste your Hostex access token"),
        ("my token", "read", "This does not look like a Hostex access token"),
        ("https://hostex.io", "read", "This does not look like a Hostex access token"),
        ("host@example.com", "read", "This does not look like a Hostex access token"),
        ("t" * 5000, "read", "This does not look like a Hostex access token"),
        ("hmx_at_" + "x" * 43, "read", "This token is from this site, not from Hostex"),
    ],
)
async def test_a_token_that_does_not_work_gets_the_page_again_with_the_reason(
    tmp_path: Path, token: str, access: str, heading: str
) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.connect(token, access=access)
        assert answer.status_code == 400
        page = Html(answer.text)
        assert page.title == f"Problem: {heading} \u2013 Connect Claude to Hostex"
        assert heading in page.text
        assert "value" not in page.all("input", name="token")[0]
        if token:
            assert token not in answer.text
        assert not await person.grants()


async def test_with_a_token_that_can_only_read_one_can_go_on_reading_without_pasting_it_again(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.connect(
            TOKENS.READ_ONLY, access="write", toolsets=["calendar"], privacy="strict", pick="1"
        )
        assert (answer.status_code, TOKENS.READ_ONLY in answer.text) == (400, False)
        page = Html(answer.text)
        assert "Or continue with this token: the app can then read, but not change anything." in page.text
        onward, other = forms(answer.text)
        assert ("access", "write") in other
        answer = await person.confirm(
            await person.post("/connect/consent", changed(onward, decision="read_only")), properties=[]
        )
        properties = Html(answer.text)
        ticked = properties.value("properties")
        fields = changed(properties.fields, decision="connect", properties=ticked)
        assert "code" in query((await person.post("/connect/account", fields)).headers["location"])
        [grant] = await person.grants()
        assert grant.choices.scopes == {"hostex:read"}
        assert (grant.choices.toolsets, grant.choices.privacy) == (("calendar",), "strict")
        assert grant.choices.property_ids == (int(ticked),)
        stored = await person.deps.store.grants.credential(grant.grant_id)
        assert stored is not None
        assert stored[0].access_token.get_secret_value() == TOKENS.READ_ONLY


async def test_a_kept_token_is_of_one_browser_and_one_question(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        onward, _ = forms((await person.connect(TOKENS.READ_ONLY, access="write")).text)
        sealed = dict(onward)["sealed_token"]
        other = await person.consent(nonce="second")
        for text in (sealed, "", "x"):
            answer = await person.submit(other, decision="read_only", sealed_token=text)
            assert (answer.status_code, "Paste your Hostex access token" in answer.text) == (400, True)
        elsewhere = person.elsewhere()
        page = await elsewhere.consent()
        assert (await elsewhere.submit(page, decision="read_only", sealed_token=sealed)).status_code == 400
        assert not await person.grants()


async def test_where_only_changes_are_asked_for_reading_is_not_offered_instead(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent(scopes=("hostex:write",))
        answer = await person.answer(page, token=TOKENS.READ_ONLY)
        assert "This token can only read" in Html(answer.text).title
        assert len(forms(answer.text)) == 1


async def test_the_page_names_who_runs_the_server_and_that_hostex_does_not(tmp_path: Path) -> None:
    async with deployment(
        tmp_path,
        operator="Harbour <b>Rentals</b>",
        contact="help@example.com",
        privacy_url="https://example.com/privacy",
    ) as person:
        page = await person.consent()
        assert (
            "Connector run by Harbour <b>Rentals</b> help@example.com How they handle your data" in page.text
        )
        assert "It is not made, run or checked by Hostex." in page.text
        assert page.all("a", href="mailto:help@example.com")
        assert page.all("a", href="https://example.com/privacy")
        connections = Html((await person.get("/connect")).text)
        assert "Run by Harbour <b>Rentals</b> · Contact · Privacy" in connections.text


async def test_who_connects_is_told_that_the_server_remembers_where_it_does(tmp_path: Path) -> None:
    async with deployment(tmp_path, memory="on") as person:
        assert "It remembers Stays, calendars and guest messages" in (await person.consent()).text
    async with deployment(tmp_path) as person:
        assert "It remembers" not in (await person.consent()).text


async def test_an_operator_who_gave_no_name_is_said_to_have_given_none(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        assert (
            "Connector run by an operator who gave no name (mcp.example.com)" in (await person.consent()).text
        )


async def test_a_demo_says_so_and_offers_its_accounts_to_choose_from(tmp_path: Path) -> None:
    async with deployment(tmp_path, sandbox=True, demo_tokens=tuple(TOKENS.items())) as person:
        page = await person.consent()
        assert page.text.startswith("Demo. Everything here is invented")
        assert [field["value"] for field in page.all("input", name="token")] == list(TOKENS)
        assert not page.all("input", type="password")
        assert "code" in query((await person.answer(page)).headers["location"])
        connections = Html((await person.get("/connect")).text)
        assert connections.text.startswith("Demo.")
        assert len(connections.all("input", name="token")) == len(TOKENS)


async def test_no_other_server_says_that_it_is_a_demo(tmp_path: Path) -> None:
    async with deployment(tmp_path, demo_tokens=tuple(TOKENS.items())) as person:
        page = await person.consent()
        assert "Demo" not in page.text
        assert [field["type"] for field in page.all("input", name="token")] == ["password"]


async def test_other_choices_are_kept_when_the_page_is_shown_again(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.connect("", access="write", toolsets=["calendar"], privacy="strict", pick="1")
        fields = Html(answer.text).fields
        assert ("access", "write") in fields
        assert [value for name, value in fields if name == "toolsets"] == ["calendar"]
        assert ("privacy", "strict") in fields
        assert ("pick", "1") in fields
        assert "<details open>" in answer.text


async def test_an_error_is_tied_to_the_field_it_is_about(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = Html((await person.connect(TOKENS.DEAD)).text)
        field = page.all("input", id="token")[0]
        assert field["aria-invalid"] == "true"
        assert field["aria-describedby"].split()[0] == "token-problem"
        assert page.all("p", id="token-problem")
        assert page.all("a", href="#token")
        assert page.all("div", role="alert")


async def test_hostex_out_of_reach_is_said_and_nothing_is_stored(tmp_path: Path) -> None:
    def broken(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("no route")

    async with deployment(tmp_path, transport=httpx2.MockTransport(broken)) as person:
        answer = await person.connect(TOKENS.WRITABLE)
        assert answer.status_code == 503
        assert "Hostex cannot be reached right now" in Html(answer.text).headings[0] + answer.text
        assert not await person.grants()


async def test_cancel_returns_with_access_denied_and_needs_no_token(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.answer(await person.consent(), decision="cancel")
        parameters = query(answer.headers["location"])
        assert (parameters["error"], parameters["state"]) == ("access_denied", "client-state")
        assert parameters["iss"] == "https://mcp.example.com"
        assert not await person.grants()


async def test_every_topic_ticked_means_everything_and_fewer_are_a_bound(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        page = await person.consent(nonce="second")
        await person.answer(page, token=TOKENS.WRITABLE, toolsets=["finance", "calendar"], privacy="strict")
        choices = {grant.choices.toolsets: grant.choices for grant in await person.grants()}
        assert set(choices) == {("core",), ("calendar", "finance")}
        assert choices["core",].privacy == "standard"
        assert choices["calendar", "finance"].privacy == "strict"


async def test_no_topic_at_all_is_asked_about(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.connect(TOKENS.WRITABLE, toolsets=[])
        assert (answer.status_code, "Tick at least one topic" in answer.text) == (400, True)


async def test_a_client_that_asks_to_read_is_offered_no_more(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent(scopes=("hostex:read",))
        assert not page.all("input", name="access", value="write")
        forged = await person.answer(page, token=TOKENS.WRITABLE, access="write")
        assert forged.status_code == 400
        assert not await person.grants()


async def test_a_server_that_only_reads_offers_no_changes(tmp_path: Path) -> None:
    async with deployment(tmp_path, read_only=True) as person:
        page = await person.consent()
        assert not page.all("input", name="access", value="write")


async def test_a_client_that_asks_for_changes_alone_is_offered_just_that(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent(scopes=("hostex:write",))
        assert [field["value"] for field in page.all("input", name="access")] == ["write"]
        assert "code" in query((await person.answer(page, token=TOKENS.WRITABLE)).headers["location"])
        [grant] = await person.grants()
        assert grant.choices.scopes == {"hostex:write"}


async def test_where_nothing_could_be_allowed_nothing_is_asked(tmp_path: Path) -> None:
    async with deployment(tmp_path, read_only=True) as person:
        sealed = person.asked(scopes=("hostex:write",))
        answer = await person.get(f"/connect/consent?{urlencode({'request': sealed})}")
        assert Html(answer.text).headings == ["This server is read-only"]


async def test_the_operators_bounds_hold_for_topics_and_privacy(tmp_path: Path) -> None:
    async with deployment(tmp_path, toolsets=("calendar", "finance"), privacy="strict") as person:
        page = await person.consent()
        assert [field["value"] for field in page.all("input", name="toolsets")] == ["calendar", "finance"]
        assert page.value("privacy") == "strict"
        for beyond in ({"toolsets": ["calendar", "messaging"]}, {"privacy": "standard"}):
            assert (await person.answer(page, token=TOKENS.WRITABLE, **beyond)).status_code == 400
        await person.answer(page, token=TOKENS.WRITABLE)
        [grant] = await person.grants()
        assert grant.choices.toolsets == ("all",)


async def test_where_the_operator_lets_changes_pass_unasked_the_page_says_so(tmp_path: Path) -> None:
    async with deployment(tmp_path, confirm="off") as person:
        assert "changes are made without asking you again" in (await person.consent()).text
    async with deployment(tmp_path) as person:
        assert "shown first and need your approval" in (await person.consent()).text


async def test_every_page_is_a_new_question_whatever_was_allowed_before(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.WRITABLE)
        page = await person.consent(nonce="second")
        assert page.headings == ["Connect Claude to your Hostex account?"]


async def test_a_second_click_gets_the_answer_of_the_first(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        first = await person.submit(page, token=TOKENS.WRITABLE)
        person.clock.advance(seconds=2)
        second = await person.submit(page, token=TOKENS.WRITABLE)
        assert second.headers["location"] == first.headers["location"]
        await person.confirm(second)
        assert len(await person.grants()) == 1


async def test_two_clicks_at_once_get_one_answer(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page, answers = await person.consent(), list[str]()

        async def click() -> None:
            answers.append((await person.submit(page, token=TOKENS.WRITABLE)).headers["location"])

        async with anyio.create_task_group() as clicks:
            clicks.start_soon(click)
            clicks.start_soon(click)
        assert answers[0] == answers[1]
        account = Html((await person.get(answers[0])).text)
        await person.post("/connect/account", changed(account.fields, decision="connect"))
        assert len(await person.grants()) == 1


async def test_an_answer_that_never_came_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(granting, "WAIT_SECONDS", 0)
    async with deployment(tmp_path) as person:
        page = await person.consent()
        await person.deps.store.spent.claim("consent", "nonce-1", person.clock() + timedelta(minutes=10))
        answer = await person.answer(page, token=TOKENS.WRITABLE)
        assert Html(answer.text).headings == ["This has already been answered"]


async def test_cancel_right_after_connect_takes_it_back(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        await person.answer(page, token=TOKENS.WRITABLE)
        answer = await person.answer(page, decision="cancel")
        assert query(answer.headers["location"])["error"] == "access_denied"
        [grant] = await person.grants()
        assert grant.status == "ended"


async def test_connect_right_after_cancel_stays_cancelled(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        await person.answer(page, decision="cancel")
        answer = await person.answer(page, token=TOKENS.WRITABLE)
        assert query(answer.headers["location"])["error"] == "access_denied"
        assert not await person.grants()


@pytest.mark.parametrize("decision", ["connect", "cancel"])
async def test_a_question_that_was_answered_is_not_answered_again(tmp_path: Path, decision: str) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        await person.answer(page, token=TOKENS.WRITABLE)
        person.clock.advance(seconds=6)
        again = await person.answer(page, token=TOKENS.WRITABLE, decision=decision)
        assert again.status_code == 400
        assert Html(again.text).headings == ["This has already been answered"]
        assert len(await person.grants()) == 1


async def test_wrong_tries_are_limited(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        answers = [await person.answer(page, token=f"wrong-token-{n}") for n in range(11)]
        assert [answer.status_code for answer in answers] == [400] * 10 + [429]
        assert (await person.answer(page, token=TOKENS.WRITABLE)).status_code == 429
        assert not await person.grants()


async def test_a_page_older_than_ten_minutes_is_refused(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        person.clock.advance(minutes=10)
        answer = await person.answer(page, token=TOKENS.WRITABLE)
        assert (answer.status_code, Html(answer.text).headings) == (400, ["This page is out of date"])


@pytest.mark.parametrize("request_text", ["", "x", "AAAA" * 50, "\u0661"])
async def test_what_was_not_sealed_here_is_refused(tmp_path: Path, request_text: str) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.get(f"/connect/consent?{urlencode({'request': request_text})}")
        assert (answer.status_code, Html(answer.text).headings) == (400, ["This page is out of date"])


async def test_another_browser_cannot_use_the_page(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        other, sealed = person.elsewhere(), person.asked()
        assert (await other.get(f"/connect/consent?{urlencode({'request': sealed})}")).status_code == 400
        page = await person.consent(sealed)
        assert (await other.answer(page, token=TOKENS.WRITABLE)).status_code == 400
        assert not await person.grants()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "https://mcp.example.com.evil.example"},
        {"origin": "http://mcp.example.com"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://mcp.example.com", "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "same-origin"},
    ],
)
async def test_a_form_from_elsewhere_is_refused(tmp_path: Path, headers: dict[str, str]) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        fields = changed(page.fields, decision="connect", token=TOKENS.WRITABLE)
        answer = await person.post("/connect/consent", fields, headers)
        assert answer.status_code == 403
        assert not await person.grants()


async def test_a_form_without_its_own_pages_token_is_refused(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        foreign = (await person.consent(nonce="another")).value("csrf")
        for csrf in ("", "0" * 64, foreign, "\u00e9"):
            answer = await person.answer(page, token=TOKENS.WRITABLE, csrf=csrf)
            assert answer.status_code == 403
        assert not await person.grants()


@pytest.mark.parametrize("name", ["csrf", "request", "decision", "access", "token", "privacy", "pick"])
async def test_a_field_that_comes_twice_is_refused(tmp_path: Path, name: str) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        fields = changed(page.fields, decision="connect", token=TOKENS.WRITABLE, pick="1")
        twice = [*fields, next(field for field in fields if field[0] == name)]
        assert (await person.post("/connect/consent", twice)).status_code == 400
        assert not await person.grants()


async def test_a_form_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        for content in (b"\xff\xfe", b"a=1&" * 2000):
            answer = await person.http.post("/connect/consent", content=content, headers=HERE)
            assert answer.status_code == 400


async def test_an_unknown_button_is_refused(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        for decision in ("", "approve", "hostex"):
            answer = await person.answer(await person.consent(), decision=decision)
            assert answer.status_code == 400


async def test_an_app_that_opens_links_of_its_own_gets_a_page_with_a_link(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent(redirect_uri="cursor://anysphere.cursor/mcp/oauth", client_name="Cursor")
        assert "an app that opens cursor: links" in page.text
        answer = await person.answer(page, token=TOKENS.WRITABLE)
        assert answer.status_code == 200
        away = Html(answer.text)
        assert (away.title, away.headings) == ("Cursor is connected", ["Cursor is connected"])
        [link] = [anchor["href"] for anchor in away.all("a") if anchor["href"].startswith("cursor:")]
        assert query(link)["code"].startswith("hmx_ac_")
        assert away.all("meta", content=f"1;url={link}")


async def test_such_an_app_is_told_of_a_cancel_in_the_same_way(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent(redirect_uri="cursor://anysphere.cursor/mcp/oauth", client_name="Cursor")
        away = Html((await person.answer(page, decision="cancel")).text)
        assert away.headings == ["Nothing was connected"]
