"""Calendar writes that Hostex may still have in its queue, so that what it tells is not what will be.

Known are those of this process only: Hostex does not show its queue.
"""

from collections.abc import Hashable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from hostex_mcp.domain.calendar_changes import DayChange
from hostex_mcp.toolkit.context import Context

# Inferred: Hostex names no time, and queued writes were seen to take seconds.
_QUEUED_FOR = timedelta(minutes=2)
_STATE = "queued"


class _Queued(BaseModel):
    """What was written last to some days, and when."""

    at: datetime
    days: dict[date, dict[str, Any]]


def remember(context: Context, thing: Hashable, changes: Iterable[DayChange]) -> None:
    """Note what was written to days of a calendar."""
    days = {**_pending(context, thing), **{change.date: dict(change.after) for change in changes}}
    context.memory.keep(thing, _STATE, _Queued(at=context.now(), days=days))


def holds(context: Context, thing: Hashable, changes: Iterable[DayChange]) -> bool:
    """Whether days are as they are wanted, and no write that may still take effect makes them other."""
    pending = _pending(context, thing)
    return all(
        change.before == change.after
        and all(pending.get(change.date, {}).get(name, value) == value for name, value in change.after)
        for change in changes
    )


def _pending(context: Context, thing: Hashable) -> Mapping[date, dict[str, Any]]:
    queued = context.memory.recall(_Queued, thing, _STATE)
    return queued.days if queued and context.now() - queued.at < _QUEUED_FOR else {}
