"""Values of days told in few words: runs of equal days, or one value for each day of the week."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Generic, TypeVar

from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.wording import WEEKDAYS

ValueT = TypeVar("ValueT", bound=Hashable)

_FEW = 3
# What is so on one Friday only is no matter of Fridays.
_TWO_WEEKS = 14


@dataclass(frozen=True, slots=True)
class Pattern(Generic[ValueT]):
    """The days from `start` to `end`, both included, on which one value holds: on these `weekdays` only, on
    all where there are none."""

    start: date
    end: date
    value: ValueT
    weekdays: tuple[int, ...] = ()


def patterns(values: Sequence[ValueT | None], start: date) -> list[Pattern[ValueT]]:
    """Return the patterns of values from a day on, in order; days without a value are in none. Of the
    patterns of the same days, that of the most days of the week comes first."""
    found = _found(list(_weekly(values, start.weekday())), start)
    if len(found) <= _FEW:
        return found
    # A stretch that begins with the first days of a season ends too late; seen from its end, it begins there.
    last = start.weekday() + len(values) - 1
    back = [
        (len(values) - first - len(days), days[::-1], week)
        for first, days, week in _weekly(values[::-1], last, step=-1)
    ]
    return min(found, _found(back[::-1], start), key=len)


def _found(
    stretches: Sequence[tuple[int, Sequence[ValueT], Mapping[int, ValueT]]], start: date
) -> list[Pattern[ValueT]]:
    weeks = [week for _, days, week in stretches if _repeats(days)]
    found: list[Pattern[ValueT]] = []
    for first, days, week in stretches:
        begin, end = start + DAY * first, start + DAY * (first + len(days) - 1)
        # A few days are told as a week that is found elsewhere, if they are like that.
        known = next(filter(None, (_like(week, other) for other in weeks)), None)
        found += _by_weekday(known, begin, end) if known else _runs(days, begin)
    return found


def _like(week: Mapping[int, ValueT], other: Mapping[int, ValueT]) -> Mapping[int, ValueT] | None:
    """Return the other week if these days are like it: with its values, or with values of their own that
    change on the same days of the week."""
    if week.items() <= other.items():
        return other
    pairs = {(other.get(day), value) for day, value in week.items()}
    own = dict(pairs)
    if not len(own) == len(pairs) == len({value for _, value in pairs}) or own.keys() != {*other.values()}:
        return None
    return {day: own[value] for day, value in other.items()}


def _repeats(days: Sequence[Hashable]) -> bool:
    """Whether a stretch is told in fewer words by the days of the week than by its runs."""
    return len(days) >= _TWO_WEEKS and len(list(groupby(days))) > len(set(days))


def _weekly(
    values: Sequence[ValueT | None], weekday: int, step: int = 1
) -> Iterator[tuple[int, Sequence[ValueT], Mapping[int, ValueT]]]:
    """Cut days into stretches in which all Mondays are equal, and so on, each as long as it can be."""
    first, stretch, week = 0, list[ValueT](), dict[int, ValueT]()
    for place, value in enumerate(values):
        day = (weekday + step * place) % 7
        if stretch and (value is None or week.get(day, value) != value):
            yield first, stretch, week
            stretch, week = [], {}
        if value is not None:
            first = first if stretch else place
            week[day] = value
            stretch.append(value)
    if stretch:
        yield first, stretch, week


def _runs(values: Sequence[ValueT], start: date) -> Iterator[Pattern[ValueT]]:
    place = 0
    for value, members in groupby(values):
        count = sum(1 for _ in members)
        yield Pattern(start + DAY * place, start + DAY * (place + count - 1), value)
        place += count


def _by_weekday(week: Mapping[int, ValueT], start: date, end: date) -> list[Pattern[ValueT]]:
    days: dict[ValueT, list[int]] = {}
    for weekday in sorted(week):
        days.setdefault(week[weekday], []).append(weekday)
    ordered = sorted(days.items(), key=lambda entry: -len(entry[1]))
    return [Pattern(start, end, value, tuple(weekdays)) for value, weekdays in ordered]


def weekdays_text(weekdays: Sequence[int]) -> str:
    """Write days of the week: `Fri Sat`, `Sun-Thu`."""
    chosen = set(weekdays)
    firsts = [day for day in sorted(chosen) if (day - 1) % 7 not in chosen]
    parts: list[str] = []
    for first in firsts:
        length = next(count for count in range(1, 8) if (first + count) % 7 not in chosen)
        names = [WEEKDAYS[(first + step) % 7] for step in range(length)]
        parts += names if length < _FEW else [f"{names[0]}-{names[-1]}"]
    return " ".join(parts)
