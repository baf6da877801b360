"""A pending change: what a click does, what the model is told, and that nothing is made twice."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from hostex_mcp.api import BadRequest, Blocked, NoAnswer, OutcomeUnknown
from hostex_mcp.server.changes.deciding import UnknownChange
from hostex_mcp.server.changes.pending import MOST_OPEN
from hostex_mcp.server.changes.record import MemoryChanges, PendingChange, State
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.results import PlannedWrite
from tests.server.changes.office import Office, World
from tests.server.test_writes import Price, Settled

pytestmark = pytest.mark.anyio


async def test_a_call_of_a_client_that_cannot_ask_waits_and_nothing_is_sent() -> None:
    office = Office()
    told = await office.ask()
    assert told["status"] == "waiting_for_person"
    assert told["preview"]["changes"] == [{"what": "price", "before": 100, "after": 120}]
    assert told["expires_at"] == "2026-11-24T12:10:00+00:00"
    assert "confirmation_token" not in told
    assert office.world.price.sent == []


async def test_a_person_who_approves_makes_it_happen_and_the_repeated_call_is_told_how_it_ended() -> None:
    office = Office()
    change = await office.waiting()
    decided = await office.click(change)
    assert (decided.state, decided.decided_by, decided.way) == (State.DONE, "Ana", "page")
    told = await office.repeat(change.id)
    assert (told["status"], told["result"]) == ("done", {"price": 120})
    assert told["undo"] == {"tool": "set_price", "arguments": {"price": 100}}
    assert told["receipt"] == {
        "tool": "set_price",
        "at": "2026-11-24T12:00:00+00:00",
        "request_ids": [],
        "confirmed": "page",
        "change_id": change.id,
        "asked_by": "Claude",
        "decided_by": "Ana",
    }
    assert office.world.price.sent == [120]


async def test_a_person_who_declines_ends_it() -> None:
    office = Office()
    change = await office.waiting()
    assert (await office.click(change, approve=False)).state is State.DECLINED
    assert (await office.click(change)).state is State.DECLINED
    told = await office.repeat(change.id)
    assert (told["status"], told["reason"]) == ("declined", "person")
    assert office.world.price.sent == []


async def test_the_model_cannot_decide_by_repeating_its_call() -> None:
    office = Office()
    change = await office.waiting()
    told = await office.repeat(change.id)
    assert told["status"] == "waiting_for_person"
    assert sum(office.paused) == 50
    assert office.world.price.sent == []


async def test_a_repeated_call_waits_for_the_click() -> None:
    office = Office()
    change = await office.waiting()

    async def click_at_length() -> None:
        if sum(office.paused) == 20:
            await office.click(change)

    office.meanwhile = click_at_length
    assert (await office.repeat(change.id))["status"] == "done"
    assert sum(office.paused) == 20


class Slow(MemoryChanges):
    """Lets others run before it answers, as a database does."""

    async def find(self, change_id: str) -> PendingChange | None:
        change = await super().find(change_id)
        await asyncio.sleep(0)
        return change

    async def replace(self, before: PendingChange, after: PendingChange) -> bool:
        await asyncio.sleep(0)
        return await super().replace(before, after)


@pytest.mark.parametrize("processes", [1, 3])
async def test_of_people_who_click_at_once_one_is_first_and_it_is_sent_once(processes: int) -> None:
    world = World(store=Slow())
    offices = [Office(world) for _ in range(processes)]
    change = await offices[0].waiting()
    people = ["Ana", "Ben", "Eva", "Max", "Zoe", "Tim"]
    clicks = [offices[place % processes].click(change, by=by) for place, by in enumerate(people)]
    ended = await asyncio.gather(*clicks)
    assert world.price.sent == [120]
    kept = await world.store.find(change.id)
    assert kept
    assert kept.state is State.DONE
    assert {one.decided_by for one in ended} == {kept.decided_by}


async def test_of_a_yes_and_a_no_at_once_the_first_counts() -> None:
    world = World(store=Slow())
    change = await Office(world).waiting()
    await asyncio.gather(Office(world).click(change, approve=False), Office(world).click(change))
    kept = await world.store.find(change.id)
    assert kept
    assert (kept.state, world.price.sent) in [(State.DECLINED, []), (State.DONE, [120])]


class Killed(BaseException):
    """The end of a process."""


class Dying(Price):
    """A price whose process ends while it is sent."""

    async def plan(self, price: int) -> PlannedWrite[Any]:
        change = await super().plan(price)

        async def send() -> Mapping[str, Any]:
            self.sent.append(price)
            raise Killed

        change.send = send
        return change


async def test_a_process_that_is_killed_while_it_sends_leaves_a_change_that_nobody_sends_again() -> None:
    world = World(price=Dying())
    killed, other = Office(world), Office(world)
    change = await killed.waiting()
    with pytest.raises(Killed):
        await killed.click(change)
    assert (await other.click(change)).state is State.APPROVED
    assert (await other.repeat(change.id))["status"] == "approved"
    world.clock.advance(minutes=15)
    assert (await other.click(change)).state is State.UNKNOWN
    told = await other.repeat(change.id)
    assert (told["status"], told["error"]["kind"]) == ("outcome_unknown", "outcome_unknown")
    assert world.price.sent == [120]


async def test_a_click_after_the_time_is_over_does_nothing() -> None:
    office = Office()
    change = await office.waiting()
    office.world.clock.advance(minutes=10)
    assert (await office.click(change)).state is State.EXPIRED
    assert (await office.repeat(change.id))["status"] == "expired"
    assert office.world.price.sent == []


async def test_what_moved_since_the_person_saw_it_is_shown_anew_and_sent_only_then() -> None:
    office = Office()
    change = await office.waiting()
    office.world.price.now = 90
    moved = await office.click(change)
    assert (moved.state, moved.preview["changes"][0]["before"]) == (State.STALE, 90)
    assert office.world.price.sent == []
    told = await office.repeat(change.id)
    assert (told["status"], told["preview"]["changes"][0]["before"]) == ("waiting_for_person", 90)
    assert (await office.click(change)).state is State.STALE
    assert office.world.price.sent == []
    assert (await office.click(moved)).state is State.DONE
    assert office.world.price.sent == [120]


@pytest.mark.parametrize("seen", ["", "made up"])
async def test_a_click_that_does_not_say_what_it_was_below_sends_nothing(seen: str) -> None:
    office = Office()
    change = await office.waiting()
    assert (await office.click(change, seen=seen)).state is State.STALE
    assert office.world.price.sent == []


async def test_what_somebody_else_made_meanwhile_is_not_made_again() -> None:
    office = Office(World(price=Settled(settled_at=2)))
    change = await office.waiting()
    decided = await office.click(change)
    assert decided.state is State.DONE
    assert (await office.repeat(change.id))["status"] == "unchanged"
    assert office.world.price.sent == []


async def test_the_same_call_again_is_the_same_change() -> None:
    office = Office()
    first, again, other = await office.ask(), await office.ask(), await office.ask(130)
    assert first["change_id"] == again["change_id"] != other["change_id"]


async def test_the_same_call_about_something_that_moved_shows_the_same_change_anew() -> None:
    office = Office()
    first = await office.waiting()
    office.world.price.now = 90
    again = await office.waiting()
    assert (again.id, again.state) == (first.id, State.STALE)
    assert (await office.click(first)).state is State.STALE
    assert office.world.price.sent == []


async def test_a_change_that_was_made_can_be_asked_for_again() -> None:
    office = Office()
    change = await office.waiting()
    await office.click(change)
    office.world.price.now = 100
    assert (await office.ask())["change_id"] != change.id


async def test_too_many_changes_do_not_wait() -> None:
    office = Office()
    for price in range(MOST_OPEN):
        await office.ask(1000 + price)
    with pytest.raises(Blocked, match="100 changes wait"):
        await office.ask()
    office.world.clock.advance(minutes=10)
    assert (await office.ask())["status"] == "waiting_for_person"


async def test_an_id_that_is_foreign_made_up_or_of_another_call_is_answered_alike() -> None:
    world = World()
    ours, theirs = Office(world), Office(world, account="b")
    change = await theirs.waiting()
    other = await ours.waiting(130)
    texts: set[str] = set()
    for change_id in (change.id, "made up", other.id):
        with pytest.raises(InvalidArguments) as refused:
            await ours.repeat(change_id)
        texts.add(str(refused.value))
    assert len(texts) == 1
    for stranger in (change, replace(change, id="made up")):
        with pytest.raises(UnknownChange):
            await ours.click(stranger)
    assert world.price.sent == []


@pytest.mark.parametrize(
    ("error", "state", "kind"),
    [
        (OutcomeUnknown("No answer", operation="set"), State.UNKNOWN, "outcome_unknown"),
        (BadRequest("Hostex refused it"), State.FAILED, "invalid_arguments"),
        (RuntimeError("bug"), State.UNKNOWN, "internal"),
    ],
)
async def test_a_change_that_failed_says_so_and_is_not_sent_again(
    error: Exception, state: State, kind: str
) -> None:
    office = Office(World(price=Failing(error=error)))
    change = await office.waiting()
    assert (await office.click(change)).state is state
    assert (await office.click(change)).state is state
    assert (await office.repeat(change.id))["error"]["kind"] == kind
    assert office.world.price.sent == [120]


class Failing(Price):
    """A price that is sent and fails."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def plan(self, price: int) -> PlannedWrite[Any]:
        change = await super().plan(price)

        async def send() -> Mapping[str, Any]:
            self.sent.append(price)
            raise self.error

        change.send = send
        return change


