"""Places for work that goes on at the same time, given out in turn to those who wait for one."""

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Literal, TypeAlias

import anyio

from hostex_mcp.events import WaitEnded, WaitStarted, emit

_Turn: TypeAlias = asyncio.Future[None]


class QueueFull(Exception):
    """No place in time: too many wait already, or this one has waited for too long."""


class FairQueue:
    """So many `places` in all, at most `each` of them for one who asks. Who finds none free waits behind no
    more than their own earlier requests: places go round among those who wait. At most `waiting` wait, none
    longer than `patience` seconds; when there are too many, the last of the longest line has to go. `line`
    names it all in metrics."""

    def __init__(
        self,
        line: str,
        places: int,
        *,
        each: int | None = None,
        waiting: int | None = None,
        patience: float | None = None,
    ) -> None:
        self._line = line
        self._free = places
        self._each = each or places
        self._most_waiting = waiting
        self._patience = patience
        self._held: Counter[str] = Counter()
        self._lines: OrderedDict[str, deque[_Turn]] = OrderedDict()

    @asynccontextmanager
    async def place(self, who: str) -> AsyncGenerator[Callable[[], None]]:
        """Hold a place inside the block, or until what it gives is called, which leaves it early.

        Raises:
            QueueFull: there is none in time.
        """
        if self._may_take(who):
            self._take(who)
        else:
            await self._wait(who)
        held = [who]

        def leave() -> None:
            while held:
                self._give_back(held.pop())

        try:
            yield leave
        finally:
            leave()

    def _may_take(self, who: str) -> bool:
        return self._free > 0 and self._held[who] < self._each

    def _take(self, who: str) -> None:
        self._free -= 1
        self._held[who] += 1

    def _give_back(self, who: str) -> None:
        self._free += 1
        self._held[who] -= 1
        if not self._held[who]:
            del self._held[who]
        self._call_next()

    async def _wait(self, who: str) -> None:
        started = time.monotonic()
        outcome: Literal["served", "refused", "left"] = "left"
        emit(WaitStarted(self._line))
        try:
            await self._stand_in_line(who)
            outcome = "served"
        except QueueFull:
            outcome = "refused"
            raise
        finally:
            emit(WaitEnded(self._line, outcome, time.monotonic() - started))

    async def _stand_in_line(self, who: str) -> None:
        self._make_room(who)
        turn: _Turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(who, deque()).append(turn)
        try:
            with anyio.fail_after(self._patience):
                await turn
        except TimeoutError:
            self._leave(who, turn)
            raise QueueFull from None
        except asyncio.CancelledError:
            self._leave(who, turn)
            raise

    def _make_room(self, who: str) -> None:
        """See that no more than so many wait with one more for `who`."""
        lengths = {name: len(line) for name, line in self._lines.items()}
        if self._most_waiting is None or sum(lengths.values()) < self._most_waiting:
            return
        longest = max(lengths, key=lengths.__getitem__, default=who)
        if lengths.get(longest, 0) <= lengths.get(who, 0) + 1:
            raise QueueFull
        last = self._lines[longest].pop()
        if not last.done():
            last.set_exception(QueueFull())

    def _call_next(self) -> None:
        """Give a free place to the first in the round who may have it, and put them last in the round."""
        for who, line in list(self._lines.items()):
            while line and line[0].done():
                line.popleft()
            if line and self._may_take(who):
                self._take(who)
                line.popleft().set_result(None)
                self._lines.move_to_end(who)
                break
        self._lines = OrderedDict((who, line) for who, line in self._lines.items() if line)

    def _leave(self, who: str, turn: _Turn) -> None:
        """Wait no longer; a place that was given at that moment goes to the next."""
        if turn.cancelled():
            line = self._lines.get(who, deque[_Turn]())
            if turn in line:
                line.remove(turn)
            if not line:
                self._lines.pop(who, None)
        elif turn.exception() is None:
            self._give_back(who)
