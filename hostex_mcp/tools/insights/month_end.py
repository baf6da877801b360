"""The accounts of a month, for owners and bookkeeping."""

from datetime import date, timedelta
from functools import cache, partial
from typing import Any, TypedDict

from hostex_mcp.api import FieldProblem, Pace, in_pieces, paced, run_apart
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.earnings import unpaid_cancellations
from hostex_mcp.domain.money import rounded
from hostex_mcp.domain.month_end import OrderBalance, alterations, balances
from hostex_mcp.domain.periods import Period
from hostex_mcp.domain.stays import guest
from hostex_mcp.reads.accounts import Books, read_books
from hostex_mcp.reads.lists import failure_rows
from hostex_mcp.reads.portfolio import read_portfolio
from hostex_mcp.toolkit.arguments import Day, Id, InvalidArguments, PropertyIds, in_order
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.privacy import Redactor
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import cancelled_notes, home, unpriced_notes
from hostex_mcp.tools.insights.month_end_rows import (
    GroupMoneyRow,
    HomeRow,
    apart_rows,
    check_rows,
    group_rows,
    home_rows,
    total_rows,
)

_MOST = {"unreceived": 50, "changes": 50}
_LONGEST = timedelta(days=731)
_DEFINITIONS = (
    "revenue and commission: prices of stays spread over their nights, only the nights in the period; income "
    "and expenses: entries recorded as paid in the period; outstanding (income) and outstanding_expenses: "
    "recorded, not paid; result = revenue - commission - expenses; apart: what is in no property's row, by "
    "reason; day use and cancelled orders (with what was received for them) have no nights; totals = "
    "properties + apart; reconciliation: income and expenses, paid or not, as list_transactions has them for "
    "the same dates; unreceived: balances of whole orders whose last stay checked out in the period; Hostex "
    "has no payouts: a channel pays out revenue - commission (Inferred), money that arrived is income"
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


class LaterChangeRow(TypedDict, total=False):
    """Something that changed the period after the given day."""

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
    changes: list[LaterChangeRow]
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
    """The accounts of a period (default: the last full month) per property, group and apart from them:
    nights, revenue, commission, income and expenses as in list_transactions, and what is not received yet;
    with changed_since also what was booked, cancelled or entered since. `notes` has the definitions."""
    in_order(start_date=start_date, end_date=end_date)
    if start_date and end_date and end_date - start_date > _LONGEST:
        problem = f"is more than {_LONGEST.days} days after start_date"
        raise InvalidArguments(FieldProblem("end_date", problem))
    # A large account's year takes long in one piece, so other calls go on between the parts.
    pace = Pace()
    portfolio = await read_portfolio(context, property_ids, group_id)
    period = Period(start_date, end_date) if start_date and end_date else last_month(portfolio.first_today())
    books = await read_books(context, portfolio, period)
    await pace.rest()
    homes = await run_apart(books.stays, books.of_homes)
    await pace.rest()
    ledgers = [ledger for own in homes.values() for ledger in own]
    ledgers += [ledger for part in books.apart for ledger in part.accounts]
    await pace.rest()
    balances_due = await run_apart(books.stays, balances, books.stays, period, books.elsewhere)
    await pace.rest()
    unreceived = await paced(partial(_balance, context.redactor(), books), balances_due)
    changes = await run_apart(books.stays, _changes, books, changed_since)
    await pace.rest()
    rows = await in_pieces(home_rows(books, homes))
    groups = await in_pieces(group_rows(books, homes))
    totals = await in_pieces(total_rows(books, ledgers))
    apart = await in_pieces(apart_rows(books))
    checks = await in_pieces(check_rows(books, homes))
    notes = _notes(books)
    await pace.rest()
    # The resource has whole months of all properties only.
    has_table = portfolio.whole and period.is_month
    answer = {
        "start_date": f"{period.start}",
        "end_date": f"{period.end}",
        "csv": f"hostex://month-end/{period.start:%Y-%m}.csv" if has_table else "",
        "properties": rows,
        "groups": groups,
        "apart": apart,
        "totals": totals,
        "reconciliation": checks,
        "unreceived": unreceived,
        "changes": changes,
        "notes": notes,
        "failed": failure_rows(books.failures),
    }
    return Item(lean(answer), long="properties", most=_MOST)


def last_month(today: date) -> Period:
    """Return the calendar month before that of a day."""
    last = today.replace(day=1) - DAY
    return Period(last.replace(day=1), last)


def _balance(redactor: Redactor, books: Books, balance: OrderBalance) -> JsonObject:
    # The name is the guest's own text.
    stay = redactor.redact(balance.stay)
    row = BalanceRow(
        reservation_code=stay.reservation_code,
        stay_code=stay.stay_code,
        guest_name=stay.guest_name,
        property_id=stay.property_id,
        property=books.portfolio.titled(stay.property_id),
        channel_type=stay.channel_type,
        check_out_date=f"{stay.check_out_date}",
        currency=balance.currency,
        amount=rounded(balance.amount, balance.currency),
    )
    return lean(row)


def _changes(books: Books, since: date | None) -> list[JsonObject]:
    if since is None:
        return []
    portfolio = books.portfolio
    # A zone's midnight is asked for with every stay and entry.
    begins = cache(partial(portfolio.midnight, since))
    return [
        lean(
            LaterChangeRow(
                what=change.what,
                when=change.when.astimezone(portfolio.zone(change.property_id)).isoformat(timespec="minutes"),
                **home(portfolio, change.property_id),
                reservation_code=change.reservation_code,
                transaction_id=change.transaction_id,
            )
        )
        for change in alterations(books.stays, books.entries or (), begins, books.period)
    ]


def _notes(books: Books) -> list[str]:
    """Return what the words mean, and what the numbers leave out."""
    unread = "Entries could not be read: income, expenses, outstanding and result are left out."
    groups = books.partial_groups()
    chosen = f"Of these groups only the chosen properties are in the sums: {', '.join(groups)}."
    return [
        _DEFINITIONS,
        *([unread] if books.entries is None else []),
        *([chosen] if groups else []),
        *unpriced_notes(
            [
                earning.stay.stay_code or guest(earning.stay)
                for earning in books.earned
                if not earning.currency
            ]
        ),
        *cancelled_notes(unpaid_cancellations(books.stays, books.period, books.elsewhere)),
        *books.notes,
    ]
