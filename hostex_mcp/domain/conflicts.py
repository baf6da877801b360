"""Contradictions in the calendars of a property and its listings.

- An *overlap* is a double booking: two stays that hold the same night of one property.
- *Open on a channel*: a listing sells more units for a night than the properties behind it have free, while a
  stay or a block closes one of them.
- *Closed on a channel*: a listing sells nothing for a night that is free.
- A *price difference*: the price of a free night on a listing differs by more than the tolerance from what
  the pricing ratios make of the other listings' prices. A ratio is a percentage of the base price. Of the
  base prices that the listings of one currency imply, the one that most of them agree with counts; of equals,
  the one of the ratio nearest to 100. Listings priced by their channel, and Ctrip, whose calendar shows floor
  prices, are left out.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import lcm
from operator import itemgetter

from hostex_mcp.api.endpoints.calendar import CalendarDay, PricingRatio
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import DAY, Run, runs
from hostex_mcp.domain.money import exact
from hostex_mcp.domain.nights import ClosedNights, Nights, holds
from hostex_mcp.domain.stay_rules import ListingDays
from hostex_mcp.domain.stays import by_check_in

# A price that a channel has rounded may be off by up to one unit.
_ROUNDING = 1
# All pairs of stays that hold the same night are the square of their number.
_MOST_PAIRS = 200


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two stays that hold the same nights of a property, the earlier one first. On the last of a property,
    `more` counts those that are not told."""

    first: Reservation
    second: Reservation
    first_night: date
    nights: int
    more: int = 0


@dataclass(frozen=True, slots=True)
class ChannelHole:
    """Nights on which a listing disagrees with the master calendar. `open`: it sells what is closed by
    `closures`; otherwise it sells nothing of what is free."""

    first_night: date
    nights: int
    open: bool
    closures: Sequence[ClosedNights] = ()


@dataclass(frozen=True, slots=True)
class Priced:
    """A listing and its prices: `ratio` percent of the base price, in `currency`."""

    ratio: PricingRatio
    currency: str | None
    days: Mapping[date, CalendarDay]

    @property
    def key(self) -> tuple[str, str]:
        """Channel and listing id."""
        return self.ratio.channel_type, self.ratio.listing_id

    @property
    def comparable(self) -> bool:
        """Whether the listing's prices follow its ratio."""
        return self.ratio.ratio > 0 and not self.ratio.readonly and self.ratio.channel_type != "ctrip"


@dataclass(frozen=True, slots=True)
class PriceNight:
    """A night whose price on a listing is not what the ratio makes of the other listings' base price."""

    night: date
    price: float
    expected: float

    @property
    def percent(self) -> float:
        """How far the price is from the expected one, in percent of that."""
        return round((self.price - self.expected) / self.expected * 100, 1)


def overlaps(stays: Iterable[Reservation]) -> list[Overlap]:
    """Return the pairs of stays that hold the same night of one property, by night; of a property with very
    many, the first ones."""
    by_property: dict[int, list[Reservation]] = {}
    for stay in sorted(filter(holds, stays), key=by_check_in):
        by_property.setdefault(stay.property_id, []).append(stay)
    double = [pair for own in by_property.values() for pair in _doubled(own)]
    return sorted(double, key=lambda pair: (pair.first_night, pair.first.property_id, pair.first.stay_code))


def double_bookings(stays: Iterable[Reservation], start: date, end: date) -> list[Overlap]:
    """Return the pairs of stays that hold the same night and touch the nights between two days, both
    included."""
    return overlaps(stay for stay in stays if stay.check_in_date <= end and stay.check_out_date > start)


def _doubled(stays: Iterable[Reservation]) -> list[Overlap]:
    """Return the pairs of one property, whose stays come by check-in."""
    there: list[tuple[date, int, Reservation]] = []
    pairs, more = list[Overlap](), 0
    for number, stay in enumerate(stays):
        start = stay.check_in_date
        if stay.check_out_date <= start:
            continue
        del there[: bisect_left(there, (start + DAY,))]
        told = there[: _MOST_PAIRS - len(pairs)]
        pairs += [
            Overlap(other, stay, start, (min(until, stay.check_out_date) - start).days)
            for until, _, other in sorted(told, key=itemgetter(1))
        ]
        more += len(there) - len(told)
        insort(there, (stay.check_out_date, number, stay))
    return [*pairs[:-1], replace(pairs[-1], more=more)] if more else pairs


