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
    """When the present piece of a thread's work began, in its CPU time, and when it can be over at the
    earliest, by a clock: nothing works longer than time passes."""

    began = 0.0
    due = 0.0


_PIECE = _Piece()


class Pace:
    """What keeps long work from holding the event loop: the work rests between its steps, and others run when
    a piece of it took long. All work of a thread has one pace, so that short steps of several kinds do not
    make a long piece together."""

    async def rest(self) -> None:
        """Let others run, if it is time."""
        # A look at a clock costs next to nothing, unlike asking for CPU time, and there are many steps.
        if time.perf_counter() < _PIECE.due:
            return
        worked = time.thread_time() - _PIECE.began
        if worked > _PIECE_SECONDS:
            await anyio.lowlevel.checkpoint()
            _PIECE.began, worked = time.thread_time(), 0.0
        _PIECE.due = time.perf_counter() + _PIECE_SECONDS - worked


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
    size, parts = 0, list[Any]((value,))
    while parts and size <= most:
        part = parts.pop()
        kind = cast("type[Any]", type(part))
        if kind is str:
            size += len(part) + 2
        elif kind in _SCALARS:
            size += 4
        elif kind is list:
            parts += part
        elif kind is dict:
            size += sum(map(len, part)) + 4 * len(part)
            parts += part.values()
        else:
            own, members = _weight_alone(part)
            size += own
            parts += members
    return size


def _weight_alone(part: Any) -> tuple[int, Iterable[Any]]:
    """Return the weight of a part without its members, and these."""
    if isinstance(part, BaseModel):
        return 0, part.__dict__.values()
    if isinstance(part, Mapping):
        members = cast("Mapping[str, Any]", part)
        return sum(map(len, members)) + 4 * len(members), members.values()
    if isinstance(part, str):
        return len(part) + 2, ()
    return (0, cast("list[Any]", part)) if isinstance(part, (list, tuple)) else (4, ())


async def run_apart(value: Any, work: Callable[..., ResultT], *arguments: Any) -> ResultT:
    """Return the result of work on a value, done in a thread if the value is long."""
    if weight(value, _LONG) <= _LONG:
        return work(*arguments)
    # In a thread it takes many steps, and lets the event loop go on after a few milliseconds of them.
    return await run_sync(work, *arguments, limiter=_APART)
