"""Tools that read income and expenses, and the dictionaries they are recorded with."""

from datetime import UTC, datetime
from typing import Annotated, Literal, TypedDict

from hostex_mcp.api import TRANSACTION_WINDOW_DAYS, FieldProblem, windows
from hostex_mcp.api.endpoints import finance as api
from hostex_mcp.toolkit.arguments import (
    Code,
    Currency,
    Day,
    Id,
    InvalidArguments,
    PropertyId,
    ShortText,
    in_order,
)
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ListPage, NamedRow, PageRequest, row_mapper
from hostex_mcp.toolkit.tool import tool

Direction = Literal["income", "expense"]


class TransactionRow(TypedDict, total=False):
    """An income or expense in a list; `amount` is never negative, `direction` tells the sign."""

    id: int
    direction: str
    amount: float
    currency: str
    status: str | None
    action_at: str | None
    item_name: str | None
    property_id: int | None
    reservation_code: str | None
    note: str | None


_transaction = row_mapper(TransactionRow)


@tool(
    "List transactions",
    hostex_name="search_transactions",
    core=True,
    keywords="payout income expense revenue money ledger payment cleaning fee",
)
async def list_transactions(
    context: Context,
    page: PageRequest,
    start_date: Day | None = None,
    end_date: Day | None = None,
    id: Id | None = None,
    property_id: PropertyId | None = None,
    reservation_code: Code | None = None,
    direction: Direction | None = None,
    item_id: Id | None = None,
    payment_method_id: Id | None = None,
    currency: Currency | None = None,
    keyword: Annotated[ShortText, "part of the note"] | None = None,
) -> ListPage[TransactionRow]:
    """Income and expenses by the date they took effect (operator's time zone, both included); a period of up
    to ten years is needed unless `id` is given. Each belongs to a whole reservation, a property or the
    account. Amounts are major units; never add different currencies."""
    in_order(start_date=start_date, end_date=end_date)
    fixed = {
        "id": id,
        "property_id": property_id,
        "reservation_code": reservation_code,
        "direction": direction,
        "item_id": item_id,
        "payment_method_id": payment_method_id,
        "currency": currency,
        "keyword": keyword,
    }
    if start_date is None or end_date is None:
        if id is None:
            needed = "is required unless id is given"
            raise InvalidArguments(FieldProblem("start_date", needed), FieldProblem("end_date", needed))
        return await context.rows(api.LIST_TRANSACTIONS, page, _transaction, query=fixed)
    cut = windows(start_date, end_date, TRANSACTION_WINDOW_DAYS)
    queries = [{**fixed, "start_date": first, "end_date": last} for first, last in cut]
    return await context.merged(api.LIST_TRANSACTIONS, queries, page, _transaction, order=_took_effect)


def _took_effect(transaction: api.Transaction) -> datetime:
    moment = transaction.action_at or datetime.min
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@tool("List income items", hostex_name="search_income_items", keywords="income category dictionary")
async def list_income_items(context: Context, page: PageRequest) -> ListPage[NamedRow]:
    """Categories of income; their ids are this account's own."""
    return await context.dictionary(api.LIST_INCOME_ITEMS, page)


@tool("List expense items", hostex_name="search_expense_items", keywords="expense category cost dictionary")
async def list_expense_items(context: Context, page: PageRequest) -> ListPage[NamedRow]:
    """Categories of expenses; their ids are this account's own, and 0 is a real one."""
    return await context.dictionary(api.LIST_EXPENSE_ITEMS, page)


@tool(
    "List income methods",
    hostex_name="search_income_methods",
    keywords="payment method cash card dictionary",
)
async def list_income_methods(context: Context, page: PageRequest) -> ListPage[NamedRow]:
    """Payment methods for income, also for new direct bookings; their ids are this account's own."""
    return await context.dictionary(api.LIST_INCOME_METHODS, page)


@tool(
    "List expense methods",
    hostex_name="search_expense_methods",
    keywords="payment method cash transfer dictionary",
)
async def list_expense_methods(context: Context, page: PageRequest) -> ListPage[NamedRow]:
    """Payment methods for expenses; their ids are this account's own."""
    return await context.dictionary(api.LIST_EXPENSE_METHODS, page)
