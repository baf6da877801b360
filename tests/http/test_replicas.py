"""Two server processes on one PostgreSQL: a client moves between them, one is killed, two act at once.

Nobody is logged out, and nothing is issued twice.
"""

import signal
import threading
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import anyio
import httpx2
import psycopg
import pytest
from click.testing import CliRunner
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult

from hostex_mcp.cli import main
from hostex_mcp.sandbox import SECOND, WRITABLE, Sandbox
from tests.support.databases import PostgresServer
from tests.support.every_write import BOOKING
from tests.support.processes import Running
from tests.support.python_client import Keeping, connected
from tests.support.replicas import PUBLIC, RESOURCE, ByHand, Fleet, SteeredClient, fleet_of_two

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(180)]

A, B = 0, 1
RENEWAL = "POST /oauth/authorizations"
CANCEL = "DELETE /reservations"
Connected = tuple[ByHand, dict[str, Any]]
HookCall = tuple[str, Mapping[str, str], bytes]


@pytest.fixture(scope="module")
def hook_calls() -> list[HookCall]:
    """The calls of webhooks that Hostex made, which reach nobody by themselves."""
    return []


@pytest.fixture(scope="module")
def two(postgres_server: PostgresServer, hook_calls: list[HookCall]) -> Generator[Fleet]:
    async def keep(url: str, headers: Mapping[str, str], body: bytes) -> int:
        hook_calls.append((url, headers, body))
        return 200

    with fleet_of_two(postgres_server.new_database(), Sandbox(calls=keep)) as fleet:
        yield fleet


@pytest.fixture
def fleet(two: Fleet) -> Generator[Fleet]:
    two.to = None
    two.served.clear()
    two.sandbox.log.clear()
    yield two
    two.sandbox.faults.clear()