def channel_holes(books: Sequence[Nights], days: ListingDays, start: date, end: date) -> list[ChannelHole]:
    """Return where a listing's units from `start` to `end`, both included, disagree with the nights of what
    it sells: one property, or all those of a room type."""
    states = {night: _state(books, days[night]) for night in days if start <= night <= end}
    odd = [night for night, state in states.items() if state]
    return [_hole(books, run) for run in runs(odd, lambda night: night, lambda night: states[night])]


def _state(books: Sequence[Nights], day: CalendarDay) -> str:
    """Return `open` or `closed` where the listing is so in spite of the calendars, else nothing."""
    if not all(day.date in book.calendar for book in books):
        return ""
    free = sum(book.free(day.date) for book in books)
    if day.inventory > free:
        return "open"
    return "closed" if day.inventory < 1 <= free else ""


def _hole(books: Sequence[Nights], run: Run[str]) -> ChannelHole:
    if run.state != "open":
        return ChannelHole(run.start_date, run.days, open=False)
    check_out = run.end_date + DAY
    closures = [closure for book in books for closure in book.closures(run.start_date, check_out)]
    return ChannelHole(run.start_date, run.days, True, closures)


def oversold(units: Mapping[date, int], closed: Mapping[int, Collection[date]]) -> list[Run[tuple[int, int]]]:
    """Return the nights on which more `units` would be for sale than are free, with both numbers.

    `closed` has the nights on which each property behind the listing is not free.
    """
    free = {night: sum(night not in nights for nights in closed.values()) for night in units}
    short = [night for night, count in units.items() if count > free[night]]
    return runs(short, lambda night: night, lambda night: (units[night], free[night]))


def price_differences(
    listings: Sequence[Priced], dates: Sequence[date], tolerance: float
) -> list[tuple[Priced, list[PriceNight]]]:
    """Return the listings with nights among `dates` whose price is more than `tolerance` percent, and more
    than one unit, from what it should be."""
    comparable = [listing for listing in listings if listing.comparable]
    differences: dict[tuple[str, str], list[PriceNight]] = {}
    for currency in dict.fromkeys(listing.currency for listing in comparable):
        group = [listing for listing in comparable if listing.currency == currency]
        for night in dates:
            for listing, difference in _differences(group, night, exact(tolerance)):
                differences.setdefault(listing.key, []).append(difference)
    return [(listing, differences[listing.key]) for listing in comparable if listing.key in differences]


def _differences(
    group: Sequence[Priced], night: date, tolerance: Fraction
) -> list[tuple[Priced, PriceNight]]:
    """Return the listings whose price of a night differs from the base price that most agree with."""
    priced = [listing for listing in group if night in listing.days and (listing.days[night].price or 0) > 0]
    if len(priced) < 2:
        return []
    ratios = [listing.ratio.ratio for listing in priced]
    amounts = [exact(listing.days[night].price) for listing in priced]
    # Whole numbers of one unit, as fractions take ten times as long.
    unit = lcm(*(amount.denominator for amount in amounts))
    prices = [amount.numerator * unit // amount.denominator for amount in amounts]

    def is_off(place: int, base: int) -> bool:
        """Whether the price at a place is not what the one at the place `base` makes of it."""
        expected = prices[base] * ratios[place]
        difference = abs(prices[place] * ratios[base] - expected)
        most = tolerance.numerator * expected
        return (
            difference > _ROUNDING * unit * ratios[base] and 100 * difference * tolerance.denominator > most
        )

    def dissent(base: int) -> tuple[int, int]:
        return sum(is_off(place, base) for place in places), abs(ratios[base] - 100)

    places = range(len(priced))
    base = min(places, key=dissent)
    share = amounts[base] / ratios[base]
    return [
        (
            priced[place],
            PriceNight(night, priced[place].days[night].price or 0, round(float(share * ratios[place]), 2)),
        )
        for place in places
        if is_off(place, base)
    ]
