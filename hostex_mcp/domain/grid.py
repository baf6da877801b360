"""What a calendar of several properties shows of one of them: stays as bars, its nights, what each listing
asks on each day, and nights that cannot be sold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from itertools import groupby
from typing import TypeVar

from hostex_mcp.api.endpoints.calendar import CalendarDay, Restrictions
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import days_of
from hostex_mcp.domain.gaps import UnsellableNights
from hostex_mcp.domain.nights import Nights, is_placed
from hostex_mcp.domain.stay_rules import ListingDays, RuleViolation
from hostex_mcp.domain.stays import HOLDING, by_check_in

ValueT = TypeVar("ValueT")

FREE, STAY, BLOCK, UNKNOWN = ".", "s", "b", "?"
"""How a night is written: free, held by a stay, blocked, or not in Hostex's calendar."""

# Prices that are rounded after a percentage may be off by a unit, and large ones by a little more.
_ROUNDING, _ROUNDED_PERCENT = 1, 1

ListingKey = tuple[str, str]
Span = tuple[int, int, ValueT]
"""Days in one state: the first by its number, how many, and the state."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stay on a grid. Stays in one lane do not overlap; only a double booking has several lanes."""

    stay: Reservation
    lane: int

    @property
    def nights(self) -> int:
        """The number of nights, 0 for a stay of a day."""
        return max((self.stay.check_out_date - self.stay.check_in_date).days, 0)


@dataclass(frozen=True, slots=True)
class Stuck:
    """Free nights that some listings cannot sell because of one rule."""

    first_night: date
    nights: int
    rule: RuleViolation
    listings: tuple[ListingKey, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """What a listing asks and allows, as spans of days; days that Hostex does not show are in none."""

    price: Sequence[Span[float]]
    units: Sequence[Span[int]]
    min_stay: Sequence[Span[int]]
    no_arrival: Sequence[Span[bool]]
    no_departure: Sequence[Span[bool]]


def bars(stays: Iterable[Reservation], start: date, end: date) -> list[Bar]:
    """Return the stays of one property that hold it between two days, both included, by check-in. A guest
    who leaves on the first day is still there in the morning."""
    taken, free, placed = list[tuple[date, int]](), list[int](), list[Bar]()
    for stay in sorted(filter(_is_shown, stays), key=by_check_in):
        if stay.check_in_date > end or stay.check_out_date < start:
            continue
        while taken and taken[0][0] <= stay.check_in_date:
            heappush(free, heappop(taken)[1])
        lane = heappop(free) if free else len(taken)
        heappush(taken, (stay.check_out_date, lane))
        placed.append(Bar(stay, lane))
    return placed


def _is_shown(stay: Reservation) -> bool:
    return stay.status in HOLDING and is_placed(stay)


def letters(book: Nights | None, start: date, end: date) -> str:
    """Return a letter for each night."""
    return "".join(_letter(book, night) for night in days_of(start, end))


def _letter(book: Nights | None, night: date) -> str:
    if book and night in book.holders:
        return STAY
    day = book.calendar.get(night) if book else None
    if day is None:
        return UNKNOWN
    return FREE if day.available else BLOCK


def columns(days: ListingDays, start: date, end: date) -> Columns:
    """Return what a listing asks and allows on these days."""
    entries = [days.get(day) for day in days_of(start, end)]
    return Columns(
        spans(entries, lambda day: day.price or None),
        spans(entries, lambda day: max(day.inventory, 0)),
        spans(entries, lambda day: _min_stay(day.restrictions)),
        spans(entries, lambda day: bool(day.restrictions and day.restrictions.closed_on_arrival) or None),
        spans(entries, lambda day: bool(day.restrictions and day.restrictions.closed_on_departure) or None),
    )


def spans(
    entries: Iterable[CalendarDay | None], value: Callable[[CalendarDay], ValueT | None]
) -> list[Span[ValueT]]:
    """Return the spans of days with one value; days without one are in none."""
    folded: list[Span[ValueT]] = []
    place = 0
    for state, members in groupby(entries, key=lambda day: None if day is None else value(day)):
        count = sum(1 for _ in members)
        if state is not None:
            folded.append((place, count, state))
        place += count
    return folded


def _min_stay(rules: Restrictions | None) -> int | None:
    """Return the shortest stay that can include a day, None if a single night can."""
    least = max(rules.min_stay_on_arrival or 0, rules.min_stay_through or 0) if rules else 0
    return least if least > 1 else None


def percent_of(base: Sequence[Span[float]], other: Sequence[Span[float]]) -> int | None:
    """Return the percentage of one listing's prices that another's are on all days, but for rounding; None if
    there is none."""
    first, second = _by_day(base), _by_day(other)
    whole = sum(first.values())
    if not whole or first.keys() != second.keys():
        return None
    percent = round(100 * sum(second.values()) / whole)
    expected = {day: price * percent / 100 for day, price in first.items()}
    return percent if all(_is_near(second[day], price) for day, price in expected.items()) else None


def _is_near(price: float, expected: float) -> bool:
    return abs(price - expected) <= max(_ROUNDING, expected * _ROUNDED_PERCENT / 100)


def _by_day(prices: Sequence[Span[float]]) -> dict[int, float]:
    return {place: price for start, count, price in prices for place in range(start, start + count)}


def stuck_nights(found: Iterable[tuple[ListingKey, UnsellableNights]], start: date, end: date) -> list[Stuck]:
    """Return the nights that touch a period, those of several listings by the same rule as one."""
    grouped: dict[tuple[date, int, str, str], list[tuple[ListingKey, UnsellableNights]]] = {}
    for listing, span in found:
        if span.first_night <= end and span.check_out > start:
            rule = span.rules[0]
            key = span.first_night, span.nights, rule.rule, f"{rule.value}"
            grouped.setdefault(key, []).append((listing, span))
    return [
        Stuck(key[0], key[1], members[0][1].rules[0], tuple(listing for listing, _ in members))
        for key, members in sorted(grouped.items(), key=lambda entry: entry[0])
    ]
