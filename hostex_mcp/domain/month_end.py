"""The accounts of a period: what each property earned and cost, what is still owed, and what changed.

- Stays and their revenue count as in the performance figures; stays without a price count with their nights
  only, under no currency.
- Income and expenses count by the day on which they took effect, each exactly once: with its property, with
  the property of its order, or apart, under the reason why it has none.
- The balance of an order belongs to the order as a whole. It counts once, with the order's last stay, in the
  period in which that one checks out.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
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
    """The money of one currency in a period; the currency is empty for stays without a price. `stays` have
    `nights` sold, `bookings` have none. `revenue` includes the channel's `commission`; income and expenses
    are those recorded as paid, the outstanding ones are recorded but not paid yet."""

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
        _, *names = (item.name for item in fields(self))
        return Ledger(self.currency, *(getattr(self, name) + getattr(other, name) for name in names))


@dataclass(frozen=True, slots=True)
class OrderBalance:
    """What is still owed on an order, negative if overpaid; `stay` is its last one."""

    stay: Reservation
    currency: str
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Alteration:
    """A change that affects the period; `property_id` is 0 for the account as a whole."""

    what: str
    when: datetime
    property_id: int
    reservation_code: str | None
    transaction_id: int | None = None


def accounts(earned: Iterable[Earning], transactions: Iterable[Transaction]) -> list[Ledger]:
    """Return a ledger for each currency, in alphabetical order, the nights without a price last. Entries that
    do not `count` are left out."""
    parts: dict[str, tuple[list[Earning], list[Transaction]]] = defaultdict(lambda: ([], []))
    for earning in earned:
        parts[earning.currency][0].append(earning)
    for entry in transactions:
        if counts(entry):
            parts[code(entry.currency)][1].append(entry)
    return [_ledger(currency, *parts[currency]) for currency in sorted(parts, key=by_name)]


def counts(entry: Transaction) -> bool:
    """Whether an entry can be added up: it is income or an expense, in a currency."""
    return entry.direction in DIRECTIONS and bool(code(entry.currency))


def sum_of(ledgers: Sequence[Ledger]) -> Ledger:
    """Add up ledgers of one currency."""
    return reduce(add, ledgers)


def by_name(currency: str) -> tuple[bool, str]:
    """Return the key that sorts currencies by name, none last."""
    return not currency, currency


def property_of(entry: Transaction, homes: Mapping[str, int]) -> int | None:
    """Return the property of an entry: its own, else that of its order (see `homes_of`); None for entries of
    the account as a whole."""
    return entry.property_id or homes.get(entry.reservation_code or "") or None


def place_of(entry: Transaction, homes: Mapping[str, int], listed: Collection[int]) -> int | str:
    """Return where an entry counts: with one of the `listed` properties, or apart, under the reason."""
    home = property_of(entry, homes)
    if home:
        return home if home in listed else NOT_LISTED
    if entry.reservation_code:
        return NOT_ALLOCATED if entry.reservation_code in homes else OTHER_ORDERS
    return ACCOUNT


def homes_of(stays: Iterable[Reservation]) -> dict[str, int]:
    """Return the property of each order's first stay, 0 while that one has none."""
    orders = grouped(stays, lambda stay: stay.order_key)
    first = {order: first_of(own) for order, own in orders.items()}
    return {order: stay.property_id if is_placed(stay) else 0 for order, stay in first.items()}


def balances(
    stays: Iterable[Reservation], period: Period, elsewhere: Iterable[Reservation] = ()
) -> list[OrderBalance]:
    """Return what is owed on accepted orders whose last stay is one of these and checks out within the
    period, largest first; `elsewhere` has their other stays, which are not reported."""
    reported = list(stays)
    own = {stay.key for stay in reported}
    accepted = (stay for stay in [*reported, *elsewhere] if stay.status == "accepted")
    orders = grouped(accepted, lambda stay: stay.order_key).values()
    last = [max(order, key=lambda stay: (stay.check_out_date, stay.stay_code)) for order in orders]
    due = [stay for stay in last if stay.key in own and period.covers(stay.check_out_date)]
    owing = [OrderBalance(stay, paid_in(stay), owed(stay)) for stay in due if owed(stay)]
    return sorted(owing, key=lambda balance: -abs(balance.amount))


def owed(stay: Reservation) -> Fraction:
    """Return the balance of the order of a stay."""
    return exact(stay.payment.balance_amount) if stay.payment else Fraction()


def alterations(
    stays: Sequence[Reservation],
    transactions: Iterable[Transaction],
    since: Callable[[int], datetime],
    period: Period,
) -> list[Alteration]:
    """Return the bookings made and cancelled, and the entries recorded or changed, since a moment, that
    affect the period; oldest first. `since` gives the moment for a property, for 0 of the account as a
    whole."""
    homes = homes_of(stays)
    changes = [change for stay in stays if touches(stay, period) for change in _of_stay(stay)]
    changes += [
        change for entry in transactions for change in _of_entry(entry, property_of(entry, homes) or 0, since)
    ]
    return sorted(
        (change for change in changes if change.when >= since(change.property_id)),
        key=lambda change: change.when,
    )


def _ledger(currency: str, own: Sequence[Earning], posted: Sequence[Transaction]) -> Ledger:
    paid = [entry for entry in posted if entry.status != "outstanding"]
    unpaid = [entry for entry in posted if entry.status == "outstanding"]
    return Ledger(
        currency=currency,
        nights=sum(earning.sold for earning in own),
        stays=sum(earning.place == "sold" for earning in own),
        bookings=sum(earning.place != "sold" for earning in own),
        revenue=sum((earning.revenue for earning in own), Fraction()),
        commission=sum((earning.commission for earning in own), Fraction()),
        income=total(paid, "income"),
        expenses=total(paid, "expense"),
        outstanding=total(unpaid, "income"),
        outstanding_expenses=total(unpaid, "expense"),
    )


def total(entries: Iterable[Transaction], direction: str) -> Fraction:
    """Add up the entries of one direction, which have one currency."""
    return sum((exact(entry.amount) for entry in entries if entry.direction == direction), Fraction())


def _of_stay(stay: Reservation) -> Iterable[Alteration]:
    if stay.booked_at is not None:
        yield Alteration("booked", stay.booked_at, stay.property_id, stay.reservation_code)
    if stay.cancelled_at is not None:
        yield Alteration("cancelled", stay.cancelled_at, stay.property_id, stay.reservation_code)


def _of_entry(entry: Transaction, home: int, since: Callable[[int], datetime]) -> Iterable[Alteration]:
    recorded, changed = entry.created_at, entry.updated_at
    if recorded is not None and recorded >= since(home):
        yield Alteration(f"{entry.direction} recorded", recorded, home, entry.reservation_code, entry.id)
    elif changed is not None:
        yield Alteration(f"{entry.direction} changed", changed, home, entry.reservation_code, entry.id)
