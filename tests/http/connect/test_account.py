"""The page that shows which account was linked, before anybody is let in."""

from pathlib import Path

import pytest

from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.connecting import Person, deployment, query
from tests.http.html_pages import Html, changed

pytestmark = pytest.mark.anyio


async def linked(person: Person, token: str = TOKENS.WRITABLE, **values: str) -> tuple[str, Html]:
    """The page that follows the consent page, with its address."""
    answer = await person.submit(await person.consent(), token=token, **values)
    address = answer.headers["location"]
    assert address.startswith("/connect/account?request=")
    return address, Html((await person.get(address)).text)


async def press(person: Person, page: Html, decision: str = "connect") -> str:
    answer = await person.post("/connect/account", changed(page.fields, decision=decision))
    return answer.headers["location"]


async def test_the_first_titles_and_the_number_of_properties_are_shown_before_anybody_is_let_in(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as person:
        titles = [str(row["title"]) for row in person.sandbox.accounts.main.properties.values()]
        _, page = await linked(person, access="write")
        assert page.headings == ["Is this the right account?"]
        assert f"Hostex account with {len(titles)} properties" in page.text
        assert sum(title in page.text for title in titles) == min(5, len(titles))
        assert "App Claude" in page.text
        assert "Access Read and change" in page.text
        assert "Takes you back to claude.ai" in page.text
        assert not await person.grants()
        assert query(await press(person, page))["code"].startswith("hmx_ac_")
        [grant] = await person.grants()
        assert (grant.status, grant.choices.property_ids) == ("active", ())


async def test_a_smaller_account_shows_its_own_properties_only(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        _, page = await linked(person, TOKENS.SECOND)
        own = [str(row["title"]) for row in person.sandbox.accounts.second.properties.values()]
        others = [str(row["title"]) for row in person.sandbox.accounts.main.properties.values()]
        assert all(title in page.text for title in own)
        assert not any(title in page.text for title in others)


async def test_the_wrong_account_is_refused_with_cancel_and_nothing_is_kept(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        _, page = await linked(person)
        assert query(await press(person, page, "cancel"))["error"] == "access_denied"
        [grant] = await person.grants()
        assert grant.status == "ended"
        assert await person.deps.store.grants.credential(grant.grant_id) is None


async def test_an_account_that_cannot_be_shown_lets_nobody_in_until_it_can(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.submit(await person.consent(), token=TOKENS.WRITABLE)
        person.sandbox.faults.add("http", operation="GET /properties", times=None, status=503)
        again = await person.get(answer.headers["location"])
        page = Html(again.text)
        assert (again.status_code, page.headings) == (503, ["Your account could not be shown"])
        assert [button["value"] for button in page.all("button", name="decision")] == ["again", "cancel"]
        person.sandbox.faults.clear()
        assert not await person.grants()
        again = await person.post("/connect/account", changed(page.fields, decision="again"))
        assert Html(again.text).headings == ["Is this the right account?"]


async def test_a_title_is_text_and_nothing_else(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        row = next(iter(person.sandbox.accounts.main.properties.values()))
        row["title"] = "<script>alert(1)</script>\u202e Loft"
        address, page = await linked(person)
        assert "<script>alert(1)</script> Loft" in page.text
        assert not page.all("script")
        assert "\u202e" not in (await person.get(address)).text


async def test_another_browser_cannot_answer_it(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        address, page = await linked(person)
        other = person.elsewhere()
        assert (await other.get(address)).status_code == 400
        answer = await other.post("/connect/account", changed(page.fields, decision="connect"))
        forged = await person.post(
            "/connect/account", changed(page.fields, decision="connect", csrf="0" * 64)
        )
        assert (answer.status_code, forged.status_code) == (400, 403)
        assert not await person.grants()
