"""The page at `/`: what it promises is what the server does."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
import pytest
from starlette.applications import Starlette

from hostex_mcp.http.config import Address
from hostex_mcp.http.connect.landing import landing_route
from hostex_mcp.http.notice import notice_of
from hostex_mcp.settings import Settings

pytestmark = pytest.mark.anyio

ORIGIN = "https://mcp.example.com"


@asynccontextmanager
async def landing(*, accounts: bool = True, previews: bool = True) -> AsyncGenerator[httpx2.Response]:
    address, notice = Address(ORIGIN), notice_of(Settings(), Address(ORIGIN))
    app = Starlette(routes=[landing_route(address, notice, accounts=accounts, previews=previews)])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ORIGIN) as http:
        yield await http.get("/")


async def test_it_shows_the_address_to_add() -> None:
    async with landing() as page:
        assert f"<code>{ORIGIN}/mcp</code>" in page.text


async def test_it_loads_nothing_from_elsewhere_and_runs_nothing() -> None:
    async with landing() as page:
        assert "<script" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("previews", [True, False])
async def test_it_promises_a_look_at_changes_only_where_there_is_one(previews: bool) -> None:
    async with landing(previews=previews) as page:
        assert ("are shown first and need your approval" in page.text) is previews


@pytest.mark.parametrize("accounts", [True, False])
async def test_it_speaks_of_connections_only_where_there_are_any(accounts: bool) -> None:
    async with landing(accounts=accounts) as page:
        assert ('href="/connect"' in page.text) is accounts
