"""How well properties sell: occupancy, ADR, RevPAR, revenue and booking window of a period of nights.

Definitions, as the trade has them:

- A *night sold* is a night of an accepted stay that has a property and is not in the reservation box. A night
  has the date of its evening; the day of check-out is no night.
- A *night blocked* is closed in the calendar and held by no stay. *Nights for sale* are all nights of the
  period less the blocked ones.
- *Occupancy* is nights sold / nights for sale.
- *Room revenue* is what the stay's price lists as accommodation, without fees and taxes; where no lines are
  given, the whole price (Inferred). *ADR* is room revenue / nights sold, *RevPAR* room revenue / nights for
  sale, both per currency: of the nights that were sold in it, and of the properties that sell in it, by
  their stays or else their listings. A property of which neither tells a currency counts with each.
- A stay without a price is sold, and has no part in revenue, ADR and RevPAR.
- *Revenue* is the stay's whole price, fees and the channel's commission included. All money of a stay is
  spread evenly over its nights, and only the nights inside the period count.
- The *booking window* is the days from booking to check-in, the median over stays that check in inside the
  period.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import TypeVar

from hostex_mcp.api.reservations import Reservation
from hostex_mcp.domain.money import by_currency, exact
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.stays import HOLDING

KeyT = TypeVar("KeyT", bound=Hashable)

_ROOM = "ACCOMMODATION"


@dataclass(frozen=True, slots=True)
class Period:
    """Nights from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def nights(self) -> int:
        """How many nights the period has."""
        return (self.end - self.start).days + 1

    @property
    def before(self) -> "Period":
        """The period it is compared with: whole calendar months are preceded by as many whole months, any
        other period by as many nights."""
        last = self.start - timedelta(days=1)
        months = _whole_months(self)
        if not months:
            return Period(self.start - timedelta(days=self.nights), last)
        first = self.start
        for _ in range(months):
            first = (first - timedelta(days=1)).replace(day=1)
        return Period(first, last)

    @property
    def is_month(self) -> bool:
        """Whether the period is one whole calendar month."""
        return _whole_months(self) == 1

    def months(self) -> "list[Period]":
        """The parts of the period that lie in one calendar month each, oldest first."""
        parts: list[Period] = []
        start = self.start
        while start <= self.end:
            end = min(self.end, _next_month(start) - timedelta(days=1))
            parts.append(Period(start, end))
            start = end + timedelta(days=1)
        return parts

    def covers(self, day: date) -> bool:
        """Whether a night or day belongs to the period."""
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class Money:
    """Money of one currency: `nights` are the nights that were sold for it."""

    nights: int
    room: Fraction
    revenue: Fraction
    commission: Fraction


@dataclass(frozen=True, slots=True)
class Figures:
    """What a period brought. `for_sale` is None where it has no meaning, as for one channel of several;
    `for_sale_in` has it by currency. `unpriced` nights were sold at a price that is not known."""

    sold: int
    stays: int
    arrivals: int
    booking_window: float | None
    money: Mapping[str, Money] = field(default_factory=dict[str, Money])
    for_sale: int | None = None
    blocked: int | None = None
    for_sale_in: Mapping[str, int] = field(default_factory=dict[str, int])
    unpriced: int = 0

    @property
    def occupancy(self) -> Fraction | None:
        """Nights sold / nights for sale, None where nothing was for sale."""
        return Fraction(self.sold, self.for_sale) if self.for_sale else None

    def adr(self, currency: str) -> Fraction | None:
        """Average daily rate in a currency, None without a night sold for it."""
        sums = self.money[currency]
        return sums.room / sums.nights if sums.nights else None

    def revpar(self, currency: str) -> Fraction | None:
        """Room revenue in a currency per night for sale of the properties that sell in it."""
        nights = self.for_sale_in.get(currency)
        return self.money[currency].room / nights if nights else None


def counts(stay: Reservation) -> bool:
    """Whether a stay's nights are sold: accepted, in a property, not in the reservation box."""
    return stay.status == "accepted" and is_placed(stay)


def nights_in(stay: Reservation, period: Period) -> int:
    """How many nights of a stay lie in a period."""
    first = max(stay.check_in_date, period.start)
    behind = min(stay.check_out_date, period.end + timedelta(days=1))
    return max((behind - first).days, 0)


