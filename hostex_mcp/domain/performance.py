"""How well properties sell: occupancy, ADR, RevPAR, revenue and booking window of a period of nights.

Definitions, as the trade has them:

- A *night sold* is a night of an accepted stay that has a property and is not in the reservation box. A night
  has the date of its evening; the day of check-out is no night.
- A *night blocked* is closed in the calendar and held by no stay. *Nights for sale* are all nights of the
  period less the blocked ones.
- *Occupancy* is nights sold / nights for sale; a night that is sold twice, by a double booking, counts once.
- *Room revenue* is what the stay's price lists as accommodation, without fees and taxes; where no lines are
  given, the whole price (Inferred). *ADR* is room revenue / nights sold, *RevPAR* room revenue / nights for
  sale, both per currency: of the nights that were sold in it, and of the properties that sell in it, by
  their stays or else their listings. A property of which neither tells a currency counts with each.
- A stay without a price is sold, and has no part in revenue, ADR and RevPAR.
- *Revenue* is the stay's whole price, fees and the channel's commission included. All money of a stay is
  spread evenly over its nights, and only the nights inside the period count. Revenue without a night sold in
  a property (see `earnings`) is in the revenue, and not in ADR and RevPAR.
- The *booking window* is the days from booking to check-in, the median over stays that check in inside the
  period.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.earnings import Earning
from hostex_mcp.domain.money import by_currency
from hostex_mcp.domain.periods import Period
from hostex_mcp.domain.stays import HOLDING


@dataclass(frozen=True, slots=True)
class Revenue:
    """Money of one currency: `nights` are the nights that were sold for it."""

    nights: int
    room: Fraction
    revenue: Fraction
    commission: Fraction


@dataclass(frozen=True, slots=True)
class Figures:
    """What a period brought. `for_sale` is None where it has no meaning, as for one channel of several;
    `for_sale_in` has it by currency. `unpriced` nights were sold at a price that is not known; `sold_twice`
    are the nights that more than one stay has, once for each further stay. `apart` counts the bookings that
    earn without a night sold, `not_allocated` the nights of those that have no property."""

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
        """Nights sold / nights for sale, a night sold twice once; None where nothing was for sale."""
        taken = self.sold - self.sold_twice
        return min(Fraction(taken, self.for_sale), Fraction(1)) if self.for_sale else None

    def adr(self, currency: str) -> Fraction | None:
        """Average daily rate in a currency, None without a night sold for it."""
        sums = self.money[currency]
        return sums.room / sums.nights if sums.nights else None

    def revpar(self, currency: str) -> Fraction | None:
        """Room revenue in a currency per night for sale of the properties that sell in it."""
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
    """What a period brought, of what was earned in it. `booked_on` is the local day of booking, None where
    that is not known; `blocked` has the blocked nights of each property that was for sale, None where that
    has no meaning or is not known; `sells_in` the currencies of properties."""
    every = list(earned)
    sold, apart = (
        [earning for earning in every if earning.sold],
        [earning for earning in every if not earning.sold],
    )
    money = _money(every)
    open_nights = None if blocked is None else {key: period.nights - shut for key, shut in blocked.items()}
    arriving = [earning.stay for earning in sold if period.covers(earning.stay.check_in_date)]
    booked = [(stay.check_in_date, day) for stay in arriving if (day := booked_on(stay)) is not None]
    windows = [max((come - day).days, 0) for come, day in booked]
    nights = sum(earning.sold for earning in sold)
    return Figures(
        sold=nights,
        stays=len(sold),
        arrivals=len(arriving),
        booking_window=median(windows) if windows else None,
        money=money,
        for_sale=None if open_nights is None else sum(open_nights.values()),
        blocked=None if blocked is None else sum(blocked.values()),
        for_sale_in={currency: _in_currency(open_nights or {}, sells_in, currency) for currency in money},
        unpriced=sum(earning.sold for earning in sold if not earning.currency),
        sold_twice=nights - len(_takers(sold, period)),
        apart=len(apart),
        not_allocated=sum(earning.nights for earning in apart),
    )


def _in_currency(
    open_nights: Mapping[int, int], sells_in: Mapping[int, Collection[str]], currency: str
) -> int:
    selling = (count for key, count in open_nights.items() if currency in sells_in.get(key, (currency,)))
    return sum(selling)


def blocked_nights(closed: Collection[date], stays: Sequence[Reservation], period: Period) -> int:
    """How many of a property's closed nights in a period no stay of it holds, requests included."""
    nights = {day for day in closed if period.covers(day)}
    for stay in stays:
        if stay.status in HOLDING and not stay.in_reservation_box:
            nights -= {day for day in nights if stay.check_in_date <= day < stay.check_out_date}
    return len(nights)


def double_booked(earned: Iterable[Earning], period: Period) -> dict[int, list[Reservation]]:
    """The stays that share a sold night of a period with another one, by property."""
    found: dict[int, dict[str, Reservation]] = {}
    for (home, _), stays in _takers(earned, period).items():
        if len(stays) > 1:
            found.setdefault(home, {}).update({stay.stay_code: stay for stay in stays})
    return {home: list(stays.values()) for home, stays in found.items()}


def _takers(earned: Iterable[Earning], period: Period) -> dict[tuple[int, date], list[Reservation]]:
    """Who has each night that is sold, by property and night."""
    takers: dict[tuple[int, date], list[Reservation]] = {}
    for earning in earned:
        first = max(earning.stay.check_in_date, period.start)
        for step in range(earning.sold):
            takers.setdefault((earning.property_id, first + timedelta(days=step)), []).append(earning.stay)
    return takers


def _money(earned: Iterable[Earning]) -> dict[str, Revenue]:
    priced = [earning for earning in earned if earning.currency]
    room = by_currency((earning.currency, earning.room) for earning in priced)
    revenue = by_currency((earning.currency, earning.revenue) for earning in priced)
    commission = by_currency((earning.currency, earning.commission) for earning in priced)
    nights = by_currency((earning.currency, Fraction(earning.sold)) for earning in priced)
    return {
        currency: Revenue(int(nights[currency]), room[currency], revenue[currency], commission[currency])
        for currency in revenue
    }
