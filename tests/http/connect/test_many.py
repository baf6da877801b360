"""Somebody with very many connections, or who names very many, costs the others of a server nothing."""

import re
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from hostex_mcp.http.connect.connections import MOST_LISTED
from hostex_mcp.http.connect.summaries import read_account
from hostex_mcp.http.store.records import Choices, Credential, Grant
from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.connecting import ADDRESS, Person, deployment
from tests.http.html_pages import Html, changed, forms
from tests.support.piece import longest_piece

pytestmark = pytest.mark.anyio

LONGEST_PIECE = 0.05


async def connected(person: Person, times: int) -> None:
    """That many active connections with one token, each a minute after the one before."""
    for number in range(times):
        person.clock.advance(minutes=1)
        grant = Grant(
            grant_id=secrets.token_hex(16),
            client_id="client-1",
            client_name=f"App {number}",
            returns_to="claude.ai",
            choices=Choices(frozenset({"hostex:read"})),
            resource=ADDRESS.resource,
            browser=person.browser.digest,
            kind="token",
            status="active",
            created_at=person.clock(),
        )
        await person.deps.store.grants.add(grant, Credential("token", SecretStr(TOKENS.WRITABLE)))


async def opened(person: Person) -> str:
    return (await person.get("/connect")).text


async def connections_of_token(person: Person) -> str:
    """The page of what a token is connected to, in another browser."""
    fields = [("csrf", Html(await opened(person)).value("csrf")), ("action", "find")]
    answer = await person.post("/connect", [*fields, ("token", TOKENS.WRITABLE)])
    return (await person.get(answer.headers["location"])).text


def app_names(source: str) -> list[str]:
    return re.findall(r"<h3><bdi>(App \d+)</bdi></h3>", source)


@pytest.mark.parametrize("read_page", [opened, connections_of_token])
async def test_of_very_many_connections_the_newest_are_listed_and_that_there_are_more_is_said(
    tmp_path: Path, read_page: Callable[[Person], Awaitable[str]]
) -> None:
    async with deployment(tmp_path) as person:
        await connected(person, 60)
        source = await read_page(person)
    assert app_names(source) == [f"App {number}" for number in range(59, 34, -1)]
    assert "These are the newest 25; there are more." in Html(source).text


async def test_as_many_as_are_listed_are_all_of_them(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await connected(person, 25)
        for source in (await opened(person), await connections_of_token(person)):
            assert len(app_names(source)) == MOST_LISTED == 25
            assert "there are more" not in source


async def test_when_the_listed_ones_are_disconnected_the_next_ones_are_listed(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await connected(person, 30)
        [all_of_them] = [form for form in forms(await opened(person)) if len(form) > MOST_LISTED]
        answer = await person.post("/connect", changed(all_of_them, action="disconnect"))
        source = (await person.get(answer.headers["location"])).text
    assert "25 apps are disconnected." in source
    assert app_names(source.partition("No longer connected")[0]) == [f"App {n}" for n in range(4, -1, -1)]
    assert len(app_names(source)) == 5 + 5


async def test_the_page_of_an_account_with_very_many_wordy_properties_does_not_hold_the_loop(
    tmp_path: Path,
) -> None:
    words = "\u202eA lovely [x] loft " * 30
    rows = [{"id": number, "title": words, "address": words} for number in range(1, 1_001)]

    def hostex(request: httpx2.Request) -> httpx2.Response:
        offset, limit = (int(request.url.params[name]) for name in ("offset", "limit"))
        data = {"properties": rows[offset : offset + limit], "total": len(rows)}
        return httpx2.Response(
            200, json={"request_id": "r", "error_code": 200, "error_msg": "", "data": data}
        )

    async with deployment(tmp_path, transport=httpx2.MockTransport(hostex)) as person:
        await read_account(person.deps, SecretStr(TOKENS.WRITABLE), 100)
        pieces: list[tuple[float, str]] = []
        # What the machine does besides makes a piece seem longer, never shorter.
        for _ in range(2):
            with longest_piece() as longest:
                account = await read_account(person.deps, SecretStr(TOKENS.WRITABLE))
            assert len(account.properties) == 1_000
            pieces.append((longest.seconds, longest.what))
    assert min(pieces) < (LONGEST_PIECE, "")


@pytest.mark.parametrize("read_page", [opened, connections_of_token])
async def test_a_page_of_many_connections_does_not_hold_the_loop_and_stays_short(
    tmp_path: Path, read_page: Callable[[Person], Awaitable[str]]
) -> None:
    async with deployment(tmp_path) as person:
        await connected(person, 300)
        await read_page(person)
        with longest_piece() as longest:
            source = await read_page(person)
    assert longest.seconds < LONGEST_PIECE, longest.what
    assert len(source) < 100_000


async def test_a_form_that_names_more_connections_than_are_listed_is_refused_unread(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await connected(person, 1)
        [grant] = await person.grants()
        csrf = Html(await opened(person)).value("csrf")
        named = [("grant", f"{number:032x}") for number in range(1_000)]
        fields = [("csrf", csrf), ("action", "disconnect"), ("grant", grant.grant_id), *named]
        with longest_piece() as longest:
            answer = await person.post("/connect", fields)
        assert (answer.status_code, Html(answer.text).headings) == (400, ["This form cannot be read"])
        assert [grant.status for grant in await person.grants()] == ["active"]
    assert longest.seconds < LONGEST_PIECE, longest.what
