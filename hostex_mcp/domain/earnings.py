"""What the bookings of a period earn, each amount exactly once.

The money of a stay is spread evenly over its nights; those inside the period count. Bookings without a night
in a property are listed apart, by reason: accepted stays that are *not allocated* to a property or are in the
reservation box, spread like the others; *day use*, accepted stays that check out on the day they check in,
with their whole price on that day; and orders that were *cancelled* entirely, with what is recorded as
received for them, on the day of the first check-in. None of them has a night sold.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeVar

from hostex_mcp.api import run_apart
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.money import code, exact
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.periods import Period
from hostex_mcp.domain.stays import by_check_in

ItemT = TypeVar("ItemT")
KeyT = TypeVar("KeyT", bound=Hashable)
Place = Literal["sold", "not allocated", "day use", "cancelled"]

APART: tuple[Place, ...] = ("not allocated", "day use", "cancelled")
_ROOM = "ACCOMMODATION"
_NONE = Fraction()


@dataclass(frozen=True, slots=True)
class Earning:
    """What one booking earns in a period, with its nights there; the currency is empty if no price is known.
    `room` is the accommodation part of `revenue`, `commission` the channel's."""

    stay: Reservation
    place: Place
    nights: int
    currency: str
    room: Fraction = _NONE
    revenue: Fraction = _NONE
    commission: Fraction = _NONE

    @property
    def sold(self) -> int:
        """The nights sold in a property."""
        return self.nights if self.place == "sold" else 0

    @property
    def property_id(self) -> int:
        """The property that earns it, 0 for none."""
        return self.stay.property_id if is_placed(self.stay) else 0


def earnings(
    stays: Iterable[Reservation], period: Period, elsewhere: Iterable[Reservation] = ()
) -> list[Earning]:
    """Return what these stays earn in a period; `elsewhere` has the other stays of their orders, which are
    not reported."""
    return list(_each_earning(list(stays), period, elsewhere))


async def paced_earnings(
    stays: Sequence[Reservation], period: Period, elsewhere: Iterable[Reservation] = ()
) -> list[Earning]:
    """Return the same, of so many stays that it takes long."""
    return await run_apart(stays, earnings, stays, period, elsewhere)


def unpaid_cancellations(
    stays: Iterable[Reservation], period: Period, elsewhere: Iterable[Reservation] = ()
) -> int:
    """Count the orders that were cancelled entirely with nothing received, by the day of the first
    check-in."""
    return sum(not received(stay) for stay in _cancelled_orders(list(stays), elsewhere, period))


def price(stay: Reservation) -> tuple[str, Fraction, Fraction, Fraction] | None:
    """Return currency, room revenue, revenue and commission of a whole stay; None if Hostex gives no price,
    or the commission in another currency."""
    rates = stay.rates
    if rates is None or rates.rate is None or rates.rate.amount is None or not code(rates.rate.currency):
        return None
    currency, charged = code(rates.rate.currency), rates.commission
    if charged and charged.amount and code(charged.currency) not in ("", currency):
        return None
    revenue = exact(rates.rate.amount)
    lines = [
        exact(line.amount) for line in rates.details if line.type == _ROOM and code(line.currency) == currency
    ]
    commission = exact(charged.amount if charged else None)
    return currency, sum(lines, Fraction()) if lines else revenue, revenue, commission


def received(stay: Reservation) -> Fraction:
    """Return what is recorded as received for the order of a stay."""
    return exact(stay.payment.received_amount) if stay.payment else Fraction()


def paid_in(stay: Reservation) -> str:
    """Return the currency in which an order is paid, empty if unknown."""
    priced = price(stay)
    return code(stay.payment.currency if stay.payment else None) or (priced[0] if priced else "")


def nights_of(stay: Reservation) -> int:
    """Count the nights of a stay, 0 if it checks out on the day it checks in."""
    return max((stay.check_out_date - stay.check_in_date).days, 0)


def nights_in(stay: Reservation, period: Period) -> int:
    """Count the nights of a stay in a period."""
    return period.nights_between(stay.check_in_date, stay.check_out_date)


def touches(stay: Reservation, period: Period) -> bool:
    """Whether a stay has a night in a period or, as day use, its day."""
    return nights_in(stay, period) > 0 or (not nights_of(stay) and period.covers(stay.check_in_date))


def grouped(items: Iterable[ItemT], key: Callable[[ItemT], KeyT]) -> dict[KeyT, list[ItemT]]:
    """Group stays, or what is counted of them, by a key, in order of first appearance."""
    groups: dict[KeyT, list[ItemT]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def first_of(order: Iterable[Reservation]) -> Reservation:
    """Return the stay of an order that checks in first."""
    return min(order, key=by_check_in)


def is_whole(order: Sequence[Reservation]) -> bool:
    """Whether these are all stays of their order that cost anything: the first is among them, and their
    prices add up to the total exactly. False if a price is unknown or the total is zero."""
    rates = order[0].rates
    total = rates.total_rate.amount if rates and rates.total_rate else None
    prices = [amounts[2] for amounts in map(price, order) if amounts]
    # Only further stays have a code of their own, so one of them is never alone, however little others cost.
    has_first = any(stay.key == stay.order_key for stay in order)
    # A total of zero says nothing: stays without a charge leave it as it is.
    return has_first and bool(total) and len(prices) == len(order) and sum(prices) == exact(total)


def kept_alone(order: Sequence[Reservation]) -> bool:
    """Whether money was received for an order whose stays, as far as these go, were all cancelled."""
    return bool(received(order[0])) and all(stay.status == "cancelled" for stay in order)


def _each_earning(
    stays: Sequence[Reservation], period: Period, elsewhere: Iterable[Reservation]
) -> Iterator[Earning]:
    for stay in stays:
        if stay.status == "accepted" and touches(stay, period):
            yield _accepted(stay, period)
    for stay in _cancelled_orders(stays, elsewhere, period):
        if received(stay):
            yield _cancelled(stay)


def _cancelled_orders(
    stays: Sequence[Reservation], elsewhere: Iterable[Reservation], period: Period
) -> list[Reservation]:
    """Return the first stay of each order that was cancelled entirely, if it is among `stays`."""
    own = {stay.key for stay in stays}
    orders = grouped([*stays, *elsewhere], lambda stay: stay.order_key).values()
    first = [first_of(order) for order in orders if all(stay.status == "cancelled" for stay in order)]
    return [stay for stay in first if stay.key in own and period.covers(stay.check_in_date)]


def _accepted(stay: Reservation, period: Period) -> Earning:
    nights = nights_in(stay, period)
    place: Place = "not allocated" if not is_placed(stay) else "sold" if nights else "day use"
    priced = price(stay)
    if priced is None:
        return Earning(stay, place, nights, "")
    currency, room, revenue, commission = priced
    share = Fraction(nights, nights_of(stay)) if nights else Fraction(1)
    own_room = room * share if place == "sold" else Fraction()
    return Earning(stay, place, nights, currency, own_room, revenue * share, commission * share)


def _cancelled(stay: Reservation) -> Earning:
    return Earning(stay, "cancelled", 0, paid_in(stay), revenue=received(stay))
