"""The accounts of a period: what each property earned and cost, what is still owed, and what changed.

Stays count by the nights that lie in the period (see `performance`); one whose price is not known counts
with its nights alone, under no currency. Income and expenses count by the day on which they took effect. An
order's balance belongs to the order as a whole and counts once, with its first stay's property, when its last
stay has checked out by the end of the period.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from hostex_mcp.api.finance import Transaction
from hostex_mcp.api.reservations import Reservation
from hostex_mcp.domain.money import by_currency, exact
from hostex_mcp.domain.performance import Period, counts, grouped, nights_in, price, share

_UNPRICED = "", Fraction(), Fraction(), Fraction()


@dataclass(frozen=True, slots=True)
class Account:
    """One property's money of one currency in a period, without a currency where no price is known. `revenue`
    includes the channel's `commission`; income and expenses are what is recorded as paid, `outstanding` what
    is recorded and not paid yet."""

    currency: str
    nights: int
    stays: int
    revenue: Fraction
    commission: Fraction
    income: Fraction
    expenses: Fraction
    outstanding: Fraction

    @property
    def result(self) -> Fraction:
        """Revenue less commission and recorded expenses."""
        return self.revenue - self.commission - self.expenses


@dataclass(frozen=True, slots=True)
class Balance:
    """What an order still owes, or was paid too much when negative."""

    stay: Reservation
    currency: str
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Alteration:
    """Something that touched the period after a given moment; `property_id` is 0 for the account as a
    whole."""

    what: str
    when: datetime
    property_id: int
    reservation_code: str | None
    transaction_id: int | None = None


def accounts(
    stays: Iterable[Reservation], transactions: Iterable[Transaction], period: Period
) -> list[Account]:
    """The accounts of one property, one for each currency, in alphabetical order; behind them, without a
    currency, the nights of stays whose price is not known."""
    sold = [one for one in stays if counts(one) and nights_in(one, period)]
    priced = [_priced(one) for one in sold]
    entries = list(transactions)
    found = {currency for _, currency, *_ in priced} | {one.currency for one in entries}
    return [_account(currency, priced, entries, period) for currency in sorted(found, key=by_name)]


def added(found: Sequence[Account]) -> Account:
    """The sum of accounts of one currency."""
    return Account(
        currency=found[0].currency,
        nights=sum(one.nights for one in found),
        stays=sum(one.stays for one in found),
        revenue=sum((one.revenue for one in found), Fraction()),
        commission=sum((one.commission for one in found), Fraction()),
        income=sum((one.income for one in found), Fraction()),
        expenses=sum((one.expenses for one in found), Fraction()),
        outstanding=sum((one.outstanding for one in found), Fraction()),
    )


def by_name(currency: str) -> tuple[bool, str]:
    """The order of currencies: by name, what has none last."""
    return not currency, currency


def property_of(one: Transaction, homes: Mapping[str, int]) -> int | None:
    """The property that an entry belongs to: its own, else that of its order (see `homes_of`); None for
    entries of the account as a whole."""
    return one.property_id or homes.get(one.reservation_code or "")


def homes_of(stays: Iterable[Reservation]) -> dict[str, int]:
    """The property of each order's first stay."""
    first = {
        code: min(order, key=lambda one: (one.check_in_date, one.stay_code))
        for code, order in grouped(stays, lambda one: one.reservation_code).items()
    }
    return {code: stay.property_id for code, stay in first.items() if stay.property_id}


def balances(stays: Iterable[Reservation], period: Period) -> list[Balance]:
    """What accepted orders whose last stay checked out within the period still owe, largest first."""
    found: list[Balance] = []
    orders = grouped((one for one in stays if one.status == "accepted"), lambda one: one.reservation_code)
    for order in orders.values():
        first = min(order, key=lambda one: (one.check_in_date, one.stay_code))
        payment, last = first.payment, max(one.check_out_date for one in order)
        owed = exact(payment.balance_amount) if payment else Fraction()
        if payment and payment.currency and owed and period.covers(last):
            found.append(Balance(first, payment.currency, owed))
    return sorted(found, key=lambda one: -abs(one.amount))


def alterations(
    stays: Sequence[Reservation],
    transactions: Iterable[Transaction],
    since: Callable[[int], datetime],
    period: Period,
) -> list[Alteration]:
    """Bookings made and cancelled, and entries written or changed since a moment, as far as they touch the
    period; oldest first. `since` tells the moment for a property, of 0 for the account as a whole."""
    homes = homes_of(stays)
    found = [change for one in stays if nights_in(one, period) for change in _of_stay(one)]
    found += [
        change for one in transactions for change in _of_entry(one, property_of(one, homes) or 0, since)
    ]
    return sorted((one for one in found if one.when >= since(one.property_id)), key=lambda one: one.when)


def _priced(stay: Reservation) -> tuple[Reservation, str, Fraction, Fraction, Fraction]:
    currency, room, revenue, commission = price(stay) or _UNPRICED
    return stay, currency, room, revenue, commission


def _account(
    currency: str,
    priced: Sequence[tuple[Reservation, str, Fraction, Fraction, Fraction]],
    entries: Sequence[Transaction],
    period: Period,
) -> Account:
    own = [row for row in priced if row[1] == currency]
    kept = [one for one in entries if one.currency == currency]
    paid = [one for one in kept if one.status != "outstanding"]
    return Account(
        currency=currency,
        nights=sum(nights_in(row[0], period) for row in own),
        stays=len(own),
        revenue=sum((row[3] * share(row[0], period) for row in own), Fraction()),
        commission=sum((row[4] * share(row[0], period) for row in own), Fraction()),
        income=_total(paid, "income", currency),
        expenses=_total(paid, "expense", currency),
        outstanding=_total([one for one in kept if one.status == "outstanding"], "income", currency),
    )


def _total(entries: Iterable[Transaction], direction: str, currency: str) -> Fraction:
    amounts = ((one.currency, exact(one.amount)) for one in entries if one.direction == direction)
    return by_currency(amounts).get(currency, Fraction())


def _of_stay(one: Reservation) -> Iterable[Alteration]:
    yield Alteration("booked", one.booked_at, one.property_id, one.reservation_code)
    if one.cancelled_at is not None:
        yield Alteration("cancelled", one.cancelled_at, one.property_id, one.reservation_code)


def _of_entry(one: Transaction, home: int, since: Callable[[int], datetime]) -> Iterable[Alteration]:
    written, changed = one.created_at, one.updated_at
    if written is not None and written >= since(home):
        yield Alteration(f"{one.direction} recorded", written, home, one.reservation_code, one.id)
    elif changed is not None:
        yield Alteration(f"{one.direction} changed", changed, home, one.reservation_code, one.id)