@pytest.fixture
def partner(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Connected:
    """A client whose host came by Hostex's own page, and whose Hostex token has a day left."""
    client = ByHand(fleet)
    with monkeypatch.context() as patch:
        patch.setattr("hostex_mcp.sandbox.oauth.ACCESS_LIFETIME", timedelta(days=1))
        pair = client.connect(fleet.person(decision="hostex", portal=fleet.portal))
    fleet.sandbox.log.clear()
    return client, pair


def at_once(times: int, what: Callable[[int], Any]) -> list[Any]:
    """What so many threads get that start together."""
    together = threading.Barrier(times)

    def one(number: int) -> Any:
        together.wait(timeout=20)
        return what(number)

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


def until(condition: Callable[[], object]) -> None:
    """Wait for something that is bound to happen."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def kill(process: Running) -> None:
    process.process.send_signal(signal.SIGKILL)
    process.process.wait(timeout=20)


def count(fleet: Fleet, statement: str, *values: str) -> int:
    with psycopg.connect(fleet.database.get_secret_value()) as connection:
        row = connection.execute(statement.encode(), values).fetchone()
    assert row
    return int(row[0])


def open_chains(fleet: Fleet, client: ByHand) -> int:
    """How many refresh tokens of a client have no successor yet."""
    found = "SELECT count(*) FROM tokens WHERE client_id = %s AND kind = 'refresh' AND rotated_at IS NULL"
    return count(fleet, found, client.client_id)


@contextmanager
def no_token_is_written(fleet: Fleet) -> Generator[None]:
    """Every rotation waits, in the middle of its transaction, until this is over."""
    with psycopg.connect(fleet.database.get_secret_value()) as connection:
        connection.execute("LOCK TABLE tokens IN EXCLUSIVE MODE")
        yield
        connection.rollback()


@contextmanager
def no_event_is_kept(fleet: Fleet) -> Generator[None]:
    """So does every event that Hostex calls about."""
    with psycopg.connect(fleet.database.get_secret_value()) as connection:
        connection.execute("LOCK TABLE hook_events IN EXCLUSIVE MODE")
        yield
        connection.rollback()


def waits_to_write(fleet: Fleet, table: str = "tokens") -> bool:
    held_up = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
    return count(fleet, held_up, table) > 0


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_that_gets_the_other_process_at_every_request_notices_nothing(
    fleet: Fleet, mode: Literal["auto", "legacy"]
) -> None:
    kept = Keeping(person=fleet.person())
    async with connected(RESOURCE, kept, mode, SteeredClient(fleet)) as client:
        await client.call_tool("list_properties", {})
        kept.let_expire()
        result: Any = await client.call_tool("list_properties", {})
    assert result.structured_content["total"] == 12
    assert kept.asked == 1
    assert set(fleet.served) == {A, B}
    assert all(process != other for process, other in zip(fleet.served, fleet.served[1:], strict=False))


def test_authorizing_redeeming_refreshing_and_confirming_at_other_processes(fleet: Fleet) -> None:
    client = ByHand(fleet)
    first = client.connect(fleet.person(), (B, None, A))
    assert fleet.served in ([B, A, B, A, B, A, A], [B, B, A, B, A, B, A])
    access = client.refresh(first["refresh_token"], B).json()["access_token"]
    asked = client.call(access, "cancel_reservation", A, **BOOKING)
    confirmed = BOOKING | {"confirmation_token": asked["confirmation_token"]}
    assert client.call(access, "cancel_reservation", B, **confirmed)["status"] == "done"
    assert fleet.calls(CANCEL) == 1


def test_a_write_that_is_confirmed_at_both_processes_at_once_is_sent_once(fleet: Fleet) -> None:
    client = ByHand(fleet)
    access = client.connect(fleet.person())["access_token"]
    note = {"conversation_id": "0-2200000016-thr016", "message": "Welcome"}
    asked = client.call(access, "send_message", A, **note)
    confirmed = note | {"confirmation_token": asked["confirmation_token"]}
    at_once(6, lambda number: client.call(access, "send_message", number % 2, **confirmed))
    assert fleet.calls("POST /conversations") == 1


async def test_a_question_is_answered_at_the_process_that_did_not_ask_it(fleet: Fleet) -> None:
    one_more = partial(fleet.one_more, HOSTEX_MCP_CONFIRM="auto")
    with one_more() as (asker, _), one_more() as (answerer, _):

        async def person(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
            fleet.to = answerer
            return ElicitResult(action="accept")

        kept = Keeping(person=fleet.person())
        async with connected(RESOURCE, kept, "auto", SteeredClient(fleet), person) as client:
            fleet.to = asker
            arguments = {"conversation_id": "0-2200000016-thr016", "message": "See you soon"}
            result: Any = await client.call_tool("send_message", arguments)
    assert result.structured_content["status"] == "done"
    assert fleet.calls("POST /conversations") == 1


def test_refreshes_at_both_processes_at_once_get_the_same_pair(fleet: Fleet) -> None:
    client = ByHand(fleet)
    first = client.connect(fleet.person())
    answers = at_once(8, lambda number: client.refresh(first["refresh_token"], number % 2))
    assert {answer.status_code for answer in answers} == {200}
    pairs = {(answer.json()["access_token"], answer.json()["refresh_token"]) for answer in answers}
    assert len(pairs) == 1
    assert open_chains(fleet, client) == 1


def test_redeeming_a_code_at_both_processes_at_once_issues_one_pair(fleet: Fleet) -> None:
    client = ByHand(fleet)
    form = client.code(fleet.person())
    answers = at_once(4, lambda number: fleet.post("/token", number % 2, data=form))
    assert sum(answer.status_code == 200 for answer in answers) == 1


def test_a_process_killed_in_the_middle_of_a_refresh_logs_nobody_out(fleet: Fleet) -> None:
    client = ByHand(fleet)
    first = client.connect(fleet.person())

    def lost(number: int) -> None:
        with pytest.raises(httpx2.TransportError):
            client.refresh(first["refresh_token"], number)

    with fleet.one_more() as (number, doomed), ThreadPoolExecutor(1) as threads:
        with no_token_is_written(fleet):
            asking = threads.submit(lost, number)
            until(lambda: waits_to_write(fleet))
            kill(doomed)
            asking.result(timeout=20)
        again = client.refresh(first["refresh_token"], A)
    assert again.status_code == 200
    assert client.refresh(again.json()["refresh_token"], B).status_code == 200
    assert open_chains(fleet, client) == 1


def test_a_process_killed_before_its_answer_arrived_has_its_pair_given_out_by_the_other(fleet: Fleet) -> None:
    client = ByHand(fleet)
    first = client.connect(fleet.person())
    with fleet.one_more() as (number, doomed):
        lost = client.refresh(first["refresh_token"], number)
        kill(doomed)
        again = client.refresh(first["refresh_token"], A)
    assert again.json() == lost.json()
    assert client.refresh(again.json()["refresh_token"], B).status_code == 200
    assert open_chains(fleet, client) == 1


def test_calls_at_both_processes_at_once_renew_the_access_to_hostex_once(partner: Connected) -> None:
    client, pair = partner
    answers = at_once(8, lambda number: client.call(pair["access_token"], "list_properties", number % 2))
    assert [answer["total"] for answer in answers] == [12] * 8
    assert client.fleet.calls(RENEWAL) == 1


def test_a_process_killed_while_it_renews_the_access_to_hostex_logs_nobody_out(partner: Connected) -> None:
    client, pair = partner
    fleet, access = client.fleet, pair["access_token"]
    fleet.sandbox.faults.add("delay", RENEWAL, seconds=3)
    with fleet.one_more() as (number, doomed), ThreadPoolExecutor(1) as threads:
        asking = threads.submit(client.call, access, "list_properties", number)
        until(lambda: fleet.calls(RENEWAL))
        kill(doomed)
        assert isinstance(asking.exception(timeout=20), httpx2.TransportError)
    for process in (A, B):
        assert client.call(access, "list_properties", process)["total"] == 12


async def test_tenants_that_call_at_the_same_time_never_see_each_other(fleet: Fleet) -> None:
    accounts = fleet.sandbox.accounts
    own = {WRITABLE: accounts.main.properties.keys(), SECOND: accounts.second.properties.keys()}
    seen: dict[str, list[set[int]]] = {token: [] for token in own}

    async def call(token: str, client: Client) -> None:
        for _ in range(15):
            result: Any = await client.call_tool("list_properties", {"limit": 50})
            seen[token].append({item["id"] for item in result.structured_content["items"]})

    async def tenant(token: str) -> None:
        kept = Keeping(person=fleet.person(token=token))
        way = SteeredClient(fleet)
        async with connected(RESOURCE, kept, "auto", way) as client, anyio.create_task_group() as calls:
            for _ in range(4):
                calls.start_soon(call, token, client)

    async with anyio.create_task_group() as tenants:
        for token in own:
            tenants.start_soon(tenant, token)
    assert set(fleet.served) == {A, B}
    for token, ids in own.items():
        assert seen[token] == [set(ids)] * 60


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


def deliver(fleet: Fleet, call: HookCall, to: int, **headers: str) -> int:
    """Have a call of a webhook arrive at one of the processes; 0 if it gives no answer."""
    url, sent, body = call
    try:
        path = url.removeprefix(PUBLIC)
        return fleet.post(path, to, content=body, headers={**sent, **headers}).status_code
    except httpx2.TransportError:
        return 0


def test_a_replica_that_is_killed_before_it_answers_loses_no_event_and_keeps_none_twice(
    fleet: Fleet, hook_calls: list[HookCall]
) -> None:
    client, account = ByHand(fleet), fleet.sandbox.accounts.main
    access = client.connect(fleet.person(token=WRITABLE))["access_token"]
    assert "has registered the webhook" in webhooks(fleet, "--on", "--yes")
    assert "registered in Hostex, last call not yet" in webhooks(fleet)
    stay = next(stay for stay in account.stays.values() if stay["status"] == "accepted")
    edit = f"{fleet.hostex}/reservations/{stay['stay_code']}"
    httpx2.patch(edit, json={"remarks": "Two cots"}, headers={"Hostex-Access-Token": WRITABLE})
    until(lambda: hook_calls)
    (call,) = hook_calls
    with fleet.one_more() as (number, doomed), ThreadPoolExecutor(1) as threads, no_event_is_kept(fleet):
        threads.submit(deliver, fleet, call, number)
        until(lambda: waits_to_write(fleet, "hook_events"))
        kill(doomed)
    assert [deliver(fleet, call, process) for process in (A, B, A)] == [200, 200, 200]
    assert deliver(fleet, call, B, **{"Hostex-Webhook-Secret-Token": "another"}) == 404
    news = partial(client.call, access, "get_activity", B, kinds=["edit"])
    # An answer reaches up to the last full second.
    until(lambda: news()["items"])
    rows = news()["items"]
    assert [(row["what"], row["stay_code"]) for row in rows] == [("edit", stay["stay_code"])]
    assert "no longer calls" in webhooks(fleet, "--off")
    assert not [row for row in account.webhooks.values() if row["url"].startswith(PUBLIC)]
    assert [deliver(fleet, call, process) for process in (A, B)] == [404, 404]
    assert ": off" in webhooks(fleet)
