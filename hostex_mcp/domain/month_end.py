"""The accounts of a period: what each property earned and cost, what is still owed, and what changed.

Bookings count as in `earnings`; what has no price counts with its nights alone, under no currency. Income and
expenses count by the day on which they took effect, each in exactly one place: with its property, with that
of its order, or apart under the reason why it has none. An order's balance belongs to the order as a whole
and counts once, with its last stay, in the period in which that one checks out.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import reduce
from operator import add

from hostex_mcp.api.endpoints.finance import Transaction
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.earnings import Earning, first_of, grouped, paid_in, touches
from hostex_mcp.domain.money import code, exact
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.periods import Period

NOT_ALLOCATED, ACCOUNT = "not allocated", "account"
NOT_LISTED, OTHER_ORDERS = "property not listed", "orders without a stay in the period"
DIRECTIONS = ("income", "expense")


@dataclass(frozen=True, slots=True)
class Ledger:
    """Money of one currency in a period, without a currency where no price is known. `stays` have `nights`
    sold, `bookings` are those without. `revenue` includes the channel's `commission`; income and expenses are
    what is recorded as paid, the outstanding ones what is recorded and not paid yet."""

    currency: str
    nights: int
    stays: int
    bookings: int
    revenue: Fraction
    commission: Fraction
    income: Fraction
    expenses: Fraction
    outstanding: Fraction
    outstanding_expenses: Fraction

    @property
    def result(self) -> Fraction:
        """Revenue less commission and paid expenses."""
        return self.revenue - self.commission - self.expenses

    def __add__(self, other: "Ledger") -> "Ledger":
        return Ledger(
            currency=self.currency,
            nights=self.nights + other.nights,
            stays=self.stays + other.stays,
            bookings=self.bookings + other.bookings,
            revenue=self.revenue + other.revenue,
            commission=self.commission + other.commission,
            income=self.income + other.income,
            expenses=self.expenses + other.expenses,
            outstanding=self.outstanding + other.outstanding,
            outstanding_expenses=self.outstanding_expenses + other.outstanding_expenses,
        )


@dataclass(frozen=True, slots=True)
class OrderBalance:
    """What an order still owes, or was paid too much when negative; `stay` is its last one."""

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


def accounts(earned: Iterable[Earning], transactions: Iterable[Transaction]) -> list[Ledger]:
    """What was earned and entered, an account for each currency, in alphabetical order; behind them, without
    a currency, the nights of stays whose price is not known. Entries that do not `count` are left out."""
    bookings, entries = list(earned), [one for one in transactions if counts(one)]
    found = {one.currency for one in bookings} | {code(one.currency) for one in entries}
    return [_account(currency, bookings, entries) for currency in sorted(found, key=by_name)]


def counts(entry: Transaction) -> bool:
    """Whether an entry can be added up: it is income or an expense, of a currency."""
    return entry.direction in DIRECTIONS and bool(code(entry.currency))


def added(found: Sequence[Ledger]) -> Ledger:
    """The sum of accounts of one currency."""
    return reduce(add, found)


def by_name(currency: str) -> tuple[bool, str]:
    """The order of currencies: by name, what has none last."""
    return not currency, currency


def property_of(one: Transaction, homes: Mapping[str, int]) -> int | None:
    """The property that an entry belongs to: its own, else that of its order (see `homes_of`); None for
    entries of the account as a whole."""
    return one.property_id or homes.get(one.reservation_code or "") or None


def place_of(one: Transaction, homes: Mapping[str, int], listed: Collection[int]) -> int | str:
    """Where an entry is counted: with one of the `listed` properties, or apart, under the reason."""
    home = property_of(one, homes)
    if home:
        return home if home in listed else NOT_LISTED
    if one.reservation_code:
        return NOT_ALLOCATED if one.reservation_code in homes else OTHER_ORDERS
    return ACCOUNT


def homes_of(stays: Iterable[Reservation]) -> dict[str, int]:
    """The property of each order's first stay, 0 while that one has none."""
    orders = grouped(stays, lambda one: one.reservation_code)
    first = {order: first_of(own) for order, own in orders.items()}
    return {order: stay.property_id if is_placed(stay) else 0 for order, stay in first.items()}


def balances(
    stays: Iterable[Reservation], period: Period, elsewhere: Iterable[Reservation] = ()
) -> list[OrderBalance]:
    """What accepted orders whose last stay is one of these and checked out within the period still owe,
    largest first; `elsewhere` are their other stays, which are not asked about."""
    asked = list(stays)
    own = {one.stay_code for one in asked}
    accepted = (one for one in [*asked, *elsewhere] if one.status == "accepted")
    orders = grouped(accepted, lambda one: one.reservation_code).values()
    last = [max(order, key=lambda one: (one.check_out_date, one.stay_code)) for order in orders]
    due = [one for one in last if one.stay_code in own and period.covers(one.check_out_date)]
    found = [OrderBalance(one, paid_in(one), owed(one)) for one in due if owed(one)]
    return sorted(found, key=lambda one: -abs(one.amount))


def owed(stay: Reservation) -> Fraction:
    """The balance of the order of a stay."""
    return exact(stay.payment.balance_amount) if stay.payment else Fraction()


def alterations(
    stays: Sequence[Reservation],
    transactions: Iterable[Transaction],
    since: Callable[[int], datetime],
    period: Period,
) -> list[Alteration]:
    """Bookings made and cancelled, and entries written or changed since a moment, as far as they touch the
    period; oldest first. `since` tells the moment for a property, of 0 for the account as a whole."""
    homes = homes_of(stays)
    found = [change for one in stays if touches(one, period) for change in _of_stay(one)]
    found += [
        change for one in transactions for change in _of_entry(one, property_of(one, homes) or 0, since)
    ]
    return sorted((one for one in found if one.when >= since(one.property_id)), key=lambda one: one.when)


def _account(currency: str, bookings: Sequence[Earning], entries: Sequence[Transaction]) -> Ledger:
    own = [one for one in bookings if one.currency == currency]
    kept = [one for one in entries if code(one.currency) == currency]
    paid = [one for one in kept if one.status != "outstanding"]
    open_ones = [one for one in kept if one.status == "outstanding"]
    return Ledger(
        currency=currency,
        nights=sum(one.sold for one in own),
        stays=sum(one.place == "sold" for one in own),
        bookings=sum(one.place != "sold" for one in own),
        revenue=sum((one.revenue for one in own), Fraction()),
        commission=sum((one.commission for one in own), Fraction()),
        income=total(paid, "income"),
        expenses=total(paid, "expense"),
        outstanding=total(open_ones, "income"),
        outstanding_expenses=total(open_ones, "expense"),
    )


def total(entries: Iterable[Transaction], direction: str) -> Fraction:
    """The sum of entries of one direction, which have one currency."""
    return sum((exact(one.amount) for one in entries if one.direction == direction), Fraction())


def _of_stay(one: Reservation) -> Iterable[Alteration]:
    if one.booked_at is not None:
        yield Alteration("booked", one.booked_at, one.property_id, one.reservation_code)
    if one.cancelled_at is not None:
        yield Alteration("cancelled", one.cancelled_at, one.property_id, one.reservation_code)


def _of_entry(one: Transaction, home: int, since: Callable[[int], datetime]) -> Iterable[Alteration]:
    written, changed = one.created_at, one.updated_at
    if written is not None and written >= since(home):
        yield Alteration(f"{one.direction} recorded", written, home, one.reservation_code, one.id)
    elif changed is not None:
        yield Alteration(f"{one.direction} changed", changed, home, one.reservation_code, one.id)