class Away(Price):
    """A price that cannot be read now and then."""

    error: Exception | None = None

    async def plan(self, price: int) -> PlannedWrite[Any]:
        if self.error:
            raise self.error
        return await super().plan(price)


async def test_while_hostex_is_away_a_click_changes_nothing_and_can_be_repeated() -> None:
    office = Office(World(price=(price := Away())))
    change = await office.waiting()
    price.error = NoAnswer("Hostex is away")
    with pytest.raises(NoAnswer):
        await office.click(change)
    price.error = None
    assert (await office.click(change)).state is State.DONE
    assert price.sent == [120]


async def test_what_cannot_be_made_any_more_fails_with_the_reason() -> None:
    office = Office(World(price=(price := Away())))
    change = await office.waiting()
    price.error = BadRequest("is cancelled already")
    assert (await office.click(change)).state is State.FAILED
    assert "is cancelled already" in (await office.repeat(change.id))["error"]["message"]
    assert price.sent == []


async def test_whoever_leaves_after_the_click_the_write_is_seen_to_its_end() -> None:
    world = World(price=Price(gate=asyncio.Event()))
    office = Office(world)
    change = await office.waiting()
    assert world.price.gate
    async with anyio.create_task_group() as clicks:
        clicks.start_soon(office.click, change)
        while (await office.pending.now(change)).state is not State.APPROVED:
            await anyio.lowlevel.checkpoint()
        clicks.cancel_scope.cancel()
        asyncio.get_running_loop().call_soon(world.price.gate.set)
    assert (await office.repeat(change.id))["status"] == "done"
    assert world.price.sent == [120]


