"""What an account knows of its guests: stays, threads and reviews, of as many years as are asked for."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, REVIEW_WINDOW_DAYS, read_all, windows
from hostex_mcp.api.endpoints.messaging import LIST_CONVERSATIONS, Conversation, ConversationSummary
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.api.endpoints.reviews import LIST_REVIEWS, Review
from hostex_mcp.domain.days import DAY
from hostex_mcp.reads.lists import Gathered, PartialReads, read_lists
from hostex_mcp.reads.threads import Threads, threads_at
from hostex_mcp.toolkit.context import Context

MOST_HEADS = 1_000
"""How many threads are looked through, the newest."""

_AHEAD = timedelta(days=3 * RESERVATION_WINDOW_DAYS)
_YEAR_DAYS = 365
_AROUND = timedelta(days=RESERVATION_WINDOW_DAYS // 2)
_SEASON = timedelta(days=REVIEW_WINDOW_DAYS // 2 - 1)
_STATES = ("reviewed", "pending_host_review")


@dataclass(slots=True)
class Traces:
    """The stays that end from `first` to `last`, and the newest threads; not `complete` when there are older
    ones."""

    stays: list[Reservation]
    heads: list[ConversationSummary]
    complete: bool
    first: date
    last: date


async def read_traces(context: Context, today: date, years: int, parts: PartialReads) -> Traces:
    """Read the stays that end up to so many years ago or within a year and a half, and the newest threads."""
    first, last = today - timedelta(days=_YEAR_DAYS * years), today + _AHEAD
    queries = [
        {"start_check_out_date": start, "end_check_out_date": end}
        for start, end in windows(first, last, RESERVATION_WINDOW_DAYS)
    ]
    heads = read_all(context.client, LIST_CONVERSATIONS, most=MOST_HEADS)
    stays, threads = await asyncio.gather(
        read_lists(context, LIST_RESERVATIONS, queries), parts.read("guest threads", heads, None)
    )
    parts.notes += stays.notes
    found = threads.items if threads else []
    return Traces(stays.items, found, bool(threads and threads.complete), first, last)


@dataclass(slots=True)
class Histories:
    """What was read about some guests: their threads, older stays that these name, and reviews. `unread`
    counts what was too much to read, by what it is."""

    threads: Threads
    stays: list[Reservation] = field(default_factory=list[Reservation])
    reviews: list[Review] = field(default_factory=list[Review])
    unread: dict[str, int] = field(default_factory=dict[str, int])


async def read_histories(
    context: Context,
    times: Mapping[str, datetime | None],
    stays: Sequence[Reservation],
    most: int,
    parts: PartialReads,
) -> Histories:
    """Read what belongs to some guests, who have these stays and threads, by the time of their last message:
    of threads, of older orders and of reviews at most so many."""
    threads = await threads_at(context, times, most)
    older = _older_orders(threads.items, {stay.reservation_code for stay in stays})
    reads = [_order(context, code, *told) for code, told in [*older.items()][:most]]
    found = [stay for part in await _each(parts, "older stays", reads) for stay in part]
    over = _with_reviews([*stays, *found], context.now().date() + DAY)
    reviews = await _each(parts, "reviews", [_reviews(context, stay) for stay in over[:most]])
    unread = {
        "threads": threads.unread,
        "older bookings": max(len(older) - most, 0),
        "reviews of stays": max(len(over) - most, 0),
    }
    return Histories(threads, found, [review for part in reviews for review in part], unread)


async def _each(parts: PartialReads, what: str, reads: Sequence[Any]) -> list[list[Any]]:
    answers = await asyncio.gather(*(parts.rows(what, read) for read in reads))
    return [answer for answer in answers if answer]


def _older_orders(threads: Sequence[Conversation], known: set[str]) -> Mapping[str, tuple[str, date | None]]:
    """Return the orders that threads name and that are not known, with the thread and the day of
    check-out."""
    return {
        activity.reservation_code: (thread.id, activity.check_out_date)
        for thread in threads
        for activity in thread.activities
        if activity.reservation_code and activity.reservation_code not in known
    }


async def _order(
    context: Context, code: str, thread_id: str, check_out: date | None
) -> Gathered[Reservation]:
    """Read the stays of an order that a thread names."""
    # Inferred: without dates, a code may find only stays that end within the next half year.
    days = _days(check_out, _AROUND) if check_out else {}
    stays = await read_lists(context, LIST_RESERVATIONS, [{"reservation_code": code, **days}])
    stays.items = [stay.model_copy(update={"conversation_id": thread_id}) for stay in stays.items]
    return stays


def _with_reviews(stays: Sequence[Reservation], before: date) -> list[Reservation]:
    """Return one stay of each order that may have a review, the latest first."""
    ended = [stay for stay in stays if stay.status == "accepted" and stay.check_out_date <= before]
    latest = sorted(ended, key=lambda stay: stay.check_out_date)
    return [*{stay.order_key: stay for stay in latest if stay.reservation_code}.values()][::-1]


async def _reviews(context: Context, stay: Reservation) -> Gathered[Review]:
    days = _days(stay.check_out_date, _SEASON)
    queries = [
        {"reservation_code": stay.reservation_code, "review_status": state, **days} for state in _STATES
    ]
    return await read_lists(context, LIST_REVIEWS, queries)


def _days(day: date, around: timedelta) -> dict[str, date]:
    return {"start_check_out_date": day - around, "end_check_out_date": day + around}
