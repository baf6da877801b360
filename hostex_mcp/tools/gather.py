"""What the daily and money answers read besides calendars: stays of any length, tasks, reviews, transactions
and guest threads. Each read is capped and says so."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hostex_mcp.api import (
    RESERVATION_WINDOW_DAYS,
    REVIEW_WINDOW_DAYS,
    TRANSACTION_WINDOW_DAYS,
    Listing,
    read_all,
    windows,
)
from hostex_mcp.api.calendar import LIST_AVAILABILITIES
from hostex_mcp.api.finance import LIST_TRANSACTIONS, Transaction
from hostex_mcp.api.messaging import GET_CONVERSATION, LIST_CONVERSATIONS, Conversation, ConversationSummary
from hostex_mcp.api.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.api.reviews import LIST_REVIEWS, Review
from hostex_mcp.api.tasks import LIST_TASKS, Task
from hostex_mcp.domain.nights import holds
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.gather_portfolio import Failure, Gathered, Portfolio, each, stays_between

_MOST_ROWS = 20_000
_MONTH = timedelta(days=31)
_AT_ONCE = 100
_CALENDAR_DAYS = 365


@dataclass(slots=True)
class Threads:
    """Guest threads with all their messages. `left` counts those that were too many to read."""

    items: list[Conversation]
    left: int = 0
    failed: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])


async def all_stays(
    context: Context, meant: Portfolio, start: date, end: date, most_looked_up: int = 10
) -> Gathered[Reservation]:
    """Every stay that touches the days from `start` to `end`, both included, of any length and status, in
    the order of check-in.

    Hostex finds stays by check-in or check-out only, so check-outs up to a month behind the end are read. A
    longer stay shows as a closed last night that no stay explains, and is looked up by its property, for at
    most `most_looked_up` properties.
    """
    found = await stays_between(context, meant, start, end, _MONTH)
    unexplained = await _unexplained(context, meant, found.items, end)
    for part in await asyncio.gather(
        *(_long_stays(context, one, end) for one in unexplained[:most_looked_up])
    ):
        found.items += part
    if len(unexplained) > most_looked_up:
        found.notes.append(
            f"{len(unexplained) - most_looked_up} more properties are closed on {end} by a block, or by a "
            "stay of more than a month that is not counted."
        )
    touching = [one for one in found.items if one.check_in_date <= end and one.check_out_date >= start]
    unique = {one.stay_code: one for one in touching}
    found.items = sorted(unique.values(), key=lambda one: (one.check_in_date, one.stay_code))
    return found


async def closed_nights(
    context: Context, property_ids: Sequence[int], start: date, end: date
) -> Mapping[int, set[date]]:
    """The nights from `start` to `end`, both included, that the calendar of each property shows as closed,
    by a stay or a block."""
    queries = [
        {"property_ids": list(property_ids[place : place + _AT_ONCE]), "start_date": first, "end_date": last}
        for place in range(0, len(property_ids), _AT_ONCE)
        for first, last in windows(start, end, _CALENDAR_DAYS)
    ]
    answers = await asyncio.gather(
        *(context.client.call(LIST_AVAILABILITIES, query=query) for query in queries)
    )
    closed: dict[int, set[date]] = {one: set() for one in property_ids}
    for one in (calendar for answer in answers for calendar in answer):
        closed.setdefault(one.id, set()).update(day.date for day in one.availabilities if not day.available)
    return closed


async def _unexplained(
    context: Context, meant: Portfolio, stays: Iterable[Reservation], night: date
) -> list[int]:
    """The properties that are closed for a night which none of these stays holds."""
    held = {
        one.property_id for one in stays if holds(one) and one.check_in_date <= night < one.check_out_date
    }
    ids = [one.id for one in meant.properties if one.id not in held]
    closed = await closed_nights(context, ids, night, night)
    return [one for one in ids if night in closed[one]]


async def _long_stays(context: Context, property_id: int, night: date) -> list[Reservation]:
    """The stays of a property that hold a night and end more than a month and at most a year behind it."""
    cut = windows(night + _MONTH, night + timedelta(days=365), RESERVATION_WINDOW_DAYS)
    queries = [
        {"property_id": property_id, "start_check_out_date": first, "end_check_out_date": last}
        for first, last in cut
    ]
    stays = await _listed(context, LIST_RESERVATIONS, queries)
    return [one for one in stays if one.check_in_date <= night]


async def tasks_between(context: Context, meant: Portfolio, start: date, end: date) -> list[Task]:
    """The tasks of these properties expected from one day to another, both included, but cancelled ones."""
    ids = {one.id for one in meant.properties}
    tasks: list[Task] = await _listed(context, LIST_TASKS, [{"start_date": start, "end_date": end}])
    return [one for one in tasks if one.status != "cancelled" and (one.property_id or 0) in {0, *ids}]


async def reviews_between(
    context: Context, meant: Portfolio, start: date, end: date, status: str
) -> list[Review]:
    """The reviews in one state of stays that checked out from one day to another, both included."""
    queries = [
        {"review_status": status, "start_check_out_date": first, "end_check_out_date": last}
        for first, last in windows(start, end, REVIEW_WINDOW_DAYS)
    ]
    ids = {one.id for one in meant.properties}
    return [one for one in await _listed(context, LIST_REVIEWS, queries) if one.property_id in ids]


async def transactions_between(context: Context, start: date, end: date) -> list[Transaction]:
    """The account's income and expenses that took effect from one day to another, both included, by the
    operator's clock."""
    cut = windows(start, end, TRANSACTION_WINDOW_DAYS)
    return await _listed(
        context, LIST_TRANSACTIONS, [{"start_date": one, "end_date": two} for one, two in cut]
    )


