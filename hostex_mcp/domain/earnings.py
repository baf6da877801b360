"""What the bookings of a period earn, each amount in exactly one place.

The money of a stay is spread evenly over its nights; those inside the period count. What has no night in a
property stands apart and keeps its name: accepted stays that are *not allocated* to a property or lie in the
reservation box, spread as the others; *day use*, accepted stays that leave on the day they come, with their
whole price on that day; and orders that were *cancelled* as a whole, with what is recorded as received for
them, on the day of the first check-in. Of what stands apart no night is sold.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeVar

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.money import code, exact
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.periods import Period

KeyT = TypeVar("KeyT", bound=Hashable)
Place = Literal["sold", "not allocated", "day use", "cancelled"]

APART: tuple[Place, ...] = ("not allocated", "day use", "cancelled")
_ROOM = "ACCOMMODATION"
_NONE = Fraction()
_UNEVEN = Fraction(1, 10)
"""What the prices of an order's stays may lack to its total price, as cents do not divide evenly."""


@dataclass(frozen=True, slots=True)
class Earning:
    """What one booking earns in a period, with its nights there; without a currency where no price is known.
    `room` is the part of `revenue` for the nights, `commission` what the channel keeps of it."""

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
        """The property that earns it, 0 where it is in none."""
        return self.stay.property_id if is_placed(self.stay) else 0


def earnings(
    stays: Iterable[Reservation], period: Period, elsewhere: Iterable[Reservation] = ()
) -> list[Earning]:
    """What these stays earn in a period; `elsewhere` are the other stays of their orders, which are not asked
    about."""
    every = list(stays)
    accepted = [stay for stay in every if stay.status == "accepted" and touches(stay, period)]
    refused = _given_up(every, elsewhere, period)
    return [
        *(_accepted(stay, period) for stay in accepted),
        *(_kept(stay) for stay in refused if received(stay)),
    ]


def unpaid_cancellations(
    stays: Iterable[Reservation], period: Period, elsewhere: Iterable[Reservation] = ()
) -> int:
    """How many orders were cancelled as a whole with nothing received, by the day of the first check-in."""
    return sum(not received(stay) for stay in _given_up(list(stays), elsewhere, period))


def price(stay: Reservation) -> tuple[str, Fraction, Fraction, Fraction] | None:
    """Currency, room revenue, revenue and commission of a whole stay; None where Hostex gives no price, or
    the commission in another currency."""
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
    """What is recorded as received for the order of a stay."""
    return exact(stay.payment.received_amount) if stay.payment else Fraction()


def paid_in(stay: Reservation) -> str:
    """The currency in which an order is paid, empty where nothing tells it."""
    priced = price(stay)
    return code(stay.payment.currency if stay.payment else None) or (priced[0] if priced else "")


def nights_of(stay: Reservation) -> int:
    """How many nights a stay has, none where it leaves on the day it comes."""
    return max((stay.check_out_date - stay.check_in_date).days, 0)


def nights_in(stay: Reservation, period: Period) -> int:
    """How many nights of a stay lie in a period."""
    return period.nights_between(stay.check_in_date, stay.check_out_date)


def touches(stay: Reservation, period: Period) -> bool:
    """Whether a stay has a night in a period or, without any night, its day."""
    return nights_in(stay, period) > 0 or (not nights_of(stay) and period.covers(stay.check_in_date))


def grouped(
    stays: Iterable[Reservation], key: Callable[[Reservation], KeyT]
) -> dict[KeyT, list[Reservation]]:
    """Stays by what they have in common, in order of first appearance."""
    groups: dict[KeyT, list[Reservation]] = {}
    for stay in stays:
        groups.setdefault(key(stay), []).append(stay)
    return groups


def first_of(order: Iterable[Reservation]) -> Reservation:
    """The stay of an order that comes first."""
    return min(order, key=lambda stay: (stay.check_in_date, stay.stay_code))


def is_whole(order: Sequence[Reservation]) -> bool:
    """Whether the prices of these stays make up the total price of their order, so that it has no others; not
    where a price is not told."""
    rates = order[0].rates
    total = rates.total_rate.amount if rates and rates.total_rate else None
    prices = [amounts[2] for amounts in map(price, order) if amounts]
    return total is not None and len(prices) == len(order) and abs(sum(prices) - exact(total)) < _UNEVEN


def kept_alone(order: Sequence[Reservation]) -> bool:
    """Whether money was received for an order of which these stays were all cancelled."""
    return bool(received(order[0])) and all(stay.status == "cancelled" for stay in order)


def _given_up(
    stays: Sequence[Reservation], elsewhere: Iterable[Reservation], period: Period
) -> list[Reservation]:
    """The first stay of each order that was cancelled as a whole, of those among `stays`."""
    own = {stay.stay_code for stay in stays}
    orders = grouped([*stays, *elsewhere], lambda stay: stay.reservation_code).values()
    first = [first_of(order) for order in orders if all(stay.status == "cancelled" for stay in order)]
    return [stay for stay in first if stay.stay_code in own and period.covers(stay.check_in_date)]


def _accepted(stay: Reservation, period: Period) -> Earning:
    nights = nights_in(stay, period)
    place: Place = "not allocated" if not is_placed(stay) else "sold" if nights else "day use"
    priced = price(stay)
    if priced is None:
        return Earning(stay, place, nights, "")
    currency, room, revenue, commission = priced
    part = Fraction(nights, nights_of(stay)) if nights else Fraction(1)
    own_room = room * part if place == "sold" else Fraction()
    return Earning(stay, place, nights, currency, own_room, revenue * part, commission * part)


def _kept(stay: Reservation) -> Earning:
    return Earning(stay, "cancelled", 0, paid_in(stay), revenue=received(stay))
