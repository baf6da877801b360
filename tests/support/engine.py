"""The engine over the sandbox, in process: every tool reachable, nothing asks for confirmation, and only
documented requests get through."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import httpx2
import pytest
from mcp.types import CallToolResult

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.contract.requests import DocumentedTransport
from tests.support.clock import NOW, Clock

Call = Callable[..., Awaitable[dict[str, Any]]]

# What the demo account has still to send depends on the hour.
_MORNING = NOW.replace(hour=6)


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(now=Clock(_MORNING))


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[HostexClient]:
    transport = DocumentedTransport(httpx2.ASGITransport(app=sandbox.app))
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        yield client


@pytest.fixture
def engine(client: HostexClient) -> Engine:
    selection = select(["all"])
    return Engine(selection, Context(client, selection.reachable, now=Clock()), "off")


@pytest.fixture
def call(engine: Engine) -> Call:
    """Call a tool and give its structured result, which is an `error` when it failed."""

    async def ask(tool: str, **arguments: Any) -> dict[str, Any]:
        result = await engine.call(tool, arguments)
        assert isinstance(result, CallToolResult)
        return cast("dict[str, Any]", result.structured_content)

    return ask
