"""Which properties are free for some dates, and which nearly are.

A property is *free* when each of its nights is. A *near miss* is a property that is taken but would do with a
small change: the same number of nights a few days earlier or later, or fewer nights at one end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.money import exact
from hostex_mcp.domain.nights import Nights, nights
from hostex_mcp.domain.stay_rules import ListingDays, RuleViolation, advance_broken, broken_rules

Dates = tuple[date, date]


@dataclass(frozen=True, slots=True)
class StayQuote:
    """What a listing asks for a stay: the sum of its nightly prices, None where one is unknown, without fees,
    taxes and discounts; and the rules that keep it from being booked there."""

    nights: int
    total: Fraction | None
    obstacles: list[RuleViolation]

    @property
    def average(self) -> Fraction | None:
        """The average price of a night."""
        return None if self.total is None else self.total / self.nights


def offer(days: ListingDays, check_in: date, check_out: date, today: date) -> StayQuote:
    """What a listing asks for these dates on a local `today`."""
    wanted = nights(check_in, check_out)
    known = [exact(days[night].price) for night in wanted if night in days]
    total = sum(known, Fraction()) if len(known) == len(wanted) else None
    obstacles = [*broken_rules(days, check_in, check_out), *advance_broken(days, check_in, today)]
    return StayQuote(len(wanted), total, obstacles)


def alternatives(book: Nights, check_in: date, check_out: date, today: date, most_days: int) -> list[Dates]:
    """Other dates on which a taken property is free, nearest first: the same stay moved by up to `most_days`,
    one each way, then the longest stay inside the dates that loses up to `most_days` nights at one end. None
    of them checks in before `today`."""
    moved = [next(_moved(book, check_in, check_out, most_days, today, step), None) for step in (DAY, -DAY)]
    by_distance = sorted(filter(None, moved), key=lambda dates: abs(dates[0] - check_in))
    shorter = next(_shorter(book, check_in, check_out, most_days, today), None)
    return [*by_distance, *([shorter] if shorter else [])]


def _moved(
    book: Nights, check_in: date, check_out: date, most_days: int, today: date, step: timedelta
) -> Iterator[Dates]:
    for count in range(1, most_days + 1):
        dates = check_in + step * count, check_out + step * count
        if dates[0] >= today and book.all_free(*dates):
            yield dates


def _shorter(book: Nights, check_in: date, check_out: date, most_days: int, today: date) -> Iterator[Dates]:
    """Stays that give up nights at one end, the fewest first; at least half of the nights remain."""
    most = min(most_days, (check_out - check_in).days // 2)
    for count in range(1, most + 1):
        for dates in ((check_in + count * DAY, check_out), (check_in, check_out - count * DAY)):
            if dates[0] >= today and book.all_free(*dates):
                yield dates
