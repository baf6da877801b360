"""Places and lines: who is served next, who has to go, and what a wait leaves behind."""

import asyncio
from collections.abc import Generator
from contextlib import AsyncExitStack

import anyio
import pytest

from hostex_mcp.events import Event, WaitEnded, WaitStarted, listen_everywhere
from hostex_mcp.http.transport.fair_queue import FairQueue, QueueFull

pytestmark = pytest.mark.anyio


@pytest.fixture
def heard() -> Generator[list[Event]]:
    events: list[Event] = []
    with listen_everywhere(events.append):
        yield events


class Hall:
    """People who come for a place and keep it until they are sent away; `served` is the order of that."""

    def __init__(self, turns: FairQueue) -> None:
        self.turns = turns
        self.served: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.leave: dict[str, asyncio.Event] = {}

    async def comes(self, *names: str) -> None:
        """Each of these, `a1` the first of account `a`, comes and takes a place or waits."""
        for name in names:
            self.leave[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._stay(name))
            await settled()

    async def goes(self, *names: str) -> None:
        for name in names:
            self.leave[name].set()
            await self.tasks[name]
            await settled()

    async def _stay(self, name: str) -> None:
        async with self.turns.place(name[0]):
            self.served.append(name)
            await self.leave[name].wait()

    def refused(self, name: str) -> bool:
        task = self.tasks[name]
        return task.done() and isinstance(task.exception(), QueueFull)


async def settled() -> None:
    """Let everything go on that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_free_places_go_round_among_those_who_wait() -> None:
    hall = Hall(FairQueue("calls", 2))
    await hall.comes("a1", "a2", "a3", "a4", "a5", "b1", "c1", "b2")
    await hall.goes("a1", "a2", "a3", "b1", "c1", "a4")
    assert hall.served == ["a1", "a2", "a3", "b1", "c1", "a4", "b2", "a5"]
    await hall.goes("b2", "a5")


async def test_no_account_holds_more_than_its_share_and_the_rest_is_for_others() -> None:
    hall = Hall(FairQueue("calls", 4, each=2))
    await hall.comes("a1", "a2", "a3", "b1")
    assert hall.served == ["a1", "a2", "b1"]
    await hall.goes("a2")
    assert hall.served == ["a1", "a2", "b1", "a3"]
    await hall.goes("a1", "a3", "b1")


async def test_a_line_that_is_full_refuses_whoever_made_it_long() -> None:
    hall = Hall(FairQueue("calls", 1, waiting=3))
    await hall.comes("a1", "a2", "a3", "a4")
    await hall.comes("a5")
    assert hall.refused("a5")
    await hall.comes("b1")
    assert hall.refused("a4")
    assert not hall.refused("b1")
    await hall.goes("a1", "a2", "b1", "a3")
    assert hall.served == ["a1", "a2", "b1", "a3"]


async def test_nobody_waits_for_longer_than_their_patience() -> None:
    turns = FairQueue("calls", 1, patience=0.01)
    async with turns.place("a"):
        with pytest.raises(QueueFull):
            async with turns.place("b"):
                pass
    async with turns.place("b"):
        pass


async def test_who_leaves_the_line_is_not_called_and_keeps_no_place() -> None:
    hall = Hall(FairQueue("calls", 1))
    await hall.comes("a1", "b1", "c1")
    hall.tasks["b1"].cancel()
    await settled()
    await hall.goes("a1", "c1")
    assert hall.served == ["a1", "c1"]
    async with hall.turns.place("d"):
        pass


async def test_a_place_given_to_one_who_leaves_at_that_moment_goes_to_the_next() -> None:
    hall = Hall(FairQueue("calls", 1))
    async with hall.turns.place("a"):
        await hall.comes("b1", "c1")
    hall.tasks["b1"].cancel()
    await settled()
    assert hall.served == ["c1"]
    await hall.goes("c1")


async def test_a_failure_gives_the_place_back() -> None:
    turns = FairQueue("calls", 1)
    with pytest.raises(RuntimeError):
        async with turns.place("a"):
            raise RuntimeError
    with anyio.fail_after(5):
        async with turns.place("b"):
            pass


async def test_a_place_that_was_left_early_is_given_back_once() -> None:
    hall = Hall(FairQueue("calls", 1))
    async with hall.turns.place("a") as leave:
        await hall.comes("b1", "c1")
        assert hall.served == []
        leave()
        leave()
        await settled()
        assert hall.served == ["b1"]
    await settled()
    assert hall.served == ["b1"]
    await hall.goes("b1", "c1")
    assert hall.served == ["b1", "c1"]


async def test_waits_are_told_and_those_who_need_not_wait_are_not(heard: list[Event]) -> None:
    turns = FairQueue("calls", 1, waiting=1)
    async with AsyncExitStack() as first:
        await first.enter_async_context(turns.place("a"))
        assert heard == []
        hall = Hall(turns)
        await hall.comes("b1", "b2")
    await hall.goes("b1")
    ends = [(event.line, event.outcome) for event in heard if isinstance(event, WaitEnded)]
    assert heard.count(WaitStarted("calls")) == 2
    assert ends == [("calls", "refused"), ("calls", "served")]
