"""The tasks, reviews, income and expenses of some days."""

import asyncio
from datetime import date, timedelta

from hostex_mcp.api import REVIEW_WINDOW_DAYS, TRANSACTION_WINDOW_DAYS, windows
from hostex_mcp.api.endpoints.finance import LIST_TRANSACTIONS, Transaction
from hostex_mcp.api.endpoints.reviews import LIST_REVIEWS, Review
from hostex_mcp.api.endpoints.tasks import LIST_TASKS, Task
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.reviews_due import ReviewDue, reviews_due
from hostex_mcp.reads.lists import Gathered, PartialReads, read_lists
from hostex_mcp.reads.portfolio import Portfolio, day_of
from hostex_mcp.toolkit.context import Context


async def tasks_between(
    context: Context, meant: Portfolio, start: date, end: date, kind: str | None = None
) -> Gathered[Task]:
    """The tasks of these properties, of one kind or all, expected from one day to another, both included."""
    only = {"type": kind} if kind else {}
    found = await read_lists(context, LIST_TASKS, [{"start_date": start, "end_date": end, **only}])
    found.items = [task for task in found.items if (task.property_id or 0) in meant.kept]
    return found


async def reviews_between(
    context: Context, meant: Portfolio, start: date, end: date, status: str
) -> Gathered[Review]:
    """The reviews in one state of stays that checked out from one day to another, both included."""
    queries = [
        {"review_status": status, "start_check_out_date": first, "end_check_out_date": last}
        for first, last in windows(start, end, REVIEW_WINDOW_DAYS)
    ]
    ids = {place.id for place in meant.properties}
    found = await read_lists(context, LIST_REVIEWS, queries)
    found.items = [review for review in found.items if review.property_id in ids]
    return found


async def transactions_between(context: Context, start: date, end: date) -> Gathered[Transaction]:
    """The account's income and expenses that took effect from one day to another, both included, by the
    operator's clock."""
    cut = windows(start, end, TRANSACTION_WINDOW_DAYS)
    queries = [{"start_date": first, "end_date": last} for first, last in cut]
    return await read_lists(context, LIST_TRANSACTIONS, queries)


async def read_reviews_due(
    context: Context, meant: Portfolio, days: int, parts: PartialReads
) -> list[ReviewDue]:
    """The reviews that are due, of stays that checked out in the last days."""
    end = meant.now.date() + DAY
    start = end - timedelta(days=days + 1)
    pending, reviewed = await asyncio.gather(
        parts.rows("reviews to write", reviews_between(context, meant, start, end, "pending_host_review")),
        parts.rows("reviews to answer", reviews_between(context, meant, start, end, "reviewed")),
    )
    return reviews_due(pending or [], reviewed or [], day_of(meant))
