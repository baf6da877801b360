"""Equal calls that come at once begin one change, and none for which more of the account is served."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import anyio
import pytest

from hostex_mcp.server.changes.record import Extent, MemoryChanges, PendingChange, State
from tests.server.changes.office import Office, World

pytestmark = pytest.mark.anyio


class Slow(MemoryChanges):
    """A store whose list takes a moment, so that calls that come at once all see it empty."""

    async def of_account(
        self, account: str, states: Collection[State] | None = None
    ) -> Sequence[PendingChange]:
        changes = await super().of_account(account, states)
        await anyio.lowlevel.checkpoint()
        return changes


async def test_equal_calls_at_once_in_several_processes_begin_one_change() -> None:
    world = World(store=Slow())
    told = list[str]()

    async def ask() -> None:
        told.append((await Office(world).ask())["change_id"])

    async with anyio.create_task_group() as calls:
        for _ in range(5):
            calls.start_soon(ask)
    assert len(set(told)) == 1
    assert len(told) == 5
    assert len(await world.store.of_account("a")) == 1


async def test_a_call_that_is_equal_to_one_that_has_ended_begins_anew() -> None:
    office = Office()
    first = await office.waiting()
    await office.click(first, approve=False)
    second = await office.waiting()
    office.world.clock.advance(minutes=10)
    third = await office.waiting()
    assert len({first.id, second.id, third.id}) == 3


async def narrowed(state: State) -> tuple[Office, PendingChange]:
    """A process that serves less than when a change was asked for, which is in this state."""
    office = Office()
    change = await office.waiting()
    outcome = {"status": "done", "result": {"lock_code": "4711"}} if state is State.DONE else None
    await office.world.store.replace(change, replace(change, state=state, outcome=outcome))
    served = Extent(property_ids=frozenset((1,)), privacy="strict")
    office.pending.desk = replace(office.pending.desk, extent=served)
    return office, change


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.DONE, "done"),
        (State.WAITING, "waiting_for_person"),
        (State.DECLINED, "declined"),
        (State.UNKNOWN, "outcome_unknown"),
    ],
)
async def test_a_repeated_call_is_told_no_more_than_how_a_change_stands_for_which_more_was_served(
    state: State, status: str
) -> None:
    office, change = await narrowed(state)
    told = await office.repeat(change.id)
    assert told == {
        "status": status,
        "notes": [
            "It was asked for when more properties or details were served here than now: no more than this "
            "is shown."
        ],
    }


async def test_an_equal_call_does_not_join_a_change_for_which_more_was_served() -> None:
    office, change = await narrowed(State.WAITING)
    told = await office.ask()
    assert told["status"] == "waiting_for_person"
    assert told["change_id"] != change.id
