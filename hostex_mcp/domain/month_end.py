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
    bookings, entries = list(earned), [entry for entry in transactions if counts(entry)]
    found = {earning.currency for earning in bookings} | {code(entry.currency) for entry in entries}
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


def property_of(entry: Transaction, homes: Mapping[str, int]) -> int | None:
    """The property that an entry belongs to: its own, else that of its order (see `homes_of`); None for
    entries of the account as a whole."""
    return entry.property_id or homes.get(entry.reservation_code or "") or None


def place_of(entry: Transaction, homes: Mapping[str, int], listed: Collection[int]) -> int | str:
    """Where an entry is counted: with one of the `listed` properties, or apart, under the reason."""
    home = property_of(entry, homes)
    if home:
        return home if home in listed else NOT_LISTED
    if entry.reservation_code:
        return NOT_ALLOCATED if entry.reservation_code in homes else OTHER_ORDERS
    return ACCOUNT


def homes_of(stays: Iterable[Reservation]) -> dict[str, int]:
    """The property of each order's first stay, 0 while that one has none."""
    orders = grouped(stays, lambda stay: stay.reservation_code)
    first = {order: first_of(own) for order, own in orders.items()}
    return {order: stay.property_id if is_placed(stay) else 0 for order, stay in first.items()}


def balances(
    stays: Iterable[Reservation], period: Period, elsewhere: Iterable[Reservation] = ()
) -> list[OrderBalance]:
    """What accepted orders whose last stay is one of these and checked out within the period still owe,
    largest first; `elsewhere` are their other stays, which are not asked about."""
    asked = list(stays)
    own = {stay.stay_code for stay in asked}
    accepted = (stay for stay in [*asked, *elsewhere] if stay.status == "accepted")
    orders = grouped(accepted, lambda stay: stay.reservation_code).values()
    last = [max(order, key=lambda stay: (stay.check_out_date, stay.stay_code)) for order in orders]
    due = [stay for stay in last if stay.stay_code in own and period.covers(stay.check_out_date)]
    found = [OrderBalance(stay, paid_in(stay), owed(stay)) for stay in due if owed(stay)]
    return sorted(found, key=lambda balance: -abs(balance.amount))


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
    found = [change for stay in stays if touches(stay, period) for change in _of_stay(stay)]
    found += [
        change for entry in transactions for change in _of_entry(entry, property_of(entry, homes) or 0, since)
    ]
    return sorted(
        (change for change in found if change.when >= since(change.property_id)),
        key=lambda change: change.when,
    )


def _account(currency: str, bookings: Sequence[Earning], entries: Sequence[Transaction]) -> Ledger:
    own = [earning for earning in bookings if earning.currency == currency]
    kept = [entry for entry in entries if code(entry.currency) == currency]
    paid = [entry for entry in kept if entry.status != "outstanding"]
    open_ones = [entry for entry in kept if entry.status == "outstanding"]
    return Ledger(
        currency=currency,
        nights=sum(earning.sold for earning in own),
        stays=sum(earning.place == "sold" for earning in own),
        bookings=sum(earning.place != "sold" for earning in own),
        revenue=sum((earning.revenue for earning in own), Fraction()),
        commission=sum((earning.commission for earning in own), Fraction()),
        income=total(paid, "income"),
        expenses=total(paid, "expense"),
        outstanding=total(open_ones, "income"),
        outstanding_expenses=total(open_ones, "expense"),
    )


def total(entries: Iterable[Transaction], direction: str) -> Fraction:
    """The sum of entries of one direction, which have one currency."""
    return sum((exact(entry.amount) for entry in entries if entry.direction == direction), Fraction())


def _of_stay(stay: Reservation) -> Iterable[Alteration]:
    if stay.booked_at is not None:
        yield Alteration("booked", stay.booked_at, stay.property_id, stay.reservation_code)
    if stay.cancelled_at is not None:
        yield Alteration("cancelled", stay.cancelled_at, stay.property_id, stay.reservation_code)


def _of_entry(entry: Transaction, home: int, since: Callable[[int], datetime]) -> Iterable[Alteration]:
    written, changed = entry.created_at, entry.updated_at
    if written is not None and written >= since(home):
        yield Alteration(f"{entry.direction} recorded", written, home, entry.reservation_code, entry.id)
    elif changed is not None:
        yield Alteration(f"{entry.direction} changed", changed, home, entry.reservation_code, entry.id)
