"""Reading back what Hostex has only queued: calendar writes take effect some seconds after their answer."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, TypedDict

READ_BACK_SECONDS = 4.0
"""How long to wait before reading back. Inferred: Hostex names no time."""

Verify = Annotated[bool, "wait seconds and read back what took effect"]

_MOST_DAYS = 31


class ReadBack(TypedDict, total=False):
    """What the calendar says after a queued write; `not_yet` lists days that differ from it, at most 31,
    `more` counts the others."""

    in_effect: bool
    not_yet: list[str]
    more: int


def read_back(days_apart: Iterable[date]) -> ReadBack:
    """Return the report on days that still differ from what was written."""
    days = sorted(set(days_apart))
    if not days:
        return ReadBack(in_effect=True)
    report = ReadBack(in_effect=False, not_yet=[day.isoformat() for day in days[:_MOST_DAYS]])
    more = len(days) - _MOST_DAYS
    return {**report, "more": more} if more > 0 else report
