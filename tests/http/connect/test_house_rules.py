"""The owner of a connection writes the rules that its apps keep to."""

import sqlite3
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any, cast

import pytest
from mcp import Client, MCPError
from sqlalchemy.exc import OperationalError

from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.server.app import create_server
from tests.http.changing import connected
from tests.http.connecting import Person, deployment
from tests.http.html_pages import Html, changed
from tests.http.inviting import guest_of

pytestmark = pytest.mark.anyio

ADDRESS = "hostex://house-rules"
RULES = "# Guests\n\nWe say *du*, and never offer a discount. </textarea><script>"


async def page(person: Person, grant: Grant) -> Html:
    answer = await person.get(f"/connect/house-rules?grant={grant.grant_id}")
    assert answer.status_code == 200
    return Html(answer.text)


def shown(page: Html) -> str:
    """The text in the form."""
    text = page.source.partition("<textarea")[2].partition(">\n")[2].partition("</textarea>")[0]
    return unescape(text)


async def press(person: Person, grant: Grant, action: str, rules: str = "") -> tuple[int, Html]:
    fields = changed((await page(person, grant)).fields, action=action, rules=rules)
    answer = await person.post("/connect/house-rules", fields)
    return answer.status_code, Html(answer.text)


async def served(person: Person, grant: Grant, prompt: str = "morning_briefing") -> str | None:
    """The rules that an app of this connection reads; None if there are none."""
    engine = await person.tenants.engine(Caller(grant.grant_id, grant.choices.scopes, grant=grant), {})
    async with Client(create_server(lambda _: engine)) as client:
        listed = [resource.uri for resource in (await client.list_resources()).resources]
        messages = (await client.get_prompt(prompt)).messages
        if ADDRESS not in listed:
            assert len(messages) == 1
            with pytest.raises(MCPError, match="There is no resource at"):
                await client.read_resource(ADDRESS)
            return None
        [content] = cast("Any", await client.read_resource(ADDRESS)).contents
        assert cast("Any", messages[1].content).resource.text == content.text
        return content.text


async def test_rules_are_read_by_the_apps_of_the_owner_and_of_whom_they_invited(tmp_path: Path) -> None:
    async with deployment(tmp_path, toolsets=("all",)) as owner:
        grant = await connected(owner)
        _, guest = await guest_of(owner, grant)
        assert await served(owner, grant) is None
        status, saved = await press(owner, grant, "save", f"\r\n{RULES}\r\n".replace("\n\n", "\r\n\r\n"))
        assert (status, "Saved." in saved.text) == (200, True)
        assert [await served(owner, each) for each in (grant, guest)] == [RULES, RULES]
        assert shown(await page(owner, grant)) == RULES
        # Another connection of the same person has its own.
        owner.clock.advance(seconds=1)
        other = await connected(owner, nonce="nonce-2")
        assert other.grant_id != grant.grant_id
        assert await served(owner, other) is None
        with closing(sqlite3.connect(tmp_path / "pages.db")) as database:
            [(record,)] = database.execute("SELECT record FROM house_rules")
            assert "discount" not in record
            await press(owner, grant, "forget")
            assert await served(owner, grant) is None
            await press(owner, grant, "save", "Be kind.")
            assert await owner.deps.credentials.end(grant.grant_id, "disconnected")
            assert database.execute("SELECT count(*) FROM house_rules").fetchone() == (0,)


@pytest.mark.parametrize("letter", ["a", "🏠"])
async def test_rules_that_are_too_long_are_shown_again_and_not_kept(tmp_path: Path, letter: str) -> None:
    async with deployment(tmp_path) as owner:
        grant = await connected(owner)
        assert (await press(owner, grant, "save", letter * 20_000))[0] == 200
        status, answer = await press(owner, grant, "save", f"{letter * 20_000}!")
        assert (status, "20,001 characters, and at most 20,000" in answer.text) == (400, True)
        assert shown(answer) == f"{letter * 20_000}!"
        status, answer = await press(owner, grant, "save", " \r\n ")
        assert (status, "Write at least one rule" in answer.text) == (400, True)
        assert await owner.deps.store.house_rules.of_grant(grant.grant_id) == letter * 20_000


async def test_nobody_but_the_owner_in_their_browser_sees_or_writes_them(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        grant = await connected(owner)
        _, guest = await guest_of(owner, grant)
        fields = changed((await page(owner, grant)).fields, action="save", rules="Mallory's")
        answers = [
            await owner.elsewhere().post("/connect/house-rules", fields),
            await owner.elsewhere().get(f"/connect/house-rules?grant={grant.grant_id}"),
            await owner.get(f"/connect/house-rules?grant={guest.grant_id}"),
            await owner.post("/connect/house-rules", fields, {"origin": "https://evil.example"}),
            await owner.post("/connect/house-rules", changed(fields, csrf="x")),
            await owner.post("/connect/house-rules", changed(fields, action="both")),
        ]
        assert [answer.status_code >= 400 for answer in answers] == [True] * 6
        assert await owner.deps.store.house_rules.of_grant(grant.grant_id) is None


async def test_the_servers_file_holds_until_the_owner_writes_their_own_and_a_lost_store_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rules.md"
    file.write_text("The operator's.", encoding="utf-8")
    async with deployment(tmp_path, house_rules=file, toolsets=("all",)) as owner:
        grant = await connected(owner)
        assert "the rules of this server hold" in (await page(owner, grant)).text
        assert await served(owner, grant) == "The operator's."
        await press(owner, grant, "save", "Mine.")
        assert await served(owner, grant) == "Mine."

        async def away(_: str) -> None:
            raise OperationalError("SELECT", {}, Exception("no route"))

        monkeypatch.setattr(owner.deps.store.house_rules, "of_grant", away)
        assert "could not be read: the server's database does not answer" in (
            await served(owner, grant) or ""
        )
