"""Long work on a value, done apart from the event loop."""

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, TypeVar, cast

import anyio
from anyio.to_thread import run_sync
from pydantic import BaseModel

_LONG = 8_000


# One at a time, as the loop waits for each of them in turn.
_APART = anyio.CapacityLimiter(1)


ResultT = TypeVar("ResultT")


def weight(value: Any, most: float = inf) -> int:
    """Estimate the characters of a value; of one with more than `most`, the count stops there."""
    size, parts = 0, [value]
    while parts and size <= most:
        part = parts.pop()
        if isinstance(part, str):
            size += len(part) + 2
        elif isinstance(part, Mapping):
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
