"""The morning briefing: what a host has to know and do on one day."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, TypedDict

from hostex_mcp.api.reservations import Reservation
from hostex_mcp.api.tasks import Task
from hostex_mcp.domain.briefing import Anomaly, expires
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.packing import cost, packed
from hostex_mcp.domain.turnovers import Turnover, in_time, out_time
from hostex_mcp.tools.arguments import Day, Id, PropertyIds
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.gather_daily import Daily, read_day
from hostex_mcp.tools.gather_portfolio import portfolio
from hostex_mcp.tools.insight_reviews import review_row
from hostex_mcp.tools.insight_waiting import brief, excerpt, unread_notes, waiting_row
from hostex_mcp.tools.insight_words import failed
from hostex_mcp.tools.privacy import Screen
from hostex_mcp.tools.results import MOST_FAILED, Record, Shown, lean
from hostex_mcp.tools.stay_preview import guest
from hostex_mcp.tools.tool import tool

_ROOM = 1_340
_MOST_TEXT, _MOST_NOTE = 60, 40
_MORE = (
    "more: list_guests_waiting, check_arrival_readiness, get_turnover_plan, list_reviews_due, list_tasks, "
    "or fewer properties"
)
_SURE = {
    "warnings": 4,
    "requests": 1,
    "arrivals": 3,
    "turnovers": 2,
    "departures": 2,
    "waiting": 2,
    "tasks": 1,
    "reviews": 1,
    "in_house": 1,
}
_WAITING = (
    "guest_name",
    "guest_is",
    "arrives_in_days",
    "waiting_hours",
    "says",
    "auto_reply",
    "property_id",
    "property",
    "conversation_id",
)
_REVIEW = ("due", "closes", "guest_score", "property_id", "property", "reservation_code")


class Briefing(TypedDict, total=False):
    """One day of the host. `more` counts the rows of each list that did not fit."""

    date: str
    warnings: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    arrivals: list[dict[str, Any]]
    turnovers: list[dict[str, Any]]
    departures: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    in_house: list[dict[str, Any]]
    more: dict[str, int]
    notes: list[str]
    failed: list[dict[str, Any]]


@tool(
    "insights",
    "Get daily briefing",
    core=True,
    open_world=True,
    words="morning today overview summary dashboard arrivals departures check-ins check-outs what is urgent",
)
async def get_daily_briefing(
    context: Context,
    date: Day | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
) -> Record[Briefing]:
    """A host's day (today at each property unless given) in short: what goes wrong unless somebody acts,
    requests, arrivals, same-day turnovers, departures, guests waiting for an answer, tasks, reviews due,
    guests in house. `more` counts what did not fit."""
    meant = await portfolio(context, property_ids, group_id)
    daily = await read_day(context, meant, date, property_ids is None and group_id is None)
    screen = context.screen()
    head = {"date": f"{date or daily.first}"}
    notes = [*_days(daily), *daily.notes, *unread_notes(daily.threads)]
    unread = lean({"failed": [*failed(daily.failures), *daily.threads.rows()]})
    room = _ROOM - cost([*notes, _MORE, {name: rows[:MOST_FAILED] for name, rows in unread.items()}])
    kept, more = packed(_sections(daily, screen, context.now()), room, _SURE)
    shown = {name: rows for name, rows in kept.items() if rows or name not in more}
    tail = lean({"more": more or None, "notes": [*notes, *([_MORE] if more else [])]})
    return Record({**head, **shown, **tail, **unread})


def _sections(daily: Daily, screen: Screen, now: datetime) -> dict[str, Sequence[Shown]]:
    """The rows of each list, the weightiest list first."""
    moves, meant = daily.movements, daily.meant
    waits = [waiting_row(one, meant, screen, _MOST_TEXT) for one in daily.waiting]
    due = [review_row(one, meant, screen) for one in daily.reviews]
    return {
        "warnings": [_warning(one, daily) for one in daily.warnings],
        "requests": [_request(one, daily, now) for one in daily.requests],
        "arrivals": _by_time(_arrival(one, daily) for one in moves.arrivals),
        "turnovers": [_turnover(one, daily) for one in daily.turnovers],
        "departures": _by_time(_departure(one, daily) for one in moves.departures),
        "waiting": [brief(one, _WAITING) for one in waits],
        "tasks": [_task(one, daily) for one in daily.tasks],
        "reviews": [_only(one, _REVIEW) for one in due],
        "in_house": [_staying(one, daily) for one in moves.in_house],
    }


def _days(daily: Daily) -> list[str]:
    """Whose day is another one than the first."""
    others = {(one.timezone, daily.day(one.id)) for one in daily.meant.properties}
    return [f"In {zone} the day is {day}." for zone, day in sorted(others) if day != daily.first]


def _named(daily: Daily, property_id: int) -> Shown:
    if not property_id:
        return {"property": "no property"}
    return daily.meant.named(property_id)


def _stay(stay: Reservation, daily: Daily) -> Shown:
    return {"guest_name": guest(stay), **_named(daily, stay.property_id), "stay_code": stay.stay_code}


def _clock(moment: time | None) -> str:
    return f"{moment:%H:%M}" if moment else ""


def _by_time(rows: Any) -> list[Shown]:
    """By the hour; what has none comes last."""
    return sorted(rows, key=lambda row: (row.get("time", "~"), row["property"], row["stay_code"]))


def _arrival(stay: Reservation, daily: Daily) -> Shown:
    place = daily.meant.place(stay.property_id)
    facts = {
        "time": _clock(in_time(stay, place)) if place else "",
        **_stay(stay, daily),
        "guests": stay.number_of_guests,
    }
    return lean(facts)


def _departure(stay: Reservation, daily: Daily) -> Shown:
    place = daily.meant.place(stay.property_id)
    return lean({"time": _clock(out_time(stay, place)) if place else "", **_stay(stay, daily)})


def _staying(stay: Reservation, daily: Daily) -> Shown:
    return {**_stay(stay, daily), "check_out_date": f"{stay.check_out_date}"}


def _turnover(one: Turnover, daily: Daily) -> Shown:
    times = {"out_time": _clock(one.out_time), "in_time": _clock(one.in_time)}
    task = one.cleaning.task
    without = "no task" if one.cleaning.known else "not known"
    state = f"{task.status}, {one_line(task.staff_name or '') or 'nobody assigned'}" if task else without
    return lean({**_named(daily, one.place.id), **times, "cleaning": state})


def _request(stay: Reservation, daily: Daily, now: datetime) -> Shown:
    until = expires(stay)
    row = {
        **_stay(stay, daily),
        "reservation_code": "" if stay.reservation_code == stay.stay_code else stay.reservation_code,
        "check_in_date": f"{stay.check_in_date}",
        "waits_for": "host" if stay.status == "wait_accept" else "payment",
        "waiting_hours": _hours(stay.booked_at, now) if stay.booked_at and not until else None,
        "lapses_in_hours": _hours(now, until) if until and until > now else None,
    }
    return lean(row)


def _hours(start: datetime, end: datetime) -> float:
    return round((end - start).total_seconds() / 3600, 1)


def _task(one: Task, daily: Daily) -> Shown:
    row = {
        "id": one.id,
        "type": one.type,
        "time": (one.expected_time or "")[:5],
        **(_named(daily, one.property_id) if one.property_id else {}),
        "staff_name": one_line(one.staff_name or "") or "nobody",
        "note": excerpt(one_line(one.note or ""), _MOST_NOTE),
    }
    return lean(row)


def _warning(one: Anomaly, daily: Daily) -> Shown:
    when = "" if one.day == daily.day(one.property_id) else f"{one.day}"
    row: dict[str, Any] = {"kind": one.kind, "detail": one_line(one.detail), "date": when}
    if one.stay:
        row |= _stay(one.stay, daily)
    elif one.property_id:
        row |= _named(daily, one.property_id)
    return lean(row)


def _only(row: Any, names: Sequence[str]) -> Shown:
    return {name: row[name] for name in names if name in row}
