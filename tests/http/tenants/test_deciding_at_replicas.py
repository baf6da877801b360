"""Two replicas over one database: whoever clicks where and when, a change is made once."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from pydantic import SecretStr

from hostex_mcp.http.changes.deps import WebPage
from hostex_mcp.http.config import Address
from hostex_mcp.http.store import open_store
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.tenants.confirmations import shared_confirmations
from hostex_mcp.http.tenants.tenants import Tenants
from hostex_mcp.server.changes.record import PendingChange, State
from hostex_mcp.settings import Settings
from tests.http.keeping import RING
from tests.http.linked import Gate, World, ask, caller_of, choosing
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio

THREAD = "0-2200000016-thr016"
MESSAGE = {"conversation_id": THREAD, "message": "The key is with the neighbour"}
SEND = "POST /conversations/{conversation_id}"


def replica_of(world: World) -> Tenants:
    return Tenants(
        Settings(),
        world.linking,
        world.upstream,
        shared_confirmations(world.store.spent, world.store.keys, world.clock),
        now=world.clock,
        changes=world.store.changes,
        page=WebPage(Address("https://mcp.example.com")),
    )


@pytest.fixture
def here(hostex: World) -> Tenants:
    return replica_of(hostex)


@pytest.fixture
async def there(hostex: World, database_url: SecretStr, clock: Clock) -> AsyncGenerator[Tenants]:
    async with open_store(database_url, RING, grace=60, now=clock) as other:
        yield replica_of(hostex.process(other))


async def waiting(world: World, replica: Tenants, grant: Grant) -> PendingChange:
    """A message that waits, asked for at this replica."""
    told = await ask(replica, grant, "send_message", **MESSAGE)
    assert told["status"] == "waiting_for_person", told
    assert f"https://mcp.example.com/changes/{told['change_id']}" in told["next_step"]
    change = await world.store.changes.find(told["change_id"])
    assert change is not None
    return change


async def click(replica: Tenants, grant: Grant, change: PendingChange, approve: bool = True) -> PendingChange:
    engine = await replica.engine(caller_of(grant), {})
    return await engine.decide(change.id, approve, "the owner", seen=change.state_digest)


async def test_two_who_approve_at_two_replicas_at_once_make_it_once(
    hostex: World, here: Tenants, there: Tenants
) -> None:
    grant = await hostex.token_grant()
    change = await waiting(hostex, here, grant)
    ended = await asyncio.gather(*(click(replica, grant, change) for replica in (here, there, here, there)))
    assert {change.state for change in ended} <= {State.DONE, State.APPROVED}
    assert hostex.asked.count(SEND) == 1
    kept = await hostex.store.changes.find(change.id)
    assert kept is not None
    assert kept.state is State.DONE
    assert kept.outcome is not None
    assert kept.outcome["status"] == "done"


async def test_of_a_yes_and_a_no_at_two_replicas_one_counts(
    hostex: World, here: Tenants, there: Tenants
) -> None:
    grant = await hostex.token_grant()
    for _ in range(4):
        sent = hostex.asked.count(SEND)
        change = await waiting(hostex, here, grant)
        await asyncio.gather(click(here, grant, change), click(there, grant, change, approve=False))
        kept = await hostex.store.changes.find(change.id)
        assert kept is not None
        assert (kept.state, hostex.asked.count(SEND) - sent) in ((State.DONE, 1), (State.DECLINED, 0))


async def test_while_one_replica_makes_it_a_click_at_the_other_sends_nothing(
    hostex: World, here: Tenants, there: Tenants
) -> None:
    grant = await hostex.token_grant()
    change = await waiting(hostex, there, grant)
    gate = Gate(THREAD)
    hostex.wire.before = lambda request: gate(request) if request.method == "POST" else asyncio.sleep(0)
    making = asyncio.create_task(click(here, grant, change))
    await gate.reached.wait()
    for approve in (True, False):
        assert (await click(there, grant, change, approve)).state is State.APPROVED
    gate.opened.set()
    assert (await making).state is State.DONE
    assert hostex.asked.count(SEND) == 1


async def test_the_model_gets_the_outcome_at_either_replica(
    hostex: World, here: Tenants, there: Tenants
) -> None:
    grant = await hostex.token_grant()
    change = await waiting(hostex, here, grant)
    await click(there, grant, change)
    told = [
        await ask(replica, grant, "send_message", **MESSAGE, change_id=change.id) for replica in (here, there)
    ]
    assert [outcome["status"] for outcome in told] == ["done", "done"]
    assert hostex.asked.count(SEND) == 1


async def test_a_replica_that_died_after_the_click_leaves_a_change_that_is_never_sent_again(
    hostex: World, here: Tenants, there: Tenants, clock: Clock
) -> None:
    grant = await hostex.token_grant()
    change = await waiting(hostex, here, grant)
    died = asyncio.Event()

    async def die(_: object) -> None:
        died.set()
        await asyncio.Event().wait()

    hostex.wire.before = lambda request: die(request) if request.method == "POST" else asyncio.sleep(0)
    making = asyncio.create_task(click(here, grant, change))
    await died.wait()
    assert (await click(there, grant, change)).state is State.APPROVED
    clock.advance(minutes=16)
    assert (await click(there, grant, change)).state is State.UNKNOWN
    assert hostex.asked.count(SEND) == 0
    making.cancel()


async def test_a_grant_whose_host_lets_the_app_ask_itself_gets_a_token_and_no_other(
    hostex: World, here: Tenants
) -> None:
    own = await hostex.token_grant(choices=choosing(confirm="token"))
    other = await hostex.token_grant(choices=choosing())
    told = [(await ask(here, grant, "send_message", **MESSAGE))["status"] for grant in (own, other)]
    assert told == ["confirmation_required", "waiting_for_person"]
