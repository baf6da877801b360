"""The accounts of a month, for owners and books."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, partial
from typing import Any, TypedDict

from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.money import by_currency, exact, rounded
from hostex_mcp.domain.month_end import (
    Account,
    Balance,
    added,
    alterations,
    balances,
    by_name,
    homes_of,
    property_of,
)
from hostex_mcp.domain.performance import Period, is_unpriced
from hostex_mcp.tools.arguments import Day, Id, PropertyIds, in_order
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.gather_books import Books, read_books
from hostex_mcp.tools.gather_portfolio import portfolio
from hostex_mcp.tools.insight_words import failed, unpriced_notes
from hostex_mcp.tools.results import Record, lean
from hostex_mcp.tools.tool import tool

_MOST = {"unreceived": 50, "changes": 50}
_DEFINITIONS = (
    "revenue and commission: stays' prices spread over their nights, those inside the period; income and "
    "expenses: entries recorded as paid in the period, outstanding: recorded, not paid; result = revenue - "
    "commission - expenses; totals: of the properties, without account_expenses; unreceived: balances of "
    "orders that checked out in the period, whole orders; Hostex tells no payouts: a channel pays out "
    "revenue - commission (Inferred), what came is income"
)


class MoneyRow(TypedDict, total=False):
    """One currency's sums of a period, major units. Without a currency: nights whose price is not known."""

    currency: str
    nights: int
    stays: int
    revenue: float
    commission: float
    income: float
    expenses: float
    outstanding: float
    result: float


class HomeRow(MoneyRow, total=False):
    """The accounts of one property in one currency."""

    property_id: int
    property: str


class GroupRow(MoneyRow, total=False):
    """The accounts of one property group (an owner, mostly) in one currency."""

    group_id: int
    group: str


class BalanceRow(TypedDict, total=False):
    """What an order still owes; negative: paid too much."""

    reservation_code: str
    stay_code: str
    guest_name: str | None
    property_id: int
    property: str
    channel_type: str
    check_out_date: str
    currency: str
    amount: float


class ChangeRow(TypedDict, total=False):
    """Something that touched the period after the given day."""

    what: str
    when: str
    property_id: int | None
    property: str
    reservation_code: str | None
    transaction_id: int | None


class MonthEnd(TypedDict, total=False):
    """The accounts of a period by property and group, balances, and what changed since."""

    start_date: str
    end_date: str
    csv: str
    properties: list[HomeRow]
    groups: list[GroupRow]
    totals: list[dict[str, Any]]
    account_expenses: dict[str, float] | None
    unreceived: list[BalanceRow]
    changes: list[ChangeRow]
    notes: list[str]
    failed: list[dict[str, Any]]


@tool(
    "insights",
    "Get month end",
    words="owner statement payout commission expenses closing accounting profit csv bookkeeping balance due",
)
async def get_month_end(
    context: Context,
    start_date: Day | None = None,
    end_date: Day | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
    changed_since: Day | None = None,
) -> Record[MonthEnd]:
    """The accounts of a period (the last whole month unless told) per property and group: nights, revenue,
    commission, recorded income and expenses, and what is not received yet; with changed_since also what was
    booked, cancelled or entered since that day. One row per currency; `notes` has the definitions."""
    in_order(start_date=start_date, end_date=end_date)
    meant = await portfolio(context, property_ids, group_id)
    period = Period(start_date, end_date) if start_date and end_date else last_month(meant.first_today())
    books = await read_books(context, meant, period)
    homes = books.of_homes()
    owed = [_balance(context, books, one) for one in balances(books.stays, period)]
    changed = _changes(books, changed_since)
    answer = MonthEnd(
        start_date=f"{period.start}",
        end_date=f"{period.end}",
        csv=f"hostex://month-end/{period.start:%Y-%m}.csv" if meant.whole and period.is_month else "",
        properties=home_rows(books, homes),
        groups=_group_rows(books, homes),
        totals=[{**row} for row in _totals(books, [one for found in homes.values() for one in found])],
        account_expenses=_of_account(books),
        unreceived=owed,
        changes=changed,
        notes=_notes(books),
        failed=[{**one} for one in failed(books.failures)],
    )
    return Record(lean(answer), long="properties", most=_MOST)


def last_month(today: date) -> Period:
    """The calendar month before that of a day."""
    last = today.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


