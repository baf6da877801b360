"""A month's accounts with very many groups and currencies leave the event loop to others."""

import ssl
from itertools import islice, product
from string import ascii_uppercase
from typing import Any, cast

import httpx2
import pytest
from mcp.types import CallToolResult, ReadResourceRequestParams

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.sandbox.throttle import Throttles
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.resources import read_resource
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.piece import longest_piece

pytestmark = pytest.mark.anyio

LONGEST = 0.05
GROUPS, CURRENCIES, ENTRIES = 2_000, 200, 1_500


class Remembering(httpx2.AsyncBaseTransport):
    """Gives what the sandbox answered, without its work once it was asked."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = httpx2.ASGITransport(app=sandbox.app)
        self._known: dict[str, bytes] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        address = str(request.url)
        if address not in self._known:
            self._known[address] = await (await self._sandbox.handle_async_request(request)).aread()
        return httpx2.Response(200, content=self._known[address])


def crowd(account: SandboxAccount) -> None:
    """Very many groups of all properties, and entries of last month in very many currencies."""
    group, entry = next(iter(account.groups.values())), next(iter(account.transactions.values()))
    for number in range(GROUPS):
        ids = {"id": 700_000 + number, "property_ids": list(account.properties)}
        account.groups[700_000 + number] = {**group, **ids}
    codes = ["".join(letters) for letters in islice(product(ascii_uppercase, repeat=3), CURRENCIES)]
    for number in range(ENTRIES):
        values = {"id": 800_000 + number, "currency": codes[number % CURRENCIES]}
        account.transactions[800_000 + number] = {**entry, **values, "action_at": "2026-10-20 10:00:00"}


def patient(*_: object) -> None:
    """Let every request through."""


@pytest.mark.timeout(60)
async def test_very_many_groups_and_currencies_of_a_month_do_not_hold_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Throttles, "request", patient)
    sandbox, selection = Sandbox(now=Clock()), select(["all"])
    crowd(sandbox.accounts.main)
    certificates, transport = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), Remembering(sandbox)
    async with HostexClient(
        WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport, verify=certificates
    ) as client:
        engine = Engine(selection, Context(client, selection.reachable, now=Clock()), "token")
        await _accounts(engine)
        # What the machine does besides makes a piece seem longer, never shorter.
        pieces = [await _accounts(engine) for _ in range(2)]
    assert min(pieces) < (LONGEST, "")


async def _accounts(engine: Engine) -> tuple[float, str]:
    table = ReadResourceRequestParams(uri="hostex://month-end/2026-10.csv")
    with longest_piece() as longest:
        result = await engine.call("get_month_end", {})
        await read_resource(engine, table)
    assert isinstance(result, CallToolResult)
    told = cast("dict[str, Any]", result.structured_content)
    assert len(told["groups"]) > 10
    return longest.seconds, longest.what
