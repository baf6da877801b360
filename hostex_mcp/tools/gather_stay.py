"""What belongs to one stay besides the booking itself."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hostex_mcp.api import TRANSACTION_WINDOW_DAYS, Listing, read_all, windows
from hostex_mcp.api.automation import LIST_AUTOMATION_ACTIONS, AutomationAction
from hostex_mcp.api.finance import LIST_TRANSACTIONS, Transaction
from hostex_mcp.api.messaging import GET_CONVERSATION, Conversation
from hostex_mcp.api.reservations import Reservation
from hostex_mcp.api.reviews import LIST_REVIEWS, Review
from hostex_mcp.api.tasks import LIST_TASKS, Task
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.gather import Parts

_STATES = ("reviewed", "pending_host_review", "pending_guest_review")
_DAY, _SEASON = timedelta(days=1), timedelta(days=90)


@dataclass(slots=True)
class Surroundings:
    """The thread, tasks, transactions, waiting automations and review of a stay."""

    thread: Conversation | None
    tasks: list[Task]
    transactions: list[Transaction]
    plans: list[AutomationAction]
    review: Review | None


async def read_surroundings(context: Context, stay: Reservation, parts: Parts) -> Surroundings:
    """What belongs to a stay; what cannot be read is left out and told in `parts`."""
    thread, tasks, transactions, plans, reviews = await asyncio.gather(
        parts.read("guest thread", _thread(context, stay), None),
        parts.read("tasks", _tasks(context, stay), []),
        parts.read("transactions", _transactions(context, stay), []),
        parts.read("automations", _plans(context, stay), []),
        parts.read("reviews", _reviews(context, stay), []),
    )
    return Surroundings(thread, tasks, transactions, plans, next(iter(reviews), None))


async def _thread(context: Context, stay: Reservation) -> Conversation | None:
    if not stay.conversation_id:
        return None
    return await context.client.call(GET_CONVERSATION, path={"conversation_id": stay.conversation_id})


async def _tasks(context: Context, stay: Reservation) -> list[Task]:
    """The tasks of the stay, and those of its property that belong to no stay and fall into it."""
    if not stay.property_id:
        return []
    query = {
        "property_id": stay.property_id,
        "start_date": stay.check_in_date - _DAY,
        "end_date": stay.check_out_date + _SEASON,
    }
    rows: list[Task] = await _rows(context, LIST_TASKS, query)
    return [
        one
        for one in rows
        if one.stay_code == stay.stay_code
        or (not one.stay_code and one.expected_date and one.expected_date <= stay.check_out_date)
    ]


async def _transactions(context: Context, stay: Reservation) -> list[Transaction]:
    """The entries of the order from its booking to three months after check-out."""
    first = min(stay.booked_at.date(), stay.check_in_date) - _DAY
    cut = windows(first, stay.check_out_date + _SEASON, TRANSACTION_WINDOW_DAYS)
    reads = [
        _rows(
            context,
            LIST_TRANSACTIONS,
            {"reservation_code": stay.reservation_code, "start_date": start, "end_date": end},
        )
        for start, end in cut
    ]
    return [one for part in await asyncio.gather(*reads) for one in part]


async def _plans(context: Context, stay: Reservation) -> list[AutomationAction]:
    reads = [
        _rows(context, LIST_AUTOMATION_ACTIONS, {"type": kind, "stay_code": stay.stay_code})
        for kind in ("message", "review")
    ]
    return [one for part in await asyncio.gather(*reads) for one in part]


async def _reviews(context: Context, stay: Reservation) -> list[Review]:
    """The review of the stay; there is none before its guest has left."""
    if stay.check_out_date > context.now().date() + _DAY:
        return []
    period = {"start_check_out_date": stay.check_out_date, "end_check_out_date": stay.check_out_date}
    reads = [
        _rows(
            context,
            LIST_REVIEWS,
            {"reservation_code": stay.reservation_code, "review_status": state, **period},
        )
        for state in _STATES
    ]
    return [one for part in await asyncio.gather(*reads) for one in part]


async def _rows(context: Context, listing: Listing[Any], query: dict[str, Any]) -> list[Any]:
    return (await read_all(context.client, listing, query=query)).items
