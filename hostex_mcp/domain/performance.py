"""How well properties sell in a period of nights: occupancy, ADR, RevPAR, revenue and booking window.

- A *night sold* is a night of an accepted stay that is assigned to a property and not in the reservation box.
  A night has the date of its evening; the day of check-out is no night.
- A *night blocked* is closed in the calendar and held by no stay. *Nights for sale* (available nights) are
  all nights of the period less the blocked ones.
- *Occupancy* is nights sold / nights for sale. A night that is sold twice, by a double booking, counts once.
- *Room revenue* is the accommodation part of a stay's price, without fees and taxes; the whole price where
  Hostex does not break it down (Inferred).
- *ADR* (average daily rate) is room revenue / nights sold; *RevPAR* (revenue per available room) is
  room revenue / nights for sale. Both are per currency: of the nights sold in it, and of the properties that
  sell in it, going by their stays, else by their listings. A property for which neither tells a currency
  counts in each.
- A stay without a price is sold, but has no part in revenue, ADR and RevPAR.
- *Revenue* is the stay's whole price, fees and the channel's commission included. The money of a stay is
  spread evenly over its nights, and only the nights inside the period count. Revenue without a night sold in
  a property (stays without a property, day use, and what was kept of cancelled orders) counts as revenue, not
  for ADR and RevPAR.
- *Lead time*, or *booking window*, is the number of days from booking to check-in: the median of the stays
  that check in inside the period.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from statistics import median

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.earnings import Earning
from hostex_mcp.domain.money import by_currency
from hostex_mcp.domain.nights import nights
from hostex_mcp.domain.periods import Period
from hostex_mcp.domain.stays import HOLDING


@dataclass(frozen=True, slots=True)
class Revenue:
    """Money of one currency: `nights` are the nights sold in it."""

    nights: int
    room: Fraction
    revenue: Fraction
    commission: Fraction


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period. `for_sale` is None where it has no meaning, as for one channel of several;
    `for_sale_in` has it by currency. `unpriced` nights were sold at an unknown price; `sold_twice` counts the
    nights that more than one stay has, once for each further stay. `apart` counts the bookings that earn
    without a night sold, `not_allocated` the nights of those without a property."""

    sold: int
    stays: int
    arrivals: int
    booking_window: float | None
    money: Mapping[str, Revenue] = field(default_factory=dict[str, Revenue])
    for_sale: int | None = None
    blocked: int | None = None
    for_sale_in: Mapping[str, int] = field(default_factory=dict[str, int])
    unpriced: int = 0
    sold_twice: int = 0
    apart: int = 0
    not_allocated: int = 0

    @property
    def occupancy(self) -> Fraction | None:
        """Nights sold / nights for sale, a night sold twice counted once; None if none was for sale."""
        occupied = self.sold - self.sold_twice
        # At most 1, though a stay may take a night that does not count as for sale.
        return min(Fraction(occupied, self.for_sale), Fraction(1)) if self.for_sale else None

    def adr(self, currency: str) -> Fraction | None:
        """Return the average daily rate in a currency, None without a night sold in it."""
        sums = self.money[currency]
        return sums.room / sums.nights if sums.nights else None

    def revpar(self, currency: str) -> Fraction | None:
        """Return room revenue in a currency per night for sale of the properties that sell in it."""
        nights = self.for_sale_in.get(currency)
        return self.money[currency].room / nights if nights else None


def figures(
    earned: Iterable[Earning],
    period: Period,
    booked_on: Callable[[Reservation], date | None],
    *,
    blocked: Mapping[int, int] | None,
    sells_in: Mapping[int, Collection[str]],
) -> Figures:
    """Return the figures of a period by what was earned in it.

    `booked_on` gives the local day of booking, None if unknown. `blocked` has the number of blocked nights of
    each property that was for sale, None if that is unknown or has no meaning; `sells_in` the currencies of
    properties.
    """
    every = list(earned)
    sold = [earning for earning in every if earning.sold]
    apart = [earning for earning in every if not earning.sold]
    money = _money(every)
    open_nights = None if blocked is None else {key: period.nights - count for key, count in blocked.items()}
    arriving = [earning.stay for earning in sold if period.covers(earning.stay.check_in_date)]
    windows = [
        # A booking entered after check-in has no window.
        max((stay.check_in_date - day).days, 0)
        for stay in arriving
        if (day := booked_on(stay)) is not None
    ]
    count = sum(earning.sold for earning in sold)
    return Figures(
        sold=count,
        stays=len(sold),
        arrivals=len(arriving),
        booking_window=median(windows) if windows else None,
        money=money,
        for_sale=None if open_nights is None else sum(open_nights.values()),
        blocked=None if blocked is None else sum(blocked.values()),
        for_sale_in={currency: _in_currency(open_nights or {}, sells_in, currency) for currency in money},
        unpriced=sum(earning.sold for earning in sold if not earning.currency),
        sold_twice=count - len(_takers(sold, period)),
        apart=len(apart),
        not_allocated=sum(earning.nights for earning in apart),
    )


def _in_currency(
    open_nights: Mapping[int, int], sells_in: Mapping[int, Collection[str]], currency: str
) -> int:
    selling = (count for key, count in open_nights.items() if currency in sells_in.get(key, (currency,)))
    return sum(selling)


def blocked_nights(closed: Collection[date], stays: Sequence[Reservation], period: Period) -> int:
    """Count a property's closed nights in a period that none of its stays holds, requests included."""
    blocked = {day for day in closed if period.covers(day)}
    for stay in stays:
        if stay.status in HOLDING and not stay.in_reservation_box:
            blocked.difference_update(_nights(stay, period))
    return len(blocked)


def double_booked(earned: Iterable[Earning], period: Period) -> dict[int, list[Reservation]]:
    """Return the stays that share a sold night of a period with another one, by property."""
    double: dict[int, dict[str, Reservation]] = {}
    for (home, _), stays in _takers(earned, period).items():
        if len(stays) > 1:
            double.setdefault(home, {}).update({stay.key: stay for stay in stays})
    return {home: list(stays.values()) for home, stays in double.items()}


def _takers(earned: Iterable[Earning], period: Period) -> dict[tuple[int, date], list[Reservation]]:
    """Return the stays that were sold each night, by property and night."""
    takers: dict[tuple[int, date], list[Reservation]] = {}
    for earning in earned:
        if earning.sold:
            home = earning.property_id
            for night in _nights(earning.stay, period):
                takers.setdefault((home, night), []).append(earning.stay)
    return takers


def _nights(stay: Reservation, period: Period) -> list[date]:
    """Return the nights of a stay in a period."""
    return nights(max(stay.check_in_date, period.start), min(stay.check_out_date, period.end + DAY))


def _money(earned: Iterable[Earning]) -> dict[str, Revenue]:
    priced = [earning for earning in earned if earning.currency]
    room = by_currency((earning.currency, earning.room) for earning in priced)
    revenue = by_currency((earning.currency, earning.revenue) for earning in priced)
    commission = by_currency((earning.currency, earning.commission) for earning in priced)
    sold = by_currency((earning.currency, Fraction(earning.sold)) for earning in priced)
    return {
        currency: Revenue(int(sold[currency]), room[currency], revenue[currency], commission[currency])
        for currency in revenue
    }
