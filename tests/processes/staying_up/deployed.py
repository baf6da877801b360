"""One deployed server with its Hostex, and hosts' clients at work on it."""

import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

import httpx2
import pytest
from anyio import to_thread
from mcp import Client
from pydantic import SecretStr

from hostex_mcp.sandbox import Sandbox, running
from hostex_mcp.sandbox.faults import KINDS, Fault, FaultKind
from hostex_mcp.sandbox.wire import Wire
from tests.support.python_client import Keeping, connected
from tests.support.replicas import RESOURCE, Fleet, SteeredClient

THREAD = "0-2200000016-thr016"
SENDING = "POST /conversations/{conversation_id}"
READING = "GET /properties"
LONG = 30.0


@pytest.fixture
def hostex(sqlite_url: SecretStr) -> Generator[Fleet]:
    """A Hostex, and a database for the servers that a test starts."""
    sandbox = Sandbox()
    with running(sandbox) as url:
        yield Fleet(sqlite_url, sandbox, url)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Generator[Event]:
    """Requests with a `hold` fault are carried out and answered once this is set, at last at the end."""
    go = Event()

    async def hold(_: Fault, wire: Wire) -> None:
        await to_thread.run_sync(go.wait)
        await wire.send(wire.answer())

    monkeypatch.setitem(KINDS, "hold", FaultKind(hold))
    yield go
    go.set()


@asynccontextmanager
async def client_of(fleet: Fleet, kept: Keeping | None = None) -> AsyncGenerator[Client]:
    """The SDK's client of a host who connects by hand."""
    kept = kept or Keeping(person=fleet.person())
    async with connected(RESOURCE, kept, "auto", SteeredClient(fleet)) as client:
        yield client


async def answer(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured half of a call's answer."""
    result = await client.call_tool(tool, arguments)
    return result.structured_content or {}


async def confirmed(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The arguments of a write with the confirmation of its preview."""
    asked = await answer(client, tool, **arguments)
    assert asked["status"] == "confirmation_required", asked
    return {**arguments, "confirmation_token": asked["confirmation_token"]}


def sent(sandbox: Sandbox, text: str) -> int:
    """How often a message stands in its thread."""
    messages = sandbox.accounts.main.conversations[THREAD]["messages"]
    return sum(message.get("content") == text for message in messages)


async def until(condition: Callable[[], object], seconds: float = LONG) -> None:
    """As `by_then`, while the event loop goes on."""
    await to_thread.run_sync(by_then, condition, seconds)


def probe(origin: str, path: str = "/readyz") -> int | None:
    """The status that a fresh connection gets, None when there is none."""
    try:
        return httpx2.get(f"{origin}{path}", timeout=LONG).status_code
    except httpx2.TransportError:
        return None


def by_then(condition: Callable[[], object], seconds: float = LONG) -> None:
    """Return once the condition holds; fail when it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
