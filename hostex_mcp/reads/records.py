"""Tasks, reviews, income and expenses of some days, and the reviews that are due."""

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
    context: Context, portfolio: Portfolio, start: date, end: date, kind: str | None = None
) -> Gathered[Task]:
    """Read the tasks of these properties, of one kind or all, due from `start` to `end`, both included."""
    only = {"type": kind} if kind else {}
    tasks = await read_lists(context, LIST_TASKS, [{"start_date": start, "end_date": end, **only}])
    # Hostex gives 0 or null to a task of no property; 0 is among the ids of a whole portfolio.
    tasks.items = [task for task in tasks.items if (task.property_id or 0) in portfolio.ids]
    return tasks


async def reviews_between(
    context: Context, portfolio: Portfolio, start: date, end: date, status: str
) -> Gathered[Review]:
    """Read the reviews in one state of stays that check out from `start` to `end`, both included."""
    queries = [
        {"review_status": status, "start_check_out_date": first, "end_check_out_date": last}
        for first, last in windows(start, end, REVIEW_WINDOW_DAYS)
    ]
    reviews = await read_lists(context, LIST_REVIEWS, queries)
    reviews.items = [review for review in reviews.items if portfolio.place(review.property_id)]
    return reviews


async def read_reviews_due(
    context: Context, portfolio: Portfolio, days: int, parts: PartialReads
) -> list[ReviewDue]:
    """Read the reviews that are due, of stays that checked out in the last days."""
    # Somewhere it may be tomorrow already.
    end = portfolio.now.date() + DAY
    start = end - timedelta(days=days + 1)
    pending, reviewed = await asyncio.gather(
        parts.rows(
            "reviews to write", reviews_between(context, portfolio, start, end, "pending_host_review")
        ),
        parts.rows("reviews to answer", reviews_between(context, portfolio, start, end, "reviewed")),
    )
    return reviews_due(pending or [], reviewed or [], day_of(portfolio))


async def transactions_between(context: Context, start: date, end: date) -> Gathered[Transaction]:
    """Read the account's income and expenses that took effect from `start` to `end`, both included, in the
    operator's time zone."""
    periods = windows(start, end, TRANSACTION_WINDOW_DAYS)
    queries = [{"start_date": first, "end_date": last} for first, last in periods]
    return await read_lists(context, LIST_TRANSACTIONS, queries)
