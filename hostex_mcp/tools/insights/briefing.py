"""The morning briefing: what a host needs to know and do on one day."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, TypedDict

from hostex_mcp.api import run_apart
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.briefing import DayWarning, expires
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.stays import guest
from hostex_mcp.domain.turnovers import Turnover, in_time, out_time
from hostex_mcp.domain.wording import quoted
from hostex_mcp.reads.day import Daily, read_day
from hostex_mcp.reads.lists import failure_rows
from hostex_mcp.reads.portfolio import read_portfolio
from hostex_mcp.toolkit.arguments import Day, Id, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.privacy import Redactor
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._briefing_text import briefing_text
from hostex_mcp.tools.insights._wording import clock_text
from hostex_mcp.tools.insights.reviews_due import review_row
from hostex_mcp.tools.insights.waiting import brief, excerpt, unread_notes, waiting_row

_ROOM, _ROOM_OF_MANY, _FEW, _MANY = 1_500, 3_000, 12, 50
# The quick count of tokens may be some percent too low.
_CAUTION = 0.94
_COMPLETE = ("warnings", "requests", "waiting", "arrivals", "turnovers", "departures")
# Other tools list these in full, so they are the first to go.
_SPARE = ("in_house", "reviews", "tasks")
# The words of a guest are the longest part of a row.
_MOST_ROWS, _MOST_QUOTED = 50, 10
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
_ASSISTED = "Answered only by Hostex's assistant, and so last among the waiting: {count}."
_WAITING = ("guest_name", "guest_is", "arrives_in_days", "auto_reply", "property", "property_id")
_QUOTED = (*_WAITING[:3], "waiting_hours", "says", *_WAITING[3:])
_REVIEW_DETAILS = ("days_left", "check_out_date", "channel_type", "guest_review")


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
    """A host's day (default: today at each property): what goes wrong unless somebody acts, requests, guests
    waiting, arrivals, same-day turnovers, departures, tasks, reviews, in house. `more` counts what did not
    fit: ask for fewer properties, or as the notes say."""
    portfolio = await read_portfolio(context, property_ids, group_id)
    daily = await read_day(context, portfolio, date, property_ids is None and group_id is None)
    # The lists of a large account take long in one piece, so other calls go on beside them.
    sections = await run_apart(_rows_of(daily), _sections, daily, context.redactor(), context.now())
    assisted = sum(guest.by_assistant for guest in daily.waiting)
    rest = {
        "notes": [
            *_other_days(daily),
            *daily.notes,
            *unread_notes(daily.threads),
            *([_ASSISTED.format(count=assisted)] if assisted else []),
        ],
        "failed": [*failure_rows(daily.failures), *daily.threads.rows()],
    }
    data = {"date": f"{date or daily.first}", **sections, **lean(rest)}
    most: Mapping[str, int] = dict.fromkeys(_COMPLETE, _MOST_ROWS)
    room = _room(len(portfolio.properties))
    return Item(data, most=most, room=room, spare=_SPARE, elsewhere=_ELSEWHERE)


def _room(properties: int) -> int:
    """Return the tokens for a day of so many properties."""
    share = (min(max(properties, _FEW), _MANY) - _FEW) / (_MANY - _FEW)
    return int(_CAUTION * (_ROOM + share * (_ROOM_OF_MANY - _ROOM)))


def _rows_of(daily: Daily) -> list[Any]:
    """Return all that the lists are made of."""
    moves = daily.movements
    stays = [*daily.requests, *moves.arrivals, *moves.departures, *moves.in_house]
    return [*stays, *daily.reviews, *daily.waiting, *daily.warnings, *daily.turnovers, *daily.tasks]


def _sections(daily: Daily, redactor: Redactor, now: datetime) -> dict[str, list[JsonObject]]:
    """Return the rows of each list, the most urgent list first."""
    moves = daily.movements
    requests = [_request(stay, daily, now) for stay in daily.requests]
    arrivals = sorted((_arrival(stay, daily) for stay in moves.arrivals), key=_by_time)
    departures = sorted((_departure(stay, daily) for stay in moves.departures), key=_by_time)
    listed = {row.get("stay_code", "") for row in [*requests, *arrivals, *departures]}
    reviews = [review_row(review, daily.portfolio, redactor) for review in daily.reviews]
    return {
        "warnings": [_warning(warning, daily, listed) for warning in daily.warnings],
        "requests": requests,
        "waiting": _waiting(daily, redactor),
        "arrivals": arrivals,
        "turnovers": [_turnover(turnover, daily) for turnover in daily.turnovers],
        "departures": departures,
        "tasks": [_task(task, daily) for task in daily.tasks],
        "reviews": [_told_apart(brief(row, _REVIEW_DETAILS), daily) for row in reviews],
        "in_house": [
            {**_stay(stay, daily), "check_out_date": f"{stay.check_out_date}"} for stay in moves.in_house
        ],
    }


def _waiting(daily: Daily, redactor: Redactor) -> list[JsonObject]:
    """Return all who wait, the first of them with their words."""
    rows = [waiting_row(guest, daily.portfolio, redactor, _MOST_TEXT) for guest in daily.waiting]
    return [
        _told_apart(_short(row, _QUOTED if place < _MOST_QUOTED else _WAITING), daily)
        for place, row in enumerate(rows)
    ]


def _short(row: JsonObject, names: Sequence[str]) -> JsonObject:
    """Return the row of a guest who waits as a morning needs it."""
    short = {name: row[name] for name in names if name in row}
    if "waiting_hours" in short:
        short["waiting_hours"] = round(short["waiting_hours"])
    # Only who arrives has days until then.
    if "arrives_in_days" in short:
        del short["guest_is"]
    return short


def _other_days(daily: Daily) -> list[str]:
    """Return where the date is another one than the first. A property may have no time zone."""
    others = {(place.timezone or "", daily.day(place.id)) for place in daily.portfolio.properties}
    return [
        f"The date in {zone} is {day}." if zone else f"Where no time zone is set, the date is {day}."
        for zone, day in sorted(others)
        if day != daily.first
    ]


def _home(daily: Daily, property_id: int) -> JsonObject:
    if not property_id:
        return {"property": "no property"}
    return _told_apart(daily.portfolio.named(property_id), daily)


def _told_apart(row: JsonObject, daily: Daily) -> JsonObject:
    """Return a row with the id of its property only where the title does not say which one it is: any call
    takes the title instead."""
    if row.get("property_id") in daily.portfolio.namesakes:
        return row
    return {name: value for name, value in row.items() if name != "property_id"}


def _stay(stay: Reservation, daily: Daily) -> JsonObject:
    return {"guest_name": guest(stay), **_home(daily, stay.property_id), "stay_code": stay.stay_code}


def _by_time(row: JsonObject) -> tuple[str, str, str]:
    # "~" comes after all digits: what has no time is last.
    return row.get("time", "~"), row.get("property", ""), row.get("stay_code", "")


def _arrival(stay: Reservation, daily: Daily) -> JsonObject:
    place = daily.portfolio.place(stay.property_id)
    comes = clock_text(in_time(stay, place)) if place else None
    return lean({"time": comes, **_stay(stay, daily), "guests": stay.number_of_guests})


def _departure(stay: Reservation, daily: Daily) -> JsonObject:
    place = daily.portfolio.place(stay.property_id)
    leaves = clock_text(out_time(stay, place)) if place else None
    return lean({"time": leaves, **_stay(stay, daily)})


def _turnover(turnover: Turnover, daily: Daily) -> JsonObject:
    task = turnover.cleaning.task
    state = "no task" if turnover.cleaning.known else "not known"
    if task:
        state = f"{one_line(task.status)}, {quoted(_staff(task)) or 'nobody assigned'}"
    times = {"out_time": clock_text(turnover.out_time), "in_time": clock_text(turnover.in_time)}
    return lean({**_home(daily, turnover.place.id), **times, "cleaning": state})


def _request(stay: Reservation, daily: Daily, now: datetime) -> JsonObject:
    until = expires(stay)
    row = {
        **_stay(stay, daily),
        # Direct bookings have one code for both.
        "reservation_code": "" if stay.reservation_code == stay.stay_code else stay.reservation_code,
        "check_in_date": f"{stay.check_in_date}",
        "waits_for": "host" if stay.status == "wait_accept" else "payment",
        # How long a request still has matters more than how long it waited.
        "waiting_hours": _hours(stay.booked_at, now) if stay.booked_at and not until else None,
        "lapses_in_hours": _hours(now, until) if until and until > now else None,
    }
    return lean(row)


def _hours(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds() / 3600)


def _staff(task: Task) -> str:
    return one_line(task.staff_name or "")


def _task(task: Task, daily: Daily) -> JsonObject:
    row = {
        "id": task.id,
        "type": task.type,
        # Hostex tells seconds, by which nobody plans.
        "time": (task.expected_time or "")[:5],
        **(_home(daily, task.property_id) if task.property_id else {}),
        "staff_name": _staff(task) or "nobody",
        "note": excerpt(one_line(task.note or ""), _MOST_NOTE),
    }
    return lean(row)


def _warning(warning: DayWarning, daily: Daily, listed: AbstractSet[str]) -> JsonObject:
    """Return what is wrong, with the code of a stay that is in no other list."""
    day = "" if warning.day == daily.day(warning.property_id) else f"{warning.day}"
    row: dict[str, Any] = {"kind": warning.kind, "detail": one_line(warning.detail), "date": day}
    if stay := warning.stay:
        row |= _stay(stay, daily)
        row["stay_code"] = "" if stay.stay_code in listed else stay.stay_code
        row["property"] = row["property"] if stay.property_id else ""
        # Such a warning is about the property; both guests are in other lists.
        row["guest_name"] = "" if warning.kind.startswith("turnover") else row["guest_name"]
    elif warning.property_id:
        row |= _home(daily, warning.property_id)
    return lean(row)