async def test_the_trail_names_who_asked_who_decided_and_in_which_way(tmp_path: Path) -> None:
    office = Office(trail=tmp_path / "audit")
    approved = await office.waiting()
    await office.click(approved)
    office.world.price.now = 100
    declined = await office.waiting(130)
    await office.click(declined, approve=False, by="Ben")
    lines = [json.loads(line) for line in (tmp_path / "audit").read_text().splitlines()]
    members = ("outcome", "confirmed", "asked_by", "decided_by")
    assert [tuple(line.get(name) for name in members) for line in lines] == [
        ("waiting_for_person", None, "Claude", None),
        ("done", "page", "Claude", "Ana"),
        ("waiting_for_person", None, "Claude", None),
        ("declined", "page", "Claude", "Ben"),
    ]
    assert lines[0]["preview"] == lines[1]["preview"]
    assert lines[0]["change"] == lines[1]["change"] != lines[2]["change"] == lines[3]["change"]
    assert approved.id not in str(lines)


async def test_a_change_that_cannot_be_recorded_is_not_sent_and_still_waits(tmp_path: Path) -> None:
    path = tmp_path / "audit"
    office = Office(trail=path)
    change = await office.waiting()
    path.unlink()
    path.mkdir()
    with pytest.raises(Blocked):
        await office.click(change)
    path.rmdir()
    assert (await office.click(change)).state is State.DONE
    assert office.world.price.sent == [120]


async def test_records_are_forgotten_a_week_after_their_end() -> None:
    world = World()
    office = Office(world)
    change = await office.waiting()
    await office.click(change)
    world.clock.advance(minutes=10)
    world.clock.now += timedelta(days=7)
    await office.ask(130)
    assert await world.store.find(change.id) is None


class Unreachable(MemoryChanges):
    """A store that cannot be reached when a change is to be approved."""

    async def replace(self, before: PendingChange, after: PendingChange) -> bool:
        if after.state is State.APPROVED:
            raise Blocked("The database is away.", operation="changes", hint="Try again.")
        return await super().replace(before, after)


async def test_the_trail_says_how_an_approval_ended_that_could_not_be_kept(tmp_path: Path) -> None:
    office = Office(World(store=Unreachable()), trail=tmp_path / "audit")
    change = await office.waiting()
    with pytest.raises(Blocked):
        await office.click(change)
    lines = [json.loads(line) for line in (tmp_path / "audit").read_text().splitlines()]
    assert [line["outcome"] for line in lines] == ["waiting_for_person", "blocked"]
    assert office.world.price.sent == []
