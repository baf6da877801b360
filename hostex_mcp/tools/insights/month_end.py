"""The accounts of a month, for owners and books."""

from datetime import date, timedelta
from functools import cache, partial
from typing import Any, TypedDict

from hostex_mcp.domain.earnings import unpaid_cancellations
from hostex_mcp.domain.money import rounded
from hostex_mcp.domain.month_end import OrderBalance, alterations, balances
from hostex_mcp.domain.periods import Period
from hostex_mcp.reads.accounts import Books, read_books
from hostex_mcp.reads.portfolio import portfolio
from hostex_mcp.toolkit.arguments import Day, FieldProblem, Id, InvalidArguments, PropertyIds, in_order
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._month_end_rows import (
    GroupMoneyRow,
    HomeRow,
    apart_rows,
    check_rows,
    group_rows,
    home_rows,
    total_rows,
)
from hostex_mcp.tools.insights._wording import cancelled_notes, failed, unpriced_notes

_MOST = {"unreceived": 50, "changes": 50}
_LONGEST = timedelta(days=731)
_DEFINITIONS = (
    "revenue and commission: prices of stays spread over their nights, those inside the period; income and "
    "expenses: entries recorded as paid in the period; outstanding (income) and outstanding_expenses: "
    "recorded, not paid; result = revenue - commission - expenses; apart: what is in no property's row, by "
    "reason; day use and cancelled orders (what was received for them) have no nights; totals = properties + "
    "apart; reconciliation: income and expenses, paid or not, as list_transactions has them for the same "
    "dates; unreceived: balances of whole orders whose last stay checked out in the period; Hostex tells no "
    "payouts: a channel pays out revenue - commission (Inferred), what came is income"
)


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
    """The accounts of a period, and what changed since."""

    start_date: str
    end_date: str
    csv: str
    properties: list[HomeRow]
    groups: list[GroupMoneyRow]
    apart: list[dict[str, Any]]
    totals: list[dict[str, Any]]
    reconciliation: list[dict[str, Any]]
    unreceived: list[BalanceRow]
    changes: list[ChangeRow]
    notes: list[str]
    failed: list[dict[str, Any]]


@tool(
    "Get month end",
    keywords="owner statement payout commission expenses closing accounting profit csv bookkeeping balance "
    "due",
)
async def get_month_end(
    context: Context,
    start_date: Day | None = None,
    end_date: Day | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
    changed_since: Day | None = None,
) -> Item[MonthEnd]:
    """The accounts of a period (default: the last whole month) per property, group and apart from them:
    nights, revenue, commission, income and expenses as in list_transactions, and what is not received yet;
    with changed_since also what was booked, cancelled or entered since. `notes` has the definitions."""
    in_order(start_date=start_date, end_date=end_date)
    if start_date and end_date and end_date - start_date > _LONGEST:
        raise InvalidArguments(
            FieldProblem("end_date", f"is more than {_LONGEST.days} days after start_date")
        )
    meant = await portfolio(context, property_ids, group_id)
    period = Period(start_date, end_date) if start_date and end_date else last_month(meant.first_today())
    books = await read_books(context, meant, period)
    homes = books.of_homes()
    every = [one for found in homes.values() for one in found]
    every += [one for part in books.apart() for one in part.accounts]
    due = balances(books.stays, period, books.elsewhere)
    owed = [_balance(context, books, one) for one in due]
    changed = _changes(books, changed_since)
    answer = MonthEnd(
        start_date=f"{period.start}",
        end_date=f"{period.end}",
        csv=f"hostex://month-end/{period.start:%Y-%m}.csv" if meant.whole and period.is_month else "",
        properties=home_rows(books, homes),
        groups=group_rows(books, homes),
        apart=[{**row} for row in apart_rows(books)],
        totals=[{**row} for row in total_rows(books, every)],
        reconciliation=[{**row} for row in check_rows(books, homes)],
        unreceived=owed,
        changes=changed,
        notes=_notes(books),
        failed=[{**one} for one in failed(books.failures)],
    )
    return Item(lean(answer), long="properties", most=_MOST)


def last_month(today: date) -> Period:
    """The calendar month before that of a day."""
    last = today.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


def _balance(context: Context, books: Books, one: OrderBalance) -> BalanceRow:
    stay = context.redactor().redact(one.stay)
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
        *unpriced_notes([one.stay.stay_code for one in books.earned if not one.currency]),
        *cancelled_notes(unpaid_cancellations(books.stays, books.period, books.elsewhere)),
        *books.notes,
    ]
