"""Every page of an error says who runs the server, and that a demo is one, as the other pages do."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from hostex_mcp.http.config import Address
from hostex_mcp.http.hosting import hosted
from hostex_mcp.http.store.changes import ChangeTable
from hostex_mcp.http.store.clients import ClientTable
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.settings import Settings
from tests.http.html_pages import Html

pytestmark = pytest.mark.anyio

ORIGIN = "https://mcp.example.com"
FOOT = "Run by Harbour Rentals · Contact"
DEMO = "Demo. Everything here is invented, and nothing reaches Hostex or a guest."
FAILING = [
    ("GET", "/authorize"),
    ("GET", "/authorize?client_id=nobody"),
    ("GET", "/authorize?client_id=https%3A%2F%2F127.0.0.1%2Fclient"),
    ("GET", "/authorize?client_id=a&client_id=b"),
    ("GET", "/connect/consent"),
    ("GET", "/connect/account"),
    ("GET", "/connect/return"),
    ("POST", "/connect"),
    ("POST", "/connect/consent"),
    ("POST", "/connect/account"),
    ("GET", "/changes/unknown"),
    ("POST", "/changes"),
    ("POST", "/changes/unknown"),
]


@asynccontextmanager
async def site(folder: Path, *, sandbox: bool) -> AsyncGenerator[httpx2.AsyncClient]:
    settings = Settings(
        sandbox=sandbox,
        operator="Harbour Rentals",
        contact="anna@rentals.example",
        database_url=SecretStr(f"sqlite:///{folder}/pages.db"),
    )
    transport = httpx2.ASGITransport(app=Sandbox().app)
    upstream = Upstream("https://hostex.example/v3", 10.0, transport=transport)
    async with (
        hosted(settings, Address(ORIGIN), upstream) as app,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ORIGIN) as http,
    ):
        yield http


def told(answer: httpx2.Response) -> tuple[bool, bool, bool]:
    """Whether it is an error, who runs the server, and whether it is a demo."""
    text = Html(answer.text).text
    return answer.status_code >= 400, FOOT in text, DEMO in text


async def test_changes_are_looked_up_again_when_the_database_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: ChangeTable, change_id: str) -> None:
        raise OperationalError(change_id, {}, Exception("gone"))

    monkeypatch.setattr(ChangeTable, "find", away)
    async with site(tmp_path, sandbox=False) as http:
        answer = await http.get("/changes/unknown")
    assert (answer.status_code, told(answer)) == (503, (True, True, False))
    assert "This server cannot reach its database right now" in answer.text


@pytest.mark.parametrize(("method", "path"), FAILING)
@pytest.mark.parametrize("sandbox", [True, False])
async def test_a_page_of_an_error_says_who_runs_the_server_and_whether_it_is_a_demo(
    method: str, path: str, sandbox: bool, tmp_path: Path
) -> None:
    async with site(tmp_path, sandbox=sandbox) as http:
        assert told(await http.request(method, path)) == (True, True, sandbox)


async def test_the_page_of_an_outage_says_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_: ClientTable, client_id: str) -> None:
        raise OperationalError(client_id, {}, Exception("gone"))

    monkeypatch.setattr(ClientTable, "get", away)
    async with site(tmp_path, sandbox=True) as http:
        answer = await http.get("/authorize?client_id=nobody")
    assert (answer.status_code, told(answer)) == (503, (True, True, True))
