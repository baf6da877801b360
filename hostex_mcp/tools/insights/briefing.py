"""The morning briefing: what a host has to know and do on one day."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, time
from typing import Any, TypedDict

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.briefing import DayWarning, expires
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.stays import guest
from hostex_mcp.domain.turnovers import Turnover, in_time, out_time
from hostex_mcp.domain.wording import quoted
from hostex_mcp.reads.day import Daily, read_day
from hostex_mcp.reads.portfolio import portfolio
from hostex_mcp.toolkit.arguments import Day, Id, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.privacy import Redactor
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._briefing_text import briefing_text
from hostex_mcp.tools.insights._wording import failed
from hostex_mcp.tools.insights.reviews_due import review_row
from hostex_mcp.tools.insights.waiting import brief, excerpt, unread_notes, waiting_row

_ROOM, _ROOM_OF_MANY, _FEW, _MANY = 1_500, 3_000, 12, 50
_CAUTION = 0.94
_WHOLE = ("warnings", "requests", "waiting", "arrivals", "turnovers", "departures")
_SPARE = ("in_house", "reviews", "tasks")
_MOST_ROWS, _MOST_SPOKEN = 50, 10
_MOST_TEXT, _MOST_NOTE = 32, 40
_ELSEWHERE = {
    "warnings": "check_arrival_readiness",
    "requests": "list_reservations",
    "waiting": "list_guests_waiting",
    "arrivals": "check_arrival_readiness",
    "turnovers": "get_turnover_plan",
    "departures": "get_turnover_plan",
    "tasks": "list_tasks",
    "reviews": "list_reviews_due",
    "in_house": "list_reservations",
}
_ASSISTED = "Answered by Hostex's assistant only, and so last among the waiting: {count}."
_UNSPOKEN = ("guest_name", "guest_is", "arrives_in_days", "auto_reply", "property", "property_id")
_WAITING = (
    "guest_name",
    "guest_is",
    "arrives_in_days",
    "waiting_hours",
    "says",
    "auto_reply",
    "property",
    "property_id",
)
_REVIEW = ("due", "closes", "guest_score", "property", "property_id", "reservation_code")


class Briefing(TypedDict, total=False):
    """One day of the host. `more` counts the rows of each list that did not fit."""

    date: str
    warnings: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    arrivals: list[dict[str, Any]]
    turnovers: list[dict[str, Any]]
    departures: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    in_house: list[dict[str, Any]]
    more: dict[str, int]
    notes: list[str]
    failed: list[dict[str, Any]]


@tool(
    "Get daily briefing",
    core=True,
    open_world=True,
    keywords="morning today overview summary dashboard arrivals departures check-ins check-outs what is "
    "urgent",
    text=briefing_text,
)
async def get_daily_briefing(
    context: Context,
    date: Day | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
) -> Item[Briefing]:
    """A host's day (today at each property unless given): what goes wrong unless somebody acts, requests,
    guests waiting, arrivals, same-day turnovers, departures, tasks, reviews, in house. `more` counts
    what did not fit: ask for fewer properties, or as the notes say."""
    meant = await portfolio(context, property_ids, group_id)
    daily = await read_day(context, meant, date, property_ids is None and group_id is None)
    sections = _sections(daily, context.redactor(), context.now())
    assisted = sum(one.by_assistant for one in daily.waiting)
    notes = [
        *_days(daily),
        *daily.notes,
        *unread_notes(daily.threads),
        *([_ASSISTED.format(count=assisted)] if assisted else []),
    ]
    unread = {"failed": [*failed(daily.failures), *daily.threads.rows()]}
    data = {"date": f"{date or daily.first}", **sections, **lean({"notes": notes, **unread})}
    most: Mapping[str, int] = dict.fromkeys(_WHOLE, _MOST_ROWS)
    return Item(data, most=most, room=_room(len(meant.properties)), spare=_SPARE, elsewhere=_ELSEWHERE)


def _room(properties: int) -> int:
    """The tokens for a day of so many properties; a count of them may be some percent too low."""
    share = (min(max(properties, _FEW), _MANY) - _FEW) / (_MANY - _FEW)
    return int(_CAUTION * (_ROOM + share * (_ROOM_OF_MANY - _ROOM)))


def _sections(daily: Daily, screen: Redactor, now: datetime) -> dict[str, list[JsonObject]]:
    """The rows of each list, the most urgent list first."""
    moves, meant = daily.movements, daily.meant
    asked = [_request(one, daily, now) for one in daily.requests]
    came = _by_time(_arrival(one, daily) for one in moves.arrivals)
    left = _by_time(_departure(one, daily) for one in moves.departures)
    told = {row["stay_code"] for row in [*asked, *came, *left]}
    due = [review_row(one, meant, screen) for one in daily.reviews]
    return {
        "warnings": [_warning(one, daily, told) for one in daily.warnings],
        "requests": asked,
        "waiting": _waiting(daily, screen),
        "arrivals": came,
        "turnovers": [_turnover(one, daily) for one in daily.turnovers],
        "departures": left,
        "tasks": [_task(one, daily) for one in daily.tasks],
        "reviews": [_told_apart(brief(one, _REVIEW), daily) for one in due],
        "in_house": [_staying(one, daily) for one in moves.in_house],
    }


def _waiting(daily: Daily, screen: Redactor) -> list[JsonObject]:
    """All who wait, the first of them with their words."""
    rows = [waiting_row(one, daily.meant, screen, _MOST_TEXT) for one in daily.waiting]
    spoken = [_short(row, _WAITING) for row in rows[:_MOST_SPOKEN]]
    others = [_short(row, _UNSPOKEN) for row in rows[_MOST_SPOKEN:]]
    return [_told_apart(row, daily) for row in [*spoken, *others]]


def _short(row: JsonObject, names: Sequence[str]) -> JsonObject:
    """The row of a guest who waits, as a morning needs it: whole hours, and arriving is told by the days."""
    kept = {name: row[name] for name in names if name in row}
    if "waiting_hours" in kept:
        kept["waiting_hours"] = round(kept["waiting_hours"])
    if "arrives_in_days" in kept:
        del kept["guest_is"]
    return kept


def _days(daily: Daily) -> list[str]:
    """Whose day is another one than the first. A property may have no time zone."""
    others = {(one.timezone or "", daily.day(one.id)) for one in daily.meant.properties}
    return [
        f"The date in {zone} is {day}." if zone else f"Where no time zone is set, the date is {day}."
        for zone, day in sorted(others)
        if day != daily.first
    ]


def _home(daily: Daily, property_id: int) -> JsonObject:
    """A property by its title, which is enough to name it by in any call, unless another has the same."""
    if not property_id:
        return {"property": "no property"}
    return _told_apart(daily.meant.named(property_id), daily)


def _told_apart(row: JsonObject, daily: Daily) -> JsonObject:
    """A row with the id of its property only where the title does not tell which one it is."""
    if row.get("property_id") in daily.meant.namesakes:
        return row
    return {name: value for name, value in row.items() if name != "property_id"}


def _stay(stay: Reservation, daily: Daily) -> JsonObject:
    return {"guest_name": guest(stay), **_home(daily, stay.property_id), "stay_code": stay.stay_code}


def _clock(moment: time | None) -> str:
    return f"{moment:%H:%M}" if moment else ""


def _by_time(rows: Any) -> list[JsonObject]:
    """By the hour; what has none comes last."""
    return sorted(rows, key=lambda row: (row.get("time", "~"), row["property"], row["stay_code"]))


def _arrival(stay: Reservation, daily: Daily) -> JsonObject:
    place = daily.meant.place(stay.property_id)
    facts = {
        "time": _clock(in_time(stay, place)) if place else "",
        **_stay(stay, daily),
        "guests": stay.number_of_guests,
    }
    return lean(facts)


def _departure(stay: Reservation, daily: Daily) -> JsonObject:
    place = daily.meant.place(stay.property_id)
    return lean({"time": _clock(out_time(stay, place)) if place else "", **_stay(stay, daily)})


def _staying(stay: Reservation, daily: Daily) -> JsonObject:
    return {**_stay(stay, daily), "check_out_date": f"{stay.check_out_date}"}


def _turnover(one: Turnover, daily: Daily) -> JsonObject:
    times = {"out_time": _clock(one.out_time), "in_time": _clock(one.in_time)}
    task = one.cleaning.task
    without = "no task" if one.cleaning.known else "not known"
    state = (
        f"{one_line(task.status)}, {quoted(one_line(task.staff_name or '')) or 'nobody assigned'}"
        if task
        else without
    )
    return lean({**_home(daily, one.place.id), **times, "cleaning": state})


def _request(stay: Reservation, daily: Daily, now: datetime) -> JsonObject:
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


def _hours(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds() / 3600)


def _staff(task: Task) -> str:
    return one_line(task.staff_name or "")


def _task(one: Task, daily: Daily) -> JsonObject:
    row = {
        "id": one.id,
        "type": one.type,
        "time": (one.expected_time or "")[:5],
        **(_home(daily, one.property_id) if one.property_id else {}),
        "staff_name": _staff(one) or "nobody",
        "note": excerpt(one_line(one.note or ""), _MOST_NOTE),
    }
    return lean(row)


def _warning(one: DayWarning, daily: Daily, told: AbstractSet[str]) -> JsonObject:
    """What is wrong, with the code of a stay that no other list tells."""
    when = "" if one.day == daily.day(one.property_id) else f"{one.day}"
    row: dict[str, Any] = {"kind": one.kind, "detail": one_line(one.detail), "date": when}
    if one.stay:
        row |= _stay(one.stay, daily)
        row["stay_code"] = "" if one.stay.stay_code in told else one.stay.stay_code
        row["property"] = row["property"] if one.stay.property_id else ""
        row["guest_name"] = "" if one.kind.startswith("turnover") else row["guest_name"]
    elif one.property_id:
        row |= _home(daily, one.property_id)
    return lean(row)
