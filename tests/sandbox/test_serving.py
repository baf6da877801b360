"""The sandbox on a real port."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime

import httpx2
import pytest

from hostex_mcp.sandbox import WRITABLE, Sandbox, running
from hostex_mcp.sandbox.state import Accounts, SandboxAccount
from tests.support.world import make_api

HEADERS = {"Hostex-Access-Token": WRITABLE}


@pytest.fixture(scope="module")
def sandbox(runner: asyncio.Runner) -> Sandbox:
    return make_api(runner).sandbox


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with running(sandbox) as base_url, httpx2.Client(base_url=base_url, headers=HEADERS, timeout=5) as client:
        yield client


def test_the_api_answers_on_a_free_port(client: httpx2.Client) -> None:
    assert str(client.base_url).startswith("http://127.0.0.1:")
    assert client.get("/properties").json()["data"]["total"] == 5


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_dropped_connection_is_dropped_for_real(client: httpx2.Client, sandbox: Sandbox, kind: str) -> None:
    before = len(sandbox.accounts.main.groups)
    sandbox.faults.add(kind, operation="POST /groups")
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        client.post("/groups", json={"name": kind})
    assert len(sandbox.accounts.main.groups) - before == (kind == "drop_after")
    assert client.get("/groups").status_code == 200


def test_a_cut_answer_ends_in_the_middle(client: httpx2.Client, sandbox: Sandbox) -> None:
    sandbox.faults.add("cut")
    with pytest.raises(httpx2.RemoteProtocolError):
        client.get("/properties")


def test_a_stalled_answer_runs_into_the_clients_timeout(client: httpx2.Client, sandbox: Sandbox) -> None:
    sandbox.faults.add("stall", seconds=0.5)
    with pytest.raises(httpx2.ReadTimeout):
        client.get("/properties", timeout=0.1)


def test_an_idle_server_stops_at_once(sandbox: Sandbox) -> None:
    with running(sandbox) as base_url:
        httpx2.get(f"{base_url}/properties")
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{base_url}/properties")


def bare() -> Accounts:
    return Accounts(*(SandboxAccount(name, "UTC", "EUR") for name in ("a", "b", "c")))


def test_a_day_without_a_clock_starts_at_noon() -> None:
    now = Sandbox(today=date(2030, 1, 2), accounts=bare()).clock()
    assert now.date() == date(2030, 1, 2)
    assert now.hour == 12


def test_without_day_and_clock_the_time_is_real() -> None:
    now = Sandbox(accounts=bare()).clock()
    assert abs((datetime.now(UTC) - now).total_seconds()) < 5
