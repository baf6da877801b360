"""An app that brings a Hostex token of its own, without a connection: its person shows that token."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from mcp.types import CallToolResult
from pydantic import SecretStr

from hostex_mcp.http.oauth.browser import Browser
from hostex_mcp.http.transport.caller import Caller, account_of_token
from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.changing import after, find_form, opened, prices, send, sent
from tests.http.connecting import Person, deployment
from tests.http.html_pages import Html, changed

pytestmark = pytest.mark.anyio


async def asked(person: Person, token: str) -> str:
    """The id of a price change that an app with this token asked for."""
    caller = Caller(account_of_token(person.deps.keys, token), token=SecretStr(token))
    engine = await person.tenants.engine(caller, {})
    result = cast("CallToolResult", await engine.call("update_listing_prices", prices()))
    told = cast("dict[str, Any]", result.structured_content)
    assert told["status"] == "waiting_for_person"
    assert "show the Hostex token there" in told["next_step"]
    return str(told["change_id"])


async def shown(person: Person, token: str) -> Html:
    """What this browser sees once it showed a token."""
    form = changed(find_form((await person.get("/changes")).text), decision="find", token=token)
    return await after(person, await person.post("/changes", form))


async def test_whoever_shows_the_token_decides_for_ten_minutes(tmp_path: Path) -> None:
    async with deployment(tmp_path, allow_token_header=True) as person:
        change_id = await asked(person, TOKENS.WRITABLE)
        await opened(person, change_id, 404)
        page = await shown(person, TOKENS.WRITABLE)
        assert page.headings == ["A change waits for you"]
        [link] = [link["href"] for link in page.all("a") if change_id in link["href"]]
        alone = Html((await person.get(link)).text)
        assert TOKENS.WRITABLE not in link + page.source + alone.source
        other = person.elsewhere()
        other.browser = Browser("t" * 43, new=False)
        assert (await other.get(link)).status_code == 404
        done = await after(person, await send(person, change_id, alone, "approve"))
        assert "It is done." in done.text
        assert sent(person) == ["POST /listings/prices"]
        person.clock.advance(minutes=10)
        assert (await person.get(link)).status_code == 404


async def test_another_token_shows_nothing_of_it(tmp_path: Path) -> None:
    async with deployment(tmp_path, allow_token_header=True) as person:
        await asked(person, TOKENS.WRITABLE)
        assert (await shown(person, TOKENS.SECOND)).headings == ["Nothing waits for you"]


async def test_where_tokens_of_apps_are_not_served_none_is_kept(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        assert (await shown(person, TOKENS.WRITABLE)).headings == ["Nothing waits for you"]
        with closing(sqlite3.connect(tmp_path / "pages.db")) as file:
            kinds = file.execute("SELECT count(*) FROM spent WHERE kind = 'changes'").fetchall()
        assert kinds == [(0,)]


async def test_a_token_that_was_shown_is_stored_encrypted_and_forgotten(tmp_path: Path) -> None:
    async with deployment(tmp_path, allow_token_header=True) as person:
        await shown(person, TOKENS.WRITABLE)
        with closing(sqlite3.connect(tmp_path / "pages.db")) as file:
            assert file.execute("SELECT count(*) FROM spent WHERE kind = 'changes'").fetchall() == [(1,)]
            assert TOKENS.WRITABLE not in "\n".join(file.iterdump())
        person.clock.advance(minutes=10)
        await person.deps.store.clean()
        with closing(sqlite3.connect(tmp_path / "pages.db")) as file:
            assert file.execute("SELECT count(*) FROM spent WHERE kind = 'changes'").fetchall() == [(0,)]
