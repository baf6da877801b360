"""Long work that must not hold the event loop: done in pieces, or in a thread."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from math import inf
from threading import local
from typing import Any, TypeVar, cast

import anyio.lowlevel
from anyio.to_thread import run_sync
from pydantic import BaseModel

_PIECE_SECONDS = 0.005
_LONG = 8_000
# Most values are one of these, and to ask whether they are mappings takes longest.
_SCALARS = frozenset((int, float, bool, type(None), date, datetime))
# One at a time, as the loop waits for each of them in turn.
_APART = anyio.CapacityLimiter(1)

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class _Piece(local):
    """When the present piece of a thread's work began, in its CPU time."""

    began = 0.0


_PIECE = _Piece()


class Pace:
    """What keeps long work from holding the event loop: the work rests between its steps, and others run when
    a piece of it took long. All work of a thread has one pace, so that short steps of several kinds do not
    make a long piece together."""

    async def rest(self) -> None:
        """Let others run, if it is time."""
        if time.thread_time() - _PIECE.began > _PIECE_SECONDS:
            await anyio.lowlevel.checkpoint()
            _PIECE.began = time.thread_time()


async def in_pieces(items: Iterable[ItemT]) -> list[ItemT]:
    """Return items that are long work together, each of which is made when it is asked for."""
    return await paced(lambda item: item, items)


async def paced(work: Callable[[ItemT], ResultT], items: Iterable[ItemT]) -> list[ResultT]:
    """Return what `work` makes of each of the items, which is long work together."""
    pace, results = Pace(), list[ResultT]()
    for item in items:
        results.append(work(item))
        await pace.rest()
    return results


def weight(value: Any, most: float = inf) -> int:
    """Estimate the characters of a value; of one with more than `most`, the count stops there."""
    size, parts = 0, [value]
    while parts and size <= most:
        part = parts.pop()
        if isinstance(part, str):
            size += len(part) + 2
        elif type(part) in _SCALARS:
            size += 4
        elif isinstance(part, dict | Mapping):
            members = cast("Mapping[str, Any]", part)
            size += sum(len(key) + 4 for key in members)
            parts += members.values()
        elif isinstance(part, list | tuple):
            parts += cast("list[Any]", part)
        elif isinstance(part, BaseModel):
            parts += part.__dict__.values()
        else:
            size += 4
    return size


async def run_apart(value: Any, work: Callable[..., ResultT], *arguments: Any) -> ResultT:
    """Return the result of work on a value, done in a thread if the value is long."""
    if weight(value, _LONG) <= _LONG:
        return work(*arguments)
    # In a thread it takes many steps, and lets the event loop go on after a few milliseconds of them.
    return await run_sync(work, *arguments, limiter=_APART)
