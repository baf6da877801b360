"""What contradicts itself in the calendars of a property and its listings.

- An *overlap*: two stays that hold the same night of one property.
- *Open on a channel*: a listing sells more units for a night than the properties behind it have free, while a
  stay or a block closes one of them. *Closed on a channel*: a listing sells nothing for a night that is free.
- A *price difference*: the price of a free night on a listing is further than the tolerance from what the
  pricing ratios make of the other listings' prices. A ratio is a percentage of the base price. Of the base
  prices that the listings of one currency imply, the one that most of them agree with is taken, and of equals
  that of the ratio nearest to 100. Listings priced by their channel, and ctrip, whose calendar shows floor
  prices, are left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations

from hostex_mcp.api.endpoints.calendar import CalendarDay, PricingRatio
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import Run, runs
from hostex_mcp.domain.money import exact
from hostex_mcp.domain.nights import ClosedNights, Nights, holds, nights
from hostex_mcp.domain.stay_rules import ListingDays

_LEAST_APART = 1


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two stays that hold the same nights of a property, the earlier one first."""

    first: Reservation
    second: Reservation
    first_night: date
    nights: int


@dataclass(frozen=True, slots=True)
class ChannelHole:
    """Nights on which a listing disagrees with the master calendar. `open`: it sells what is closed, by
    `closures`; else it sells nothing of what is free."""

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
    """Every pair of stays that hold the same night of one property, by night."""
    holding: dict[int, list[Reservation]] = {}
    for stay in sorted(filter(holds, stays), key=lambda stay: (stay.check_in_date, stay.stay_code)):
        holding.setdefault(stay.property_id, []).append(stay)
    pairs = [pair for found in holding.values() for pair in combinations(found, 2)]
    shared = [(first, second, _shared(first, second)) for first, second in pairs]
    found = [Overlap(first, second, days[0], len(days)) for first, second, days in shared if days]
    return sorted(
        found, key=lambda overlap: (overlap.first_night, overlap.first.property_id, overlap.first.stay_code)
    )


def _shared(first: Reservation, second: Reservation) -> list[date]:
    start = max(first.check_in_date, second.check_in_date)
    return nights(start, min(first.check_out_date, second.check_out_date))


def channel_holes(books: Sequence[Nights], days: ListingDays, start: date, end: date) -> list[ChannelHole]:
    """Where a listing's units from `start` to `end`, both included, disagree with the nights of what it
    sells: one property, or all those of a room type."""
    states = [
        (night, state)
        for night in sorted(days)
        if start <= night <= end and (state := _state(books, days[night]))
    ]
    folded = runs(states, lambda entry: entry[0], lambda entry: entry[1])
    return [_hole(books, run) for run in folded]


def _state(books: Sequence[Nights], day: CalendarDay) -> str | None:
    if not all(day.date in book.calendar for book in books):
        return None
    free = sum(book.free(day.date) for book in books)
    if day.inventory > free:
        return "open"
    return "closed" if day.inventory < 1 <= free else None


def _hole(books: Sequence[Nights], run: Run[str]) -> ChannelHole:
    after = date.fromordinal(run.end_date.toordinal() + 1)
    closures = [closure for book in books for closure in book.closures(run.start_date, after)]
    is_open = run.state == "open"
    return ChannelHole(run.start_date, run.days, is_open, closures if is_open else ())


def price_differences(
    listings: Sequence[Priced], wanted: Sequence[date], tolerance: float
) -> list[tuple[Priced, list[PriceNight]]]:
    """The listings with nights among `wanted` whose price is more than `tolerance` percent, and more than one
    unit, from what it should be."""
    steered = [listing for listing in listings if listing.ratio.ratio > 0 and not _unreadable(listing.ratio)]
    odd: dict[tuple[str, str], list[PriceNight]] = {}
    for currency in dict.fromkeys(listing.currency for listing in steered):
        group = [listing for listing in steered if listing.currency == currency]
        for night in wanted:
            for listing, expected in _odd_ones(group, night, tolerance):
                price = listing.days[night].price
                odd.setdefault(_key(listing), []).append(PriceNight(night, price, expected))
    return [(listing, odd[_key(listing)]) for listing in steered if _key(listing) in odd]


def _unreadable(ratio: PricingRatio) -> bool:
    return ratio.readonly or ratio.channel_type == "ctrip"


def _key(listing: Priced) -> tuple[str, str]:
    return listing.ratio.channel_type, listing.ratio.listing_id


def _odd_ones(group: Sequence[Priced], night: date, tolerance: float) -> list[tuple[Priced, float]]:
    """The listings whose price of a night is off, with the price that they should have."""
    priced = [listing for listing in group if night in listing.days and listing.days[night].price > 0]
    if len(priced) < 2:
        return []

    def off(listing: Priced, base: Fraction) -> bool:
        expected = base * listing.ratio.ratio / 100
        apart = abs(exact(listing.days[night].price) - expected)
        return apart > _LEAST_APART and apart * 100 > exact(tolerance) * expected

    bases = {
        _key(listing): exact(listing.days[night].price) * 100 / listing.ratio.ratio for listing in priced
    }
    agreed = min(
        priced,
        key=lambda listing: (
            sum(off(other, bases[_key(listing)]) for other in priced),
            abs(listing.ratio.ratio - 100),
        ),
    )
    base = bases[_key(agreed)]
    return [
        (listing, round(float(base * listing.ratio.ratio / 100), 2))
        for listing in priced
        if off(listing, base)
    ]


def oversold(units: Mapping[date, int], closed: Mapping[int, Collection[date]]) -> list[Run[tuple[int, int]]]:
    """The nights on which more units would be for sale than are free, with both numbers. `closed` are the
    nights that each property behind the listing is not free."""
    free = {day: sum(day not in days for days in closed.values()) for day in units}
    lacking = [day for day, wanted in units.items() if wanted > free[day]]
    return runs(lacking, lambda day: day, lambda day: (units[day], free[day]))