def share(stay: Reservation, period: Period) -> Fraction:
    """The part of a stay that lies in a period, by nights."""
    return Fraction(nights_in(stay, period), max((stay.check_out_date - stay.check_in_date).days, 1))


def price(stay: Reservation) -> tuple[str, Fraction, Fraction, Fraction] | None:
    """Currency, room revenue, revenue and commission of a whole stay; None where Hostex gives no price, or
    the commission in another currency."""
    rates = stay.rates
    if rates is None or rates.rate is None or rates.rate.amount is None or not rates.rate.currency:
        return None
    charged = rates.commission
    if charged and charged.amount and charged.currency not in (None, rates.rate.currency):
        return None
    currency, revenue = rates.rate.currency, exact(rates.rate.amount)
    lines = [exact(one.amount) for one in rates.details if one.type == _ROOM and one.currency == currency]
    commission = exact(charged.amount if charged else None)
    return currency, sum(lines, Fraction()) if lines else revenue, revenue, commission


def is_unpriced(stay: Reservation, period: Period) -> bool:
    """Whether a stay has nights sold in a period at a price that is not known."""
    return counts(stay) and nights_in(stay, period) > 0 and price(stay) is None


def figures(
    stays: Iterable[Reservation],
    period: Period,
    booked_on: Callable[[Reservation], date],
    *,
    blocked: Mapping[int, int] | None,
    sells_in: Mapping[int, Collection[str]],
) -> Figures:
    """What these stays brought in a period. `booked_on` is the local day of booking; `blocked` has the
    blocked nights of each property that was for sale, None where that has no meaning or is not known;
    `sells_in` the currencies of properties."""
    counted = [one for one in stays if counts(one) and nights_in(one, period)]
    money = _money(counted, period)
    open_nights = None if blocked is None else {key: period.nights - shut for key, shut in blocked.items()}
    arriving = [one for one in counted if period.covers(one.check_in_date)]
    windows = [max((one.check_in_date - booked_on(one)).days, 0) for one in arriving]
    return Figures(
        sold=sum(nights_in(one, period) for one in counted),
        stays=len(counted),
        arrivals=len(arriving),
        booking_window=median(windows) if windows else None,
        money=money,
        for_sale=None if open_nights is None else sum(open_nights.values()),
        blocked=None if blocked is None else sum(blocked.values()),
        for_sale_in={one: _in_currency(open_nights or {}, sells_in, one) for one in money},
        unpriced=sum(nights_in(one, period) for one in counted if is_unpriced(one, period)),
    )


def _in_currency(
    open_nights: Mapping[int, int], sells_in: Mapping[int, Collection[str]], currency: str
) -> int:
    selling = (count for key, count in open_nights.items() if currency in sells_in.get(key, (currency,)))
    return sum(selling)


def grouped(
    stays: Iterable[Reservation], key: Callable[[Reservation], KeyT]
) -> dict[KeyT, list[Reservation]]:
    """Stays by what they have in common, in order of first appearance."""
    groups: dict[KeyT, list[Reservation]] = {}
    for one in stays:
        groups.setdefault(key(one), []).append(one)
    return groups


def blocked_nights(closed: Collection[date], stays: Sequence[Reservation], period: Period) -> int:
    """How many of a property's closed nights in a period no stay of it holds, requests included."""
    nights = {day for day in closed if period.covers(day)}
    for one in stays:
        if one.status in HOLDING and not one.in_reservation_box:
            nights -= {day for day in nights if one.check_in_date <= day < one.check_out_date}
    return len(nights)


def _money(stays: Iterable[Reservation], period: Period) -> dict[str, Money]:
    priced = [(one, known) for one in stays if (known := price(one))]
    room = by_currency((known[0], known[1] * share(one, period)) for one, known in priced)
    revenue = by_currency((known[0], known[2] * share(one, period)) for one, known in priced)
    commission = by_currency((known[0], known[3] * share(one, period)) for one, known in priced)
    nights = by_currency((known[0], Fraction(nights_in(one, period))) for one, known in priced)
    return {
        currency: Money(int(nights[currency]), room[currency], revenue[currency], commission[currency])
        for currency in revenue
    }


def _whole_months(period: Period) -> int:
    """How many calendar months a period is made of, 0 when it is not made of whole ones."""
    if period.start.day != 1 or (period.end + timedelta(days=1)).day != 1:
        return 0
    behind = period.end + timedelta(days=1)
    return 12 * (behind.year - period.start.year) + behind.month - period.start.month


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