async def threads_since(context: Context, since: datetime, most: int) -> Threads:
    """The threads with a message after a moment, newest first, with their messages. A thread that has no new
    message since it was last read here is not read again; of the others at most `most` are.

    The list is almost, not wholly, in order (observed), so it is read on until a whole page is older.
    """
    listed = [one for one in await _recent(context, since) if one.last_message_at >= since]
    listed.sort(key=lambda one: one.last_message_at, reverse=True)
    unread = [one for one in listed if context.memory.recall(_key(one)) is None]
    done = 0

    async def read(one: ConversationSummary) -> None:
        nonlocal done
        thread = await context.client.call(GET_CONVERSATION, path={"conversation_id": one.id})
        context.memory.keep(_key(one), thread)
        done += 1
        await context.progress(done, len(unread[:most]), "Reading guest threads")

    got = await each(unread[:most], read)
    failed = [(one.id, why.kind, why.message) for one, why in got.failed]
    known = [thread for one in listed if (thread := context.memory.recall(_key(one)))]
    return Threads(known, max(len(unread) - most, 0), failed)


async def _recent(context: Context, since: datetime) -> Sequence[ConversationSummary]:
    rows: list[ConversationSummary] = []
    offset = 0
    while True:
        page = await context.client.page(LIST_CONVERSATIONS, offset=offset)
        rows += page.items
        if not page.more or all(one.last_message_at < since for one in page.items):
            return rows
        offset = page.end


def _key(one: ConversationSummary) -> tuple[str, str, datetime]:
    return "thread", one.id, one.last_message_at


async def _listed(context: Context, listing: Listing[Any], queries: Sequence[Mapping[str, Any]]) -> list[Any]:
    """All rows of several queries of a list, each once."""
    reads = (read_all(context.client, listing, query=query, most=_MOST_ROWS) for query in queries)
    return list(
        {listing.identity(row): row for part in await asyncio.gather(*reads) for row in part.items}.values()
    )


def failed_rows(failures: Iterable[Failure]) -> list[dict[str, Any]]:
    """Failures as a result tells them."""
    return [
        {
            **({"property_id": one.property_id} if one.property_id else {}),
            "kind": one.kind,
            "message": one.message,
        }
        for one in failures
    ]
