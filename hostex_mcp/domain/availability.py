"""Which properties are available for some dates, and which nearly are.

- A property is *available* when every night of the stay is free.
- A *near miss* is a property that is not available but would be after a small change: the same number of
  nights a few days earlier or later, or fewer nights at one end.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

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
    """What a listing asks for a stay: the sum of its nightly prices without fees, taxes and discounts, None
    if a price is unknown; and the rules that keep the stay from being booked there."""

    nights: int
    total: Fraction | None
    obstacles: list[RuleViolation]

    @property
    def average(self) -> Fraction | None:
        """The average price per night."""
        return None if self.total is None else self.total / self.nights


def offer(days: ListingDays, check_in: date, check_out: date, today: date) -> StayQuote:
    """Return what a listing asks for these dates on a local `today`."""
    stay = nights(check_in, check_out)
    prices = [exact(days[night].price) for night in stay if night in days]
    total = sum(prices, Fraction()) if len(prices) == len(stay) else None
    obstacles = [*broken_rules(days, check_in, check_out), *advance_broken(days, check_in, today)]
    return StayQuote(len(stay), total, obstacles)


def alternatives(book: Nights, check_in: date, check_out: date, today: date, most_days: int) -> list[Dates]:
    """Return other dates on which a property is available, none of them with a check-in before `today`.

    First the same stay moved by up to `most_days`, one each way, nearest first; then the longest stay inside
    the dates that loses up to `most_days` nights at one end.
    """
    moves = [next(_moves(book, check_in, check_out, most_days, today, step), None) for step in (DAY, -DAY)]
    nearest = sorted(filter(None, moves), key=lambda dates: abs(dates[0] - check_in))
    shorter = next(_shorter(book, check_in, check_out, most_days, today), None)
    return [*nearest, *([shorter] if shorter else [])]


def _moves(
    book: Nights, check_in: date, check_out: date, most_days: int, today: date, step: timedelta
) -> Iterator[Dates]:
    for count in range(1, most_days + 1):
        dates = check_in + step * count, check_out + step * count
        if dates[0] >= today and book.all_free(*dates):
            yield dates


def _shorter(book: Nights, check_in: date, check_out: date, most_days: int, today: date) -> Iterator[Dates]:
    # Less than half of the nights would be another trip.
    most = min(most_days, (check_out - check_in).days // 2)
    for count in range(1, most + 1):
        for dates in ((check_in + count * DAY, check_out), (check_in, check_out - count * DAY)):
            if dates[0] >= today and book.all_free(*dates):
                yield dates
