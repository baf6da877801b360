"""The way through Hostex's own page and back."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.connecting import PARTNER, PORTAL, Person, deployment, query
from tests.http.html_pages import Html

pytestmark = pytest.mark.anyio

BACK = "https://mcp.example.com/connect/return"


async def leave(person: Person, **values: str | list[str]) -> str:
    """Consent and go to Hostex; the state that was taken along."""
    page = await person.consent()
    answer = await person.answer(page, decision="hostex", **values)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{PORTAL}?")
    return query(answer.headers["location"])["state"]


async def come_back(person: Person, **parameters: str) -> httpx2.Response:
    return await person.get(f"/connect/return?{urlencode(parameters)}")


def onward(answer: httpx2.Response) -> str:
    """Where the page that follows Hostex leads: Hostex's page may forbid that its form leads further."""
    return Html(answer.text).all("meta", **{"http-equiv": "refresh"})[0]["content"].removeprefix("1;url=")


def code(person: Person) -> str:
    """What the portal gives when the host allows it."""
    return person.sandbox.oauth.issue_code(person.clock())


async def test_allowed_at_hostex_the_client_is_connected(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        state = await leave(person, access="write", toolsets=["calendar"])
        answer = await come_back(person, state=state, code=code(person))
        assert not await person.grants()
        answer = await person.confirm(answer)
        assert query(answer.headers["location"])["code"].startswith("hmx_ac_")
        [grant] = await person.grants()
        assert (grant.kind, grant.choices.toolsets) == ("partner", ("calendar",))
        assert grant.choices.scopes == {"hostex:read", "hostex:write"}
        stored = await person.deps.store.grants.credential(grant.grant_id)
        assert stored is not None
        assert stored[0].refresh_token is not None


async def test_the_address_of_hostex_names_the_partner_and_where_to_return(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        answer = await person.answer(await person.consent(), decision="hostex")
        parameters = query(answer.headers["location"])
        assert parameters["client_id"] == "sandbox-partner"
        assert parameters["redirect_uri"] == BACK
        assert len(parameters["state"]) == 43


async def test_properties_can_be_chosen_after_hostex(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        state = await leave(person, pick="1")
        answer = await come_back(person, state=state, code=code(person))
        assert answer.headers["location"].startswith("/connect/account?")
        page = Html((await person.get(answer.headers["location"])).text)
        assert page.all("input", name="properties")


async def test_no_state_exists_before_consent(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        await person.consent()
        answer = await come_back(person, state=person.asked(), code=code(person))
        assert Html(answer.text).headings == ["This page is out of date"]


@pytest.mark.parametrize(
    "parameters", [{}, {"state": ""}, {"state": "x"}, {"code": "c"}, {"error": "access_denied"}]
)
async def test_a_return_without_a_state_of_ours_is_refused(
    tmp_path: Path, parameters: dict[str, str]
) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        answer = await come_back(person, **parameters)
        assert (answer.status_code, Html(answer.text).headings) == (400, ["This page is out of date"])


async def test_a_state_works_once(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        state = await leave(person)
        await person.confirm(await come_back(person, state=state, code=code(person)))
        again = await come_back(person, state=state, code=code(person))
        assert again.status_code == 400
        assert len(await person.grants()) == 1


async def test_a_state_works_in_its_own_browser_only(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        state = await leave(person)
        stolen = await come_back(person.elsewhere(), state=state, code=code(person))
        assert stolen.status_code == 400
        answer = await person.confirm(await come_back(person, state=state, code=code(person)))
        assert query(answer.headers["location"])["code"]


async def test_a_state_twice_in_one_address_is_refused(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        state = await leave(person)
        answer = await person.get(f"/connect/return?state={state}&state={state}&code=c")
        assert answer.status_code == 400


async def test_a_return_after_ten_minutes_is_refused(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        state = await leave(person)
        person.clock.advance(minutes=10)
        assert (await come_back(person, state=state, code=code(person))).status_code == 400


async def test_an_address_that_makes_up_codes_does_not_keep_hostex_from_answering_others(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        answers = [
            await come_back(person, state=await leave(person), code=f"made-up-{number}")
            for number in range(7)
        ]
        tried = [call for call in person.sandbox.log if call.path == "/oauth/authorizations"]
        assert [answer.status_code for answer in answers] == [502] * 5 + [429] * 2
        assert len(tried) == 5
        person.clock.advance(minutes=10)
        answer = await come_back(person, state=await leave(person), code=code(person))
        assert answer.status_code in (200, 303)


@pytest.mark.parametrize(
    ("parameters", "status", "heading"),
    [
        ({"error": "access_denied"}, 400, "You did not allow it at Hostex"),
        ({"error": "server_error"}, 502, "Hostex did not complete the connection"),
        ({}, 502, "Hostex did not complete the connection"),
        ({"code": "not-a-code"}, 502, "Hostex did not complete the connection"),
    ],
)
async def test_refused_at_hostex_the_question_is_asked_again(
    tmp_path: Path, parameters: dict[str, str], status: int, heading: str
) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        state = await leave(person, access="write")
        answer = await come_back(person, state=state, **parameters)
        assert answer.status_code == status
        page = Html(answer.text)
        assert heading in page.title
        assert ("access", "write") in page.fields
        assert not await person.grants()
        again = query((await person.answer(page, decision="hostex")).headers["location"])["state"]
        answer = await person.confirm(await come_back(person, state=again, code=code(person)))
        assert query(answer.headers["location"])["code"]


async def test_an_account_that_hostex_does_not_let_in_is_told_so_and_its_pair_given_back(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        state = await leave(person)
        person.sandbox.faults.add("envelope", operation="GET /properties", times=None, code=420)
        answer = await come_back(person, state=state, code=code(person))
        assert "Hostex does not let this account in at the moment" in Html(answer.text).title
        assert len([call for call in person.sandbox.log if call.path.endswith("/oauth/revoke")]) == 2
        assert not await person.grants()


async def test_cancelled_after_hostex_refused_the_client_is_told(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        answer = await come_back(person, state=await leave(person), error="access_denied")
        parameters = query((await person.answer(Html(answer.text), decision="cancel")).headers["location"])
        assert parameters["error"] == "access_denied"


async def test_cancelled_while_at_hostex_the_way_back_to_the_client_is_a_link(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        state = await leave(person)
        await person.answer(await person.consent(), decision="cancel")
        answer = await come_back(person, state=state, code=code(person))
        assert Html(answer.text).headings == ["Nothing was connected"]
        assert query(onward(answer))["error"] == "access_denied"
        assert not await person.grants()


async def test_a_pair_that_comes_too_late_is_given_back_to_hostex(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        state = await leave(person)
        page = await person.consent()
        await person.answer(page, token=TOKENS.WRITABLE)
        person.clock.advance(seconds=6)
        late = await come_back(person, state=state, code=code(person))
        assert Html(late.text).headings == ["This has already been answered"]
        revoked = [call for call in person.sandbox.log if call.path.endswith("/oauth/revoke")]
        assert len(revoked) == 2


async def test_pasting_a_token_stays_possible(tmp_path: Path) -> None:
    async with deployment(tmp_path, **PARTNER) as person:
        page = await person.consent()
        assert "Use an access token instead" in page.text
        for decision in ("connect", "hostex"):
            sealed = await person.consent(nonce=f"for-{decision}")
            answer = await person.answer(sealed, decision=decision, token=TOKENS.WRITABLE)
            assert query(answer.headers["location"])["code"]
        assert [grant.kind for grant in await person.grants()] == ["token", "token"]


@pytest.mark.parametrize("settings", [{"client_id": "x"}, {}])
async def test_without_partner_credentials_there_is_no_such_button(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    async with deployment(tmp_path, **settings) as person:
        assert "Continue with Hostex" not in (await person.consent()).text
