"""Two replicas on PostgreSQL behind one address are replaced one after the other while clients work."""

from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import anyio
import httpx2
import pytest
from anyio import to_thread
from mcp import Client

from hostex_mcp.sandbox import Sandbox, running
from tests.processes.staying_up.deployed import THREAD, answer, by_then, confirmed, probe, sent
from tests.processes.staying_up.switch import Switch, switched
from tests.support.databases import PostgresServer
from tests.support.driving import Person
from tests.support.processes import Running
from tests.support.python_client import Keeping, connected
from tests.support.replicas import Fleet

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(240)]

CLIENTS = 2
PAUSE = 0.1
TASK = {"type": "other", "expected_date": "2027-06-01", "property_id": 20110001}


class Replicas:
    """Two replicas behind a switch. New connections go to those that are ready and not about to stop."""

    def __init__(self, fleet: Fleet, front: Switch) -> None:
        self.front = front
        self._fleet = fleet
        self._stacks: list[tuple[Running, ExitStack]] = []
        for _ in range(2):
            self.add()

    def add(self) -> None:
        """One more replica, which gets connections once it is ready."""
        stack = ExitStack()
        _, server = stack.enter_context(self._fleet.one_more(HOSTEX_MCP_PUBLIC_URL=self.front.origin))
        by_then(lambda: probe(server.origin) == 200)
        self._stacks.append((server, stack))
        self._direct()

    def remove(self) -> int | None:
        """Take the oldest replica away as an orchestrator does: no new connections, then SIGTERM."""
        server, stack = self._stacks.pop(0)
        self._direct()
        stack.close()
        return server.process.returncode

    def close(self) -> None:
        while self._stacks:
            self.remove()

    def _direct(self) -> None:
        if self._stacks:
            self.front.to = [httpx2.URL(server.origin).port or 0 for server, _ in self._stacks]


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
def replicas(postgres_server: PostgresServer, sandbox: Sandbox) -> Generator[Replicas]:
    with running(sandbox) as url, switched() as front:
        both = Replicas(Fleet(postgres_server.new_database(), sandbox, url), front)
        yield both
        both.close()


class Work:
    """What clients do until it is over, and what came of it."""

    def __init__(self) -> None:
        self.over = False
        self.done: list[str] = []
        self.counts: Counter[str] = Counter()

    async def client(self, resource: str) -> None:
        """Read, write and refresh."""
        kept = Keeping(person=Person())
        async with connected(resource, kept) as client:
            while not self.over:
                await self._read(client)
                await self._write(client)
                kept.let_expire()
                await anyio.sleep(PAUSE)
            self.counts["consents"] += kept.asked

    async def _read(self, client: Client) -> None:
        got = await answer(client, "list_properties")
        assert got.get("total") == 12, got
        self.counts["reads"] += 1

    async def _write(self, client: Client) -> None:
        note = uuid4().hex
        given: dict[str, Any] = {**TASK, "note": note}
        got = await answer(client, "create_task", **given)
        assert got.get("status") == "done", got
        self.done.append(note)


async def test_replicas_are_replaced_and_no_client_loses_a_call_a_write_or_its_connection(
    replicas: Replicas, sandbox: Sandbox
) -> None:
    resource, work, ends = f"{replicas.front.origin}/mcp", Work(), list[int | None]()
    kept = Keeping(person=Person())
    async with connected(resource, kept) as client, anyio.create_task_group() as clients:
        begun = await confirmed(client, "send_message", conversation_id=THREAD, message="All settled?")
        for _ in range(CLIENTS):
            clients.start_soon(work.client, resource)
        for _ in range(2):
            await to_thread.run_sync(replicas.add)
            ends.append(await to_thread.run_sync(replicas.remove))
        kept.let_expire()
        assert (await answer(client, "send_message", **begun))["status"] == "done"
        work.over = True
    assert ends == [0, 0]
    assert kept.asked == 1
    assert work.counts["consents"] == CLIENTS
    notes = Counter(task["note"] for task in sandbox.accounts.main.tasks.values())
    assert [notes[note] for note in work.done] == [1] * len(work.done)
    assert len(work.done) > CLIENTS
    assert sent(sandbox, "All settled?") == 1
