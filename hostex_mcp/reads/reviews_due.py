"""The reviews that are due, as the list and the briefing of a day tell them."""

import asyncio
from datetime import timedelta

from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.reviews_due import ReviewDue, reviews_due
from hostex_mcp.reads.lists import PartialReads
from hostex_mcp.reads.local_days import day_of
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.reads.stays_tasks_threads import reviews_between
from hostex_mcp.toolkit.context import Context


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
