"""Writes over rows that are not wholly readable: what is unsure is said to the person, and not undone."""

import json
from typing import Any

import httpx2
import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.every_write import STAY
from tests.support.previewing import demo_sandbox

pytestmark = pytest.mark.anyio

Row = dict[str, Any]


class Spoilt(httpx2.AsyncBaseTransport):
    """Puts one value into a field of every stay that is read."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, **fields: object) -> None:
        self._inner, self._fields = inner, fields

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        body: Row = json.loads(await response.aread())
        data: Row = body.get("data") or {}
        stays: list[Row] = data.get("reservations", [])
        for row in stays:
            row |= self._fields
        return httpx2.Response(response.status_code, content=json.dumps(body).encode())


async def asked(tool: str, arguments: Row, **fields: object) -> Row:
    sandbox = demo_sandbox()
    transport = Spoilt(httpx2.ASGITransport(app=sandbox.app), **fields)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        selection = select(["all"])
        engine = Engine(selection, Context(client, selection.reachable, now=Clock()), "token")
        result: Any = await engine.call(tool, arguments)
        return result.structured_content


async def test_a_preview_warns_of_what_could_not_be_read() -> None:
    answer = await asked("update_reservation_basic", {"stay_code": STAY, "remarks": "Late"}, remarks={"a": 1})
    assert answer["status"] == "confirmation_required", answer
    warnings = " ".join(answer["preview"]["warnings"])
    assert "what Hostex sent as remarks could not be read" in warnings
    assert "there is no undo" in warnings


async def test_a_preview_of_a_readable_stay_warns_of_nothing() -> None:
    answer = await asked("update_reservation_basic", {"stay_code": STAY, "remarks": "Late"}, remarks="Early")
    assert "could not be read" not in json.dumps(answer)


async def test_what_is_not_found_may_be_what_could_not_be_read() -> None:
    answer = await asked("get_stay", {"stay_code": STAY}, check_in_date="soon")
    assert answer["error"]["kind"] == "not_found"
    assert "of the reservations could not be read and" in answer["error"]["message"]