def home_rows(books: Books, homes: Mapping[int, Sequence[Account]]) -> list[HomeRow]:
    """A row for each property and currency."""
    return [
        HomeRow(property_id=key, property=books.meant.titled(key), **_sums(books, one))
        for key, found in homes.items()
        for one in found
    ]


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of properties as a table for a spreadsheet, comma-separated with a header. A text that a
    spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    names = [*HomeRow.__annotations__, *MoneyRow.__annotations__]
    table = csv.DictWriter(out, list(dict.fromkeys(names)), lineterminator="\r\n")
    table.writeheader()
    for row in rows:
        table.writerow({name: _harmless(value) for name, value in row.items()})
    return out.getvalue()


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def _sums(books: Books, one: Account) -> MoneyRow:
    """An account as a row, without the sums that are not known."""
    if not one.currency:
        return MoneyRow(nights=one.nights, stays=one.stays)
    amounts: dict[str, Fraction] = {"revenue": one.revenue, "commission": one.commission}
    if books.entries is not None:
        amounts |= {
            "income": one.income,
            "expenses": one.expenses,
            "outstanding": one.outstanding,
            "result": one.result,
        }
    shown: dict[str, Any] = {name: rounded(amount, one.currency) for name, amount in amounts.items()}
    return MoneyRow(currency=one.currency, nights=one.nights, stays=one.stays, **shown)


def _group_rows(books: Books, homes: Mapping[int, Sequence[Account]]) -> list[GroupRow]:
    rows: list[GroupRow] = []
    for group in books.groups:
        members = [one for key in group.property_ids for one in homes.get(key, ())]
        sums = _totals(books, members)
        rows += [GroupRow(group_id=group.id, group=one_line(group.name), **row) for row in sums]
    return rows


def _totals(books: Books, found: Sequence[Account]) -> list[MoneyRow]:
    """Accounts added up, a row for each currency."""
    sums: list[MoneyRow] = []
    for currency in sorted({one.currency for one in found}, key=by_name):
        sums.append(_sums(books, added([one for one in found if one.currency == currency])))
    return sums


def _of_account(books: Books) -> dict[str, float] | None:
    """Paid expenses that belong to no property, by currency; None of a part of the account, or where entries
    could not be read."""
    if books.entries is None or not books.meant.whole:
        return None
    homes = homes_of(books.stays)
    own = [
        one
        for one in books.entries
        if one.direction == "expense" and one.status != "outstanding" and property_of(one, homes) is None
    ]
    sums = by_currency((one.currency, exact(one.amount)) for one in own)
    return {currency: rounded(amount, currency) for currency, amount in sums.items()}


def _balance(context: Context, books: Books, one: Balance) -> BalanceRow:
    stay = context.screen().show(one.stay)
    return BalanceRow(
        **lean(
            BalanceRow(
                reservation_code=stay.reservation_code,
                stay_code=stay.stay_code,
                guest_name=stay.guest_name,
                property_id=stay.property_id,
                property=books.meant.titled(stay.property_id),
                channel_type=stay.channel_type,
                check_out_date=f"{stay.check_out_date}",
                currency=one.currency,
                amount=rounded(one.amount, one.currency),
            )
        )
    )


def _changes(books: Books, since: date | None) -> list[ChangeRow]:
    if since is None:
        return []
    meant = books.meant
    begins = cache(partial(meant.midnight, since))
    rows = [
        ChangeRow(
            what=one.what,
            when=one.when.astimezone(meant.zone(one.property_id)).isoformat(timespec="minutes"),
            property_id=one.property_id or None,
            property=meant.titled(one.property_id) if one.property_id else "",
            reservation_code=one.reservation_code,
            transaction_id=one.transaction_id,
        )
        for one in alterations(books.stays, books.entries or (), begins, books.period)
    ]
    return [ChangeRow(**lean(row)) for row in rows]


def _notes(books: Books) -> list[str]:
    """What the words mean, and what the numbers leave out."""
    unread = "Entries could not be read: income, expenses, outstanding and result are left out."
    partial = books.partial_groups()
    some = f"Of these groups only the chosen properties are in the sums: {', '.join(partial)}."
    return [
        _DEFINITIONS,
        *([unread] if books.entries is None else []),
        *([some] if partial else []),
        *unpriced_notes([one.stay_code for one in books.stays if is_unpriced(one, books.period)]),
        *books.notes,
    ]
