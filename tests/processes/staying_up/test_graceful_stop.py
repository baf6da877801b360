"""A server that is told to stop while clients are at work."""

import json
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

import anyio
import pytest
from anyio import to_thread
from mcp import Client

from tests.processes.staying_up.deployed import (
    READING,
    SENDING,
    THREAD,
    answer,
    client_of,
    confirmed,
    probe,
    sent,
    until,
)
from tests.processes.stdio.test_crash import CODE, OPERATION, call, started, wait_for_deletion
from tests.support.python_client import Keeping
from tests.support.replicas import Fleet

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(120)]


def under_way(fleet: Fleet, *operations: str) -> bool:
    return all(fleet.calls(operation) for operation in operations)


@asynccontextmanager
async def two_clients(fleet: Fleet) -> AsyncGenerator[tuple[Client, Client]]:
    """Each makes one call at a time, as the SDK's client with OAuth does."""
    kept = Keeping(person=fleet.person())
    async with client_of(fleet, kept) as one, client_of(fleet, kept) as other:
        yield one, other


async def test_calls_under_way_get_their_answers_and_the_server_ends_well(hostex: Fleet, held: Event) -> None:
    got: dict[str, Any] = {}

    async def call(client: Client, tool: str, **arguments: Any) -> None:
        got[tool] = await answer(client, tool, **arguments)

    with hostex.one_more(workers=2) as (_, server):
        async with two_clients(hostex) as (reader, writer):
            write = await confirmed(writer, "send_message", conversation_id=THREAD, message="Good night")
            await answer(reader, "list_properties")
            hostex.sandbox.log.clear()
            hostex.sandbox.faults.add("hold", READING)
            hostex.sandbox.faults.add("hold", SENDING)
            async with anyio.create_task_group() as calls:
                calls.start_soon(lambda: call(reader, "list_properties"))
                calls.start_soon(lambda: call(writer, "send_message", **write))
                await until(lambda: under_way(hostex, READING, SENDING))
                server.process.send_signal(signal.SIGTERM)
                await until(lambda: probe(server.origin) is None)
                assert got == {}
                held.set()
        assert await to_thread.run_sync(lambda: server.process.wait(20)) == 0
    assert got["list_properties"]["total"] == 12
    assert got["send_message"]["status"] == "done"
    assert sent(hostex.sandbox, "Good night") == 1


def test_a_client_over_stdio_that_leaves_while_its_write_is_under_way_leaves_it_done_and_recorded(
    hostex: Fleet, held: Event, tmp_path: Path
) -> None:
    trail = tmp_path / "audit.jsonl"
    with started(hostex.hostex, HOSTEX_MCP_AUDIT_LOG=str(trail)) as session:
        offer = session.ask("tools/call", call())["structuredContent"]
        hostex.sandbox.faults.add("hold", OPERATION)
        session.post("tools/call", call(confirmation_token=offer["confirmation_token"]))
        wait_for_deletion(hostex.sandbox)
        assert session.process.stdin
        session.process.stdin.close()
        held.set()
        assert session.process.wait(20) == 0
    outcomes = [json.loads(line)["outcome"] for line in trail.read_text(encoding="utf-8").splitlines()]
    assert outcomes == ["confirmation_required", "done"]
    assert hostex.sandbox.accounts.main.stays[CODE]["status"] == "cancelled"
