"""Two replicas over one database: what one has previewed the other may carry out, and only one does."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from pydantic import SecretStr

from hostex_mcp.http.store import open_store
from hostex_mcp.http.tenants.tenants import Tenants
from hostex_mcp.server.confirmation import Binding, Channel, Confirmations, MemoryLedger, TokenCheck
from tests.http.keeping import RING
from tests.http.linked import Gate, World, ask, tenants_of
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio

THREAD = "0-2200000016-thr016"
NOTE = {"conversation_id": THREAD, "message": "The key is with the neighbour"}
SEND = "POST /conversations/{conversation_id}"


@pytest.fixture
def here(hostex: World) -> Tenants:
    return tenants_of(hostex, confirm="token")


@pytest.fixture
async def there(hostex: World, database_url: SecretStr, clock: Clock) -> AsyncGenerator[Tenants]:
    async with open_store(database_url, RING, grace=60, now=clock) as other:
        yield tenants_of(hostex.process(other), confirm="token")


async def test_a_token_of_one_replica_works_once_at_the_other_and_then_nowhere(
    hostex: World, here: Tenants, there: Tenants
) -> None:
    grant = await hostex.token_grant()
    offer = await ask(here, grant, "send_message", **NOTE)
    confirmed = NOTE | {"confirmation_token": offer["confirmation_token"]}
    done = await ask(there, grant, "send_message", **confirmed)
    assert done["status"] == "done"
    for replica in (here, there):
        again = await ask(replica, grant, "send_message", **confirmed)
        assert (again["status"], again["reason"]) == ("confirmation_required", "used")
        assert again["earlier_outcome"] == done
    assert hostex.asked.count(SEND) == 1


async def test_while_one_replica_is_carrying_it_out_the_other_refuses(
    hostex: World, here: Tenants, there: Tenants
) -> None:
    grant = await hostex.token_grant()
    offer = await ask(here, grant, "send_message", **NOTE)
    confirmed = NOTE | {"confirmation_token": offer["confirmation_token"]}
    gate = Gate(THREAD)
    hostex.wire.before = lambda request: gate(request) if request.method == "POST" else asyncio.sleep(0)
    sending = asyncio.create_task(ask(here, grant, "send_message", **confirmed))
    await gate.reached.wait()
    refused = await ask(there, grant, "send_message", **confirmed)
    gate.opened.set()
    assert (refused["status"], refused["reason"]) == ("confirmation_required", "used")
    assert "earlier_outcome" not in refused
    assert (await sending)["status"] == "done"
    assert hostex.asked.count(SEND) == 1


async def test_of_equal_previews_that_two_replicas_showed_at_once_one_is_carried_out(
    hostex: World, here: Tenants, there: Tenants
) -> None:
    grant = await hostex.token_grant()
    offers = [await ask(replica, grant, "send_message", **NOTE) for replica in (here, there)]
    first, second = [NOTE | {"confirmation_token": offer["confirmation_token"]} for offer in offers]
    gate = Gate(THREAD)
    hostex.wire.before = lambda request: gate(request) if request.method == "POST" else asyncio.sleep(0)
    sending = asyncio.create_task(ask(here, grant, "send_message", **first))
    await gate.reached.wait()
    refused = await ask(there, grant, "send_message", **second)
    gate.opened.set()
    assert (refused["status"], refused["reason"]) == ("confirmation_required", "used")
    assert (await sending)["status"] == "done"
    assert hostex.asked.count(SEND) == 1


async def test_of_equal_questions_with_two_yeses_one_counts_and_whoever_is_asked_again_means_another() -> (
    None
):
    clock = Clock()
    ledger, keys = MemoryLedger(clock), [b"k" * 32]
    replicas = [Confirmations(clock, lambda: keys, ledger) for _ in range(2)]
    binding = Binding("a", "send_message", "arguments", "state")
    for _ in range(3):
        questions = [
            replica.issue(binding, Channel.ANSWER, await replica.turn(binding)).text for replica in replicas
        ]
        for replica, question in zip(replicas, questions, strict=True):
            assert await replica.check(question, binding, Channel.ANSWER) is TokenCheck.VALID
        yeses = [await replica.claim_write(text) for replica, text in zip(replicas, questions, strict=True)]
        assert yeses == [True, False]
        await replicas[0].settle_write(questions[0], {"status": "done"})
        assert await replicas[1].outcome(questions[1]) == {"status": "done"}
    other = replicas[1].issue(Binding("a", "send_message", "arguments", "moved"), Channel.ANSWER).text
    assert await replicas[1].claim_write(other)
