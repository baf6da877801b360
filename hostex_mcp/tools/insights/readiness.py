"""Whether the coming arrivals are prepared."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypedDict

from hostex_mcp.api import paced
from hostex_mcp.api.endpoints.automation import LIST_AUTOMATION_ACTIONS
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.readiness import ArrivalCheck, ArrivalContext, LockCodeUse, readiness
from hostex_mcp.domain.stays import guest
from hostex_mcp.domain.turnovers import in_time
from hostex_mcp.reads.lists import PartialReads, failure_rows, read_lists
from hostex_mcp.reads.past import with_last_guests
from hostex_mcp.reads.portfolio import Portfolio, Span, day_of, read_portfolio, span_of, widest
from hostex_mcp.reads.records import tasks_between
from hostex_mcp.reads.stays import all_stays
from hostex_mcp.reads.threads import Threads, opened_of, threads_of
from hostex_mcp.toolkit.arguments import Day, Id, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import (
    cleaning_row,
    clock_text,
    home,
    require_span,
    uncounted_rows,
)
from hostex_mcp.tools.insights.waiting import unread_notes

_USUAL, _LONGEST = timedelta(days=6), 31
# The cleaning before an arrival, and lock codes of earlier guests, may lie well before it.
_BACK = timedelta(days=14)
_MOST_ROWS, _MOST_THREADS = 60, (60, 28)
_MESSAGES = {"type": "message"}
_DEFINITION = (
    "lock_code counts as missing only where half of the property's earlier stays have one. Inferred: a "
    "balance is due only on bookings for which the host collects the money (direct, booking site, or a part "
    "was received); check_in_details are `sent` when the guide's address or the lock code is in the thread, "
    "`scheduled` when an automatic arrival message is waiting, otherwise `not_seen`; `no_thread` where there "
    "is no thread, `not_known` where the thread or the automatic messages could not be read."
)


class ReadinessRow(TypedDict, total=False):
    """An arrival. `missing` is what is not done: property, balance, lock code, check-in details, cleaning
    task, who cleans, identity check; `not_known` what could not be checked. `ready` is absent where that
    leaves it open. `balance_due` is of the whole order; `uncounted` are nearby cleanings that do not count
    for the turnover, and why."""

    check_in_date: str
    check_in_time: str | None
    property_id: int | None
    property: str | None
    guest_name: str
    stay_code: str
    channel_type: str
    ready: bool | None
    missing: list[str]
    not_known: list[str]
    balance_due: dict[str, Any] | None
    lock_code: str
    check_in_details: str
    cleaning: dict[str, Any] | None
    uncounted: list[dict[str, Any]]
    conversation_id: str | None


class ArrivalReadiness(TypedDict, total=False):
    """Arrivals by day, and how many are ready or not; `not_known` counts those where something could not be
    checked and nothing else is missing."""

    start_date: str
    end_date: str
    ready: int
    not_ready: int
    not_known: int
    arrivals: list[ReadinessRow]
    more: dict[str, int]
    notes: list[str]
    failed: list[dict[str, Any]]


@tool(
    "Check arrival readiness",
    keywords="upcoming check-in prepared ready lock code door balance instructions sent cleaned unallocated",
)
async def check_arrival_readiness(
    context: Context,
    start_date: Day | None = None,
    end_date: Day | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
) -> Item[ArrivalReadiness]:
    """Whether the arrivals of the next 7 days, or from `start_date` to `end_date`, are prepared: balance due,
    lock code set, check-in details sent, cleaning planned and by whom, identity check, property allocated. A
    lock code is shown only as set or missing; Hostex programs no lock."""
    portfolio = await read_portfolio(context, property_ids, group_id)
    span = span_of(portfolio, start_date, end_date, _USUAL)
    start, end = widest(portfolio, span)
    require_span(start, end, _LONGEST)
    parts = PartialReads()
    stays = await all_stays(context, portfolio, start - _BACK, end)
    # A thread is a call of its own, so only those of arrivals are read.
    arrivals = [stay for stay in stays.items if stay.status == "accepted" and _arrives(stay, span)]
    most = opened_of(len(portfolio.properties), *_MOST_THREADS)
    tasks, plans, threads = await asyncio.gather(
        parts.rows("tasks", tasks_between(context, portfolio, start - _BACK, end + DAY, "cleaning")),
        parts.rows("automatic messages", read_lists(context, LIST_AUTOMATION_ACTIONS, [_MESSAGES])),
        parts.read("guest threads", threads_of(context, _thread_ids(arrivals), most), Threads([])),
    )
    past = await with_last_guests(context, portfolio, stays.items, tasks, span, start - _BACK)
    around = ArrivalContext(LockCodeUse(stays.items), past.turnovers, threads.items, plans)
    today = day_of(portfolio)
    checks = await paced(lambda stay: readiness(stay, around, today(stay.property_id)), arrivals)
    rows = await paced(partial(_row, portfolio=portfolio), checks)
    rest = {
        "notes": [_DEFINITION, *stays.notes, *parts.notes, *past.notes, *unread_notes(threads)],
        "failed": [
            *failure_rows([*stays.failures, *parts.failures, *past.failures]),
            *threads.rows(),
        ],
    }
    answer = {"start_date": f"{start}", "end_date": f"{end}", **_arrivals(checks, rows), **lean(rest)}
    return Item(answer, long="arrivals", most={"arrivals": _MOST_ROWS})


def _arrives(stay: Reservation, span: Span) -> bool:
    first, last = span(stay.property_id)
    return first <= stay.check_in_date <= last


def _arrivals(checks: Sequence[ArrivalCheck], rows: Sequence[JsonObject]) -> JsonObject:
    states = [check.ready for check in checks]
    return {
        "ready": states.count(True),
        "not_ready": states.count(False),
        "not_known": states.count(None),
        "arrivals": sorted(rows, key=_order),
    }


def _order(row: JsonObject) -> tuple[str, bool, str]:
    # What is not ready comes first within its day.
    return row.get("check_in_date", ""), bool(row.get("ready")), row.get("check_in_time") or ""


def _row(check: ArrivalCheck, portfolio: Portfolio) -> JsonObject:
    stay, balance, task = check.stay, check.balance, check.cleaning.task
    place = portfolio.place(stay.property_id)
    row = ReadinessRow(
        check_in_date=f"{stay.check_in_date}",
        check_in_time=clock_text(in_time(stay, place)) if place else None,
        **home(portfolio, stay.property_id),
        guest_name=guest(stay),
        stay_code=stay.stay_code,
        channel_type=stay.channel_type,
        ready=check.ready,
        missing=list(check.missing),
        not_known=list(check.unknown),
        balance_due={"amount": balance.amount, "currency": balance.currency} if balance else None,
        lock_code="set" if check.lock_code else "missing",
        check_in_details=check.details,
        cleaning=cleaning_row(task) if task else None,
        uncounted=uncounted_rows(check.cleaning),
        conversation_id=stay.conversation_id,
    )
    return lean(row)


def _thread_ids(arrivals: Sequence[Reservation]) -> list[str]:
    soonest = sorted(arrivals, key=lambda stay: stay.check_in_date)
    return list(dict.fromkeys(stay.conversation_id for stay in soonest if stay.conversation_id))
