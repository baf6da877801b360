"""Days of a calendar about to change: what holds, what is to hold, and the ranges that bring back what was.

The state of a day is a tuple of setting and value pairs, such as `(("price", 120),)`.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, TypeAlias

from hostex_mcp.domain.days import DAY, Run, days_of, runs

State: TypeAlias = tuple[tuple[str, Hashable], ...]

MOST_DAYS = 400
# Hostex reads a calendar from a day at most a year away.
_FARTHEST_START = timedelta(days=364)
# Three years with a leap day, counted from the day that may be tomorrow at the property.
_FARTHEST_END = timedelta(days=3 * 365 + 2)


@dataclass(frozen=True, slots=True)
class DayChange:
    """One day of a write. `before` lacks the settings whose present value is unknown."""

    date: date
    before: State
    after: State


def range_problems(ranges: Sequence[tuple[date, date]], today: date) -> list[tuple[str, str]]:
    """Why these ranges (first and last day) cannot be written: a path such as `0.end_date`, empty for all of
    them together, and the reason. Yesterday passes, since it may still be today at the property."""
    found = [problem for place, span in enumerate(ranges) for problem in _problems(place, *span, today)]
    total = sum((end - start).days + 1 for start, end in ranges)
    if not found and total > MOST_DAYS:
        return [("", f"spans {total} days; at most {MOST_DAYS} per call")]
    return found or list(_overlaps(ranges))


def spread(ranges: Iterable[Run[State]]) -> dict[date, State]:
    """The state of every single day of some ranges."""
    return {day: run.state for run in ranges for day in days_of(run.start_date, run.end_date)}


def compared(before: Mapping[date, Mapping[str, Any]], after: Mapping[date, State]) -> list[DayChange]:
    """What each day has of the settings that are written to it, and gets."""
    return [DayChange(day, _present(before.get(day, {}), after[day]), after[day]) for day in sorted(after)]


def folded(changes: Iterable[DayChange]) -> list[Run[tuple[State, State]]]:
    """Consecutive days with the same change."""
    return runs(changes, lambda change: change.date, lambda change: (change.before, change.after))


def restoring(
    changes: Sequence[DayChange], writable: Callable[[Any], bool] = lambda value: True
) -> list[Run[State]] | None:
    """The ranges that bring back what was where it changes; None when an old value is unknown or, by
    `writable`, one that cannot be written."""
    changing = [change for change in changes if change.before != change.after]
    if not all(len(change.before) == len(change.after) for change in changing):
        return None
    if not all(writable(value) for change in changing for _, value in change.before):
        return None
    return runs(changing, lambda change: change.date, lambda change: change.before)


def common_days(changing: Mapping[int, Sequence[date]]) -> tuple[list[int], list[date]] | None:
    """The properties that change and their days, where these are the same for all of them; None otherwise."""
    patterns = {tuple(days) for days in changing.values() if days}
    if len(patterns) != 1:
        return None
    return [property_id for property_id, days in changing.items() if days], list(patterns.pop())


def reading_window(days: Iterable[date], today: date) -> tuple[date, date]:
    """The first and last day to ask for, so that Hostex answers all of `days`."""
    ordered = sorted(days)
    return min(ordered[0], today + _FARTHEST_START), ordered[-1]


def _problems(place: int, start: date, end: date, today: date) -> Iterator[tuple[str, str]]:
    if end < start:
        yield f"{place}.end_date", "is before start_date"
    elif start < today - DAY:
        yield f"{place}.start_date", "is in the past"
    elif end > today + _FARTHEST_END:
        yield f"{place}.end_date", "is more than three years ahead, which Hostex does not take"


def _overlaps(ranges: Sequence[tuple[date, date]]) -> Iterator[tuple[str, str]]:
    ordered = sorted(range(len(ranges)), key=lambda place: ranges[place])
    for earlier, other in pairwise(ordered):
        if ranges[other][0] <= ranges[earlier][1]:
            yield f"{other}.start_date", f"is inside the range that starts on {ranges[earlier][0]}"


def _present(values: Mapping[str, Any], after: State) -> State:
    return tuple((name, values[name]) for name, _ in after if values.get(name) is not None)
