"""What belongs to one stay besides the booking itself."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hostex_mcp.api import REVIEW_WINDOW_DAYS, TRANSACTION_WINDOW_DAYS, windows
from hostex_mcp.api.endpoints.automation import LIST_AUTOMATION_ACTIONS, AutomationAction
from hostex_mcp.api.endpoints.finance import LIST_TRANSACTIONS, Transaction
from hostex_mcp.api.endpoints.messaging import GET_CONVERSATION, Conversation
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.reviews import LIST_REVIEWS, Review
from hostex_mcp.api.endpoints.tasks import LIST_TASKS, Task
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.earnings import is_whole
from hostex_mcp.reads.lists import Gathered, PartialReads, read_lists
from hostex_mcp.toolkit.context import Context

_STATES = ("reviewed", "pending_host_review", "pending_guest_review")
_MONTH, _YEAR = timedelta(days=30), timedelta(days=TRANSACTION_WINDOW_DAYS)
_FAR = 20 * _YEAR
_SEASON = timedelta(days=REVIEW_WINDOW_DAYS // 2)
_FEW_TASKS = 500
_MOST_SPANS = 4


@dataclass(slots=True)
class StayContext:
    """The thread, tasks, transactions, waiting automations and review of a stay."""

    thread: Conversation | None
    tasks: list[Task]
    transactions: list[Transaction]
    plans: list[AutomationAction]
    review: Review | None


async def read_surroundings(
    context: Context, stay: Reservation, order: Awaitable[Sequence[Reservation]], parts: PartialReads
) -> StayContext:
    """Read what belongs to a stay, of whose order `order` gives all stays, none if they cannot be read. What
    cannot be read is left out and noted in `parts`."""
    thread, tasks, transactions, plans, reviews = await asyncio.gather(
        parts.read("guest thread", _thread(context, stay), None),
        parts.rows("tasks", _tasks(context, stay)),
        parts.rows("transactions", _transactions(context, stay)),
        parts.rows("automations", _plans(context, stay)),
        parts.rows("reviews", _reviews(context, stay, order)),
    )
    return StayContext(thread, tasks or [], transactions or [], plans or [], next(iter(reviews or []), None))


async def _thread(context: Context, stay: Reservation) -> Conversation | None:
    if not stay.conversation_id:
        return None
    return await context.client.call(GET_CONVERSATION, path={"conversation_id": stay.conversation_id})


async def _tasks(context: Context, stay: Reservation) -> Gathered[Task]:
    """Read the tasks of the stay, on whatever day and property, and those of its property during the stay
    that belong to no stay."""
    # Hostex finds tasks by property and day, not by stay. So all are read if they are few, else all of the
    # property and those of other properties around the stay.
    page = await context.client.page(LIST_TASKS)
    if not page.more:
        tasks = Gathered(page.items)
    elif page.total and page.total <= _FEW_TASKS:
        tasks = await read_lists(context, LIST_TASKS)
    else:
        tasks = await _tasks_around(context, stay)
    return Gathered([task for task in tasks.items if _belongs(task, stay)], tasks.notes)


async def _tasks_around(context: Context, stay: Reservation) -> Gathered[Task]:
    start, end = stay.check_in_date - _MONTH, stay.check_out_date + _MONTH
    queries: list[Mapping[str, Any]] = [{"start_date": start, "end_date": end}]
    queries += [{"property_id": stay.property_id}] if stay.property_id else []
    tasks = await read_lists(context, LIST_TASKS, queries)
    others = "other properties" if stay.property_id else "any property"
    note = f"Tasks of {others} were looked for from {start} to {end} only."
    return Gathered(tasks.items, [note, *tasks.notes])


def _belongs(task: Task, stay: Reservation) -> bool:
    if task.stay_code:
        return task.stay_code == stay.stay_code
    day = task.expected_date
    is_during = bool(day and stay.check_in_date - DAY <= day <= stay.check_out_date)
    return is_during and bool(stay.property_id) and task.property_id == stay.property_id


async def _transactions(context: Context, stay: Reservation) -> Gathered[Transaction]:
    """Read the entries of the order from a year before its booking to a year from now, or after check-out."""
    # A stay in another century, by a slip of the keyboard, must not cost a call for each year until then.
    today = context.now().date()
    booked = stay.booked_at.date() if stay.booked_at else stay.check_in_date
    first = max(min(booked, stay.check_in_date), today - _FAR) - _YEAR
    last = min(max(stay.check_out_date, today), today + _FAR) + _YEAR
    queries = [
        {"reservation_code": stay.reservation_code, "start_date": start, "end_date": end}
        for start, end in windows(first, last, TRANSACTION_WINDOW_DAYS)
    ]
    entries = await read_lists(context, LIST_TRANSACTIONS, queries)
    return Gathered(
        entries.items, [*entries.notes, f"Transactions were looked for from {first} to {last} only."]
    )


async def _plans(context: Context, stay: Reservation) -> Gathered[AutomationAction]:
    queries = [{"type": kind, "stay_code": stay.stay_code} for kind in ("message", "review")]
    return await read_lists(context, LIST_AUTOMATION_ACTIONS, queries)


async def _reviews(
    context: Context, stay: Reservation, order: Awaitable[Sequence[Reservation]]
) -> Gathered[Review]:
    """Read the review of the order."""
    # A stay without a charge leaves no trace in the prices of the others, so the order itself has to tell.
    stays = await order
    tomorrow = context.now().date() + DAY
    # Before check-out there is none.
    days = sorted({other.check_out_date for other in stays if other.check_out_date <= tomorrow})
    if stays and not days:
        return Gathered([])
    spans = _review_spans(days or [stay.check_out_date])
    queries = [
        {
            "reservation_code": stay.reservation_code,
            "review_status": state,
            "start_check_out_date": first,
            "end_check_out_date": last,
        }
        for first, last in spans
        for state in _STATES
    ]
    reviews = await read_lists(context, LIST_REVIEWS, queries)
    if not reviews.items and not is_whole(stays or [stay]):
        spoken = " and ".join(f"from {first} to {last}" for first, last in spans)
        reviews.notes.append(f"Reviews of the order were looked for {spoken} only.")
    return reviews


def _review_spans(check_outs: Sequence[date]) -> list[tuple[date, date]]:
    """Return the days around some check-outs, the latest ones. Hostex keeps one review per order, under the
    check-out of any of its stays."""
    spans: list[tuple[date, date]] = []
    for day in check_outs:
        if not spans or day > spans[-1][1]:
            first = day - _SEASON
            spans.append((first, first + timedelta(days=REVIEW_WINDOW_DAYS - 1)))
    return spans[-_MOST_SPANS:]
