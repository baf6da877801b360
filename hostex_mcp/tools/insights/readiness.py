"""Whether the coming arrivals are prepared."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypedDict

from hostex_mcp.api.endpoints.automation import LIST_AUTOMATION_ACTIONS
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.readiness import ArrivalCheck, ArrivalContext, readiness
from hostex_mcp.domain.stays import guest
from hostex_mcp.domain.turnovers import in_time
from hostex_mcp.reads.lists import PartialReads, read_lists
from hostex_mcp.reads.past import with_last_guests
from hostex_mcp.reads.portfolio import Portfolio, Span, day_of, portfolio, span_of, widest
from hostex_mcp.reads.records import tasks_between
from hostex_mcp.reads.stays import all_stays
from hostex_mcp.reads.threads import Threads, threads_of
from hostex_mcp.toolkit.arguments import Day, Id, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import cleaning_row, failed, require_span, uncounted_rows
from hostex_mcp.tools.insights.waiting import unread_notes

_USUAL, _LONGEST = timedelta(days=6), 31
_BACK, _DAY = timedelta(days=14), timedelta(days=1)
_MOST_ROWS, _MOST_THREADS = 60, 100
_MESSAGES = {"type": "message"}
_DEFINITION = (
    "lock_code counts as missing only where half of the house's stays before carry one. Inferred: a balance "
    "is due only on bookings the host collects himself (direct, booking site, or a part was received); "
    "check_in_details are `sent` when guide address or lock code stand in the thread, `scheduled` when an "
    "automatic arrival message waits, `not_seen` else, `no_thread` where there is no thread to look into, "
    "`not_known` where thread or automatic messages could not be read."
)


class ReadinessRow(TypedDict, total=False):
    """An arrival. `missing` says what is not done: property, balance, lock code, check-in details, cleaning
    task, who cleans, identity check; `not_known` what could not be looked at. `ready` is absent where that
    leaves it open. `balance_due` is of the whole order; `uncounted` are cleanings near the turnover that do
    not clean it, and why."""

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
    """Arrivals by day, and how many of them are ready, are not, or may be: `not_known` are those of which
    something could not be looked at and nothing else is missing."""

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
    lock code is told as set or missing only; Hostex programs no lock."""
    meant = await portfolio(context, property_ids, group_id)
    span = span_of(meant, start_date, end_date, _USUAL)
    start, end = widest(meant, span)
    require_span(start, end, _LONGEST)
    parts = PartialReads()
    found = await all_stays(context, meant, start - _BACK, end)
    arrivals = [one for one in found.items if one.status == "accepted" and _arrives(one, span)]
    tasks, plans, threads = await asyncio.gather(
        parts.rows("tasks", tasks_between(context, meant, start - _BACK, end + _DAY, "cleaning")),
        parts.rows("automatic messages", read_lists(context, LIST_AUTOMATION_ACTIONS, [_MESSAGES])),
        parts.read("guest threads", threads_of(context, _thread_ids(arrivals), _MOST_THREADS), Threads([])),
    )
    past = await with_last_guests(context, meant, found.items, tasks, span, start - _BACK)
    around = ArrivalContext(found.items, past.turnovers, threads.items, plans)
    today = day_of(meant)
    checked = [readiness(one, around, today(one.property_id)) for one in arrivals]
    told = {
        "notes": [_DEFINITION, *found.notes, *parts.notes, *past.notes, *unread_notes(threads)],
        "failed": [*failed([*found.failures, *parts.failures, *past.failures]), *threads.rows()],
    }
    answer = {**_answer(checked, meant, start, end), **lean(told)}
    return Item(answer, long="arrivals", most={"arrivals": _MOST_ROWS})


def _arrives(stay: Reservation, span: Span) -> bool:
    first, last = span(stay.property_id)
    return first <= stay.check_in_date <= last


def _answer(checked: Sequence[ArrivalCheck], meant: Portfolio, start: date, end: date) -> JsonObject:
    states = [one.ready for one in checked]
    return {
        "start_date": f"{start}",
        "end_date": f"{end}",
        "ready": states.count(True),
        "not_ready": states.count(False),
        "not_known": states.count(None),
        "arrivals": sorted((_row(one, meant) for one in checked), key=_order),
    }


def _order(row: ReadinessRow) -> tuple[str, bool, str]:
    return row.get("check_in_date", ""), bool(row.get("ready")), row.get("check_in_time") or ""


def _row(one: ArrivalCheck, meant: Portfolio) -> ReadinessRow:
    stay = one.stay
    place = meant.place(stay.property_id)
    comes = in_time(stay, place) if place else None
    row = ReadinessRow(
        check_in_date=f"{stay.check_in_date}",
        check_in_time=f"{comes:%H:%M}" if comes else None,
        property_id=stay.property_id or None,
        property=meant.titled(stay.property_id) if stay.property_id else None,
        guest_name=guest(stay),
        stay_code=stay.stay_code,
        channel_type=stay.channel_type,
        ready=one.ready,
        missing=list(one.missing),
        not_known=list(one.unknown),
        balance_due=_balance(one),
        lock_code="set" if one.lock_code else "missing",
        check_in_details=one.details,
        cleaning={**cleaning_row(one.cleaning.task)} if one.cleaning.task else None,
        uncounted=[{**row} for row in uncounted_rows(one.cleaning)],
        conversation_id=stay.conversation_id,
    )
    return ReadinessRow(**lean(row))


def _balance(one: ArrivalCheck) -> dict[str, Any] | None:
    return {"amount": one.balance.amount, "currency": one.balance.currency} if one.balance else None


def _thread_ids(arrivals: Sequence[Reservation]) -> list[str]:
    return list(dict.fromkeys(one.conversation_id for one in arrivals if one.conversation_id))
