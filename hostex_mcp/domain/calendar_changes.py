"""Changes of calendar days: the state before and after, and the ranges that undo them.

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
"""The most days that one call may write."""

# Hostex reads no calendar that begins more than a year from now.
_FARTHEST_START = timedelta(days=364)
# Hostex takes three years: with a leap day, and from a day that may already be tomorrow at the property.
_FARTHEST_END = timedelta(days=3 * 365 + 2)


@dataclass(frozen=True, slots=True)
class DayChange:
    """One day of a write. `before` lacks the settings whose present value is unknown."""

    date: date
    before: State
    after: State


def range_problems(ranges: Sequence[tuple[date, date]], today: date) -> list[tuple[str, str]]:
    """Return why these ranges (first and last day) cannot be written: a path such as `0.end_date`, empty for
    all of them together, and the reason."""
    problems = [problem for place, span in enumerate(ranges) for problem in _problems(place, *span, today)]
    total = sum((end - start).days + 1 for start, end in ranges)
    if not problems and total > MOST_DAYS:
        return [("", f"spans {total} days; at most {MOST_DAYS} per call")]
    return problems or list(_overlaps(ranges))


def days_of_runs(ranges: Iterable[Run[State]]) -> dict[date, State]:
    """Return the state of each day of some ranges."""
    return {day: run.state for run in ranges for day in days_of(run.start_date, run.end_date)}


def day_changes(before: Mapping[date, Mapping[str, Any]], after: Mapping[date, State]) -> list[DayChange]:
    """Return what each day has of the settings that are written to it, and what it gets."""
    return [DayChange(day, _present(before.get(day, {}), after[day]), after[day]) for day in sorted(after)]


def change_runs(changes: Iterable[DayChange]) -> list[Run[tuple[State, State]]]:
    """Fold consecutive days with the same change."""
    return runs(changes, lambda change: change.date, lambda change: (change.before, change.after))


def undo_ranges(
    changes: Sequence[DayChange], writable: Callable[[str, Any], bool] = lambda name, value: True
) -> list[Run[State]] | None:
    """Return the ranges that undo the changes; None if an old value is unknown or, by `writable`, cannot be
    written."""
    changing = [change for change in changes if change.before != change.after]
    if not all(len(change.before) == len(change.after) for change in changing):
        return None
    if not all(writable(name, value) for change in changing for name, value in change.before):
        return None
    return runs(changing, lambda change: change.date, lambda change: change.before)


def common_days(changing: Mapping[int, Sequence[date]]) -> tuple[list[int], list[date]] | None:
    """Return the properties that change and their days if these are the same for all of them, else None."""
    patterns = {tuple(days) for days in changing.values() if days}
    if len(patterns) != 1:
        return None
    return [property_id for property_id, days in changing.items() if days], list(patterns.pop())


def reading_window(days: Iterable[date], today: date) -> tuple[date, date]:
    """Return the first and last day to ask for, so that Hostex answers all of `days`."""
    ordered = sorted(days)
    return min(ordered[0], today + _FARTHEST_START), ordered[-1]


def _problems(place: int, start: date, end: date, today: date) -> Iterator[tuple[str, str]]:
    if end < start:
        yield f"{place}.end_date", "is before start_date"
    # Yesterday passes, as it may still be today at the property.
    elif start < today - DAY:
        yield f"{place}.start_date", "is in the past"
    elif end > today + _FARTHEST_END:
        yield f"{place}.end_date", "is more than three years ahead, which Hostex does not accept"


def _overlaps(ranges: Sequence[tuple[date, date]]) -> Iterator[tuple[str, str]]:
    ordered = sorted(range(len(ranges)), key=lambda place: ranges[place])
    for earlier, later in pairwise(ordered):
        if ranges[later][0] <= ranges[earlier][1]:
            yield f"{later}.start_date", f"is inside the range that starts on {ranges[earlier][0]}"


def _present(values: Mapping[str, Any], after: State) -> State:
    return tuple((name, values[name]) for name, _ in after if values.get(name) is not None)
