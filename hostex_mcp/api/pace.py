"""Long work on the event loop, done in pieces."""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import anyio.lowlevel

_PIECE_SECONDS = 0.005

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class Pace:
    """What keeps long work from holding the event loop: the work rests between its steps, and others run when
    a piece of it took long."""

    def __init__(self) -> None:
        self._since = time.thread_time()

    async def rest(self) -> None:
        """Let others run, if it is time."""
        if time.thread_time() - self._since > _PIECE_SECONDS:
            await anyio.lowlevel.checkpoint()
            self._since = time.thread_time()


async def paced(work: Callable[[ItemT], ResultT], items: Iterable[ItemT]) -> list[ResultT]:
    """Return what `work` makes of each of the items, which is long work together."""
    pace, results = Pace(), list[ResultT]()
    for item in items:
        results.append(work(item))
        await pace.rest()
    return results
