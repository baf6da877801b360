"""Calls that read and are given up, by their client or because they take too long: their requests stop."""

import asyncio
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, MCPError

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE
from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select

pytestmark = pytest.mark.anyio


class Silence(httpx2.AsyncBaseTransport):
    """A Hostex that never answers, and knows who has waited in vain."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.given_up = asyncio.Event()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.given_up.set()
        raise AssertionError


def engine_over(silence: Silence) -> Engine:
    client = HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=silence)
    selection = select(["core"])
    return Engine(selection, Context(client, selection.reachable))


async def test_a_read_that_takes_too_long_says_so_and_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hostex_mcp.toolkit.patience.READ_SECONDS", 0.01)
    silence = Silence()
    result: Any = await engine_over(silence).call("list_properties", {})
    error = result.structured_content["error"]
    assert (error["kind"], error["retryable"]) == ("timeout", True)
    await silence.given_up.wait()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_read_that_the_client_cancels_stops_at_hostex(mode: Any) -> None:
    silence = Silence()
    engine = engine_over(silence)
    async with Client(create_server(lambda _: engine), mode=mode) as client:
        async with anyio.create_task_group() as calls:
            calls.start_soon(client.call_tool, "list_properties")
            await silence.asked.wait()
            calls.cancel_scope.cancel()
        await silence.given_up.wait()


@pytest.mark.parametrize("uri", ["hostex://month-end/2026-10.csv", "hostex://properties/20110001"])
async def test_a_resource_that_takes_too_long_says_so_and_stops(
    monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    monkeypatch.setattr("hostex_mcp.toolkit.patience.READ_SECONDS", 0.01)
    silence = Silence()
    async with Client(create_server(lambda _: engine_over(silence))) as client:
        with pytest.raises(MCPError, match="took longer than 0 s") as caught:
            await client.read_resource(uri)
    assert caught.value.data["kind"] == "timeout"
    await silence.given_up.wait()
