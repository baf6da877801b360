"""Real processes over one PostgreSQL: called by the simulated Hostex, switched by the command, killed."""

import signal
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress

import httpx2
import psycopg
import pytest
from click.testing import CliRunner

from hostex_mcp.cli import main
from hostex_mcp.sandbox import WRITABLE, Sandbox
from tests.support.databases import PostgresServer
from tests.support.replicas import PUBLIC, ByHand, Fleet, fleet_of_two

A, B = 0, 1
Call = tuple[str, Mapping[str, str], bytes]


@pytest.fixture(scope="module")
def calls() -> list[Call]:
    """The calls that Hostex made, which reach nobody by themselves."""
    return []


@pytest.fixture(scope="module")
def fleet(postgres_server: PostgresServer, calls: list[Call]) -> Generator[Fleet]:
    async def keep(url: str, headers: Mapping[str, str], body: bytes) -> int:
        calls.append((url, headers, body))
        return 200

    with fleet_of_two(postgres_server.new_database(), Sandbox(calls=keep)) as fleet:
        yield fleet


def webhooks(fleet: Fleet, *options: str) -> str:
    """What the command prints, which has to end well."""
    environ = {
        "HOSTEX_ACCESS_TOKEN": WRITABLE,
        "HOSTEX_API_BASE_URL": fleet.hostex,
        "HOSTEX_MCP_DATABASE_URL": fleet.database.get_secret_value(),
        "HOSTEX_MCP_SECRET_KEYS": fleet.key,
    }
    ended = CliRunner().invoke(main, ["webhooks", "--server", PUBLIC, *options], env=environ)
    assert ended.exit_code == 0, ended.output
    return ended.output


def deliver(fleet: Fleet, call: Call, to: int, **headers: str) -> int:
    """Have a call arrive at one of the processes."""
    url, sent, body = call
    path = url.removeprefix(PUBLIC)
    return fleet.post(path, to, content=body, headers={**sent, **headers}).status_code


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def waits(fleet: Fleet) -> bool:
    """Whether a process waits for a lock of the database."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with psycopg.connect(fleet.database.get_secret_value()) as connection:
        row = connection.execute(query).fetchone()
    return bool(row and row[0])


def test_a_replica_that_is_killed_before_it_answers_loses_no_event_and_keeps_none_twice(
    fleet: Fleet, calls: list[Call]
) -> None:
    client = ByHand(fleet)
    access = client.connect(fleet.person(token=WRITABLE), (A, A, A))["access_token"]
    assert "has registered the webhook" in webhooks(fleet, "--on", "--yes")
    assert "registered in Hostex, last call not yet" in webhooks(fleet)
    account = fleet.sandbox.accounts.main
    stay = next(stay for stay in account.stays.values() if stay["status"] == "accepted")
    edit = f"{fleet.hostex}/reservations/{stay['stay_code']}"
    headers = {"Hostex-Access-Token": WRITABLE}
    httpx2.patch(edit, json={"remarks": "Two cots"}, headers=headers).raise_for_status()
    until(lambda: calls)
    (call,) = calls
    with psycopg.connect(fleet.database.get_secret_value()) as somebody:
        somebody.execute("LOCK TABLE hook_events IN EXCLUSIVE MODE")
        asking = threading.Thread(target=lost, args=(fleet, call, B))
        asking.start()
        until(lambda: waits(fleet))
        fleet.replicas[B].process.send_signal(signal.SIGKILL)
        fleet.replicas[B].process.wait(timeout=20)
        asking.join(timeout=20)
    assert [deliver(fleet, call, A) for _ in range(2)] == [200, 200]
    assert deliver(fleet, call, A, **{"Hostex-Webhook-Secret-Token": "another"}) == 404
    rows = client.call(access, "get_activity", A, kinds=["change"])["items"]
    assert [(row["what"], row["stay_code"]) for row in rows] == [("change", stay["stay_code"])]
    assert "no longer calls" in webhooks(fleet, "--off")
    assert not [row for row in account.webhooks.values() if row["url"].startswith(PUBLIC)]
    assert deliver(fleet, call, A) == 404
    assert "off" in webhooks(fleet)


def lost(fleet: Fleet, call: Call, number: int) -> None:
    """Call a process that is killed meanwhile."""
    with suppress(httpx2.TransportError):
        deliver(fleet, call, number)
