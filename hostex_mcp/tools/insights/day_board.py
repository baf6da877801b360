"""The whole day as rows with all their ids, for a board that a person looks at."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypedDict

from hostex_mcp.api import in_pieces
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.briefing import DayWarning, expires
from hostex_mcp.domain.guest_text import clean, one_line
from hostex_mcp.domain.stays import guest
from hostex_mcp.domain.turnovers import Turnover, in_time, out_time
from hostex_mcp.reads import day as reads
from hostex_mcp.reads.day import Daily
from hostex_mcp.reads.lists import failure_rows
from hostex_mcp.reads.portfolio import Portfolio, read_portfolio
from hostex_mcp.toolkit.arguments import Day, Id, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.privacy import Redactor
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import clock_text
from hostex_mcp.tools.insights.reviews_due import review_row
from hostex_mcp.tools.insights.waiting import excerpt, unread_notes, waiting_row

_MOST_TEXT = 2_000
Rows = list[dict[str, Any]]


class DayBoard(TypedDict, total=False):
    """One day of the host, whole. `days` has the date at the properties of each time zone."""

    date: str
    days: Rows
    properties: Rows
    warnings: Rows
    requests: Rows
    waiting: Rows
    arrivals: Rows
    turnovers: Rows
    departures: Rows
    tasks: Rows
    reviews: Rows
    in_house: Rows
    notes: list[str]
    failed: Rows


@tool("Show a day", audience="app", open_world=True, rights_of="get_daily_briefing")
async def read_day(
    context: Context,
    date: Day | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
) -> Item[DayBoard]:
    """All of a day, for its board; by default of today at each property."""
    portfolio = await read_portfolio(context, property_ids, group_id)
    daily = await reads.read_day(context, portfolio, date, property_ids is None and group_id is None)
    rest = {
        "notes": [*daily.notes, *unread_notes(daily.threads)],
        "failed": [*failure_rows(daily.failures), *daily.threads.rows()],
    }
    return Item(
        {
            "date": f"{date or daily.first}",
            "days": _days(daily),
            "properties": [portfolio.named(place.id) for place in portfolio.properties],
            **await _lists(daily, context.redactor(), context.now()),
            **lean(rest),
        },
        most={"failed": len(rest["failed"])},
    )


def _days(daily: Daily) -> list[JsonObject]:
    days = {(place.timezone or "", f"{daily.day(place.id)}") for place in daily.portfolio.properties}
    return [{"time_zone": zone, "date": day} for zone, day in sorted(days)]


async def _lists(daily: Daily, redactor: Redactor, now: datetime) -> dict[str, Sequence[JsonObject]]:
    """Return all rows of a day; those of a large account, whole as they are, are long work together."""
    rows = {name: await in_pieces(rows) for name, rows in _rows(daily, redactor, now).items()}
    return {**rows, "arrivals": _by_time(rows["arrivals"]), "departures": _by_time(rows["departures"])}


def _rows(daily: Daily, redactor: Redactor, now: datetime) -> dict[str, Iterable[JsonObject]]:
    portfolio, moves = daily.portfolio, daily.movements
    return {
        "warnings": (_warning(warning, portfolio) for warning in daily.warnings),
        "requests": (_request(stay, portfolio, now) for stay in daily.requests),
        "waiting": (waiting_row(waits, portfolio, redactor, _MOST_TEXT) for waits in daily.waiting),
        "arrivals": (_arrival(stay, portfolio) for stay in moves.arrivals),
        "turnovers": (_turnover(turnover, portfolio) for turnover in daily.turnovers),
        "departures": (_departure(stay, portfolio) for stay in moves.departures),
        "tasks": (_task(task, portfolio) for task in daily.tasks),
        "reviews": (review_row(due, portfolio, redactor, _MOST_TEXT) for due in daily.reviews),
        "in_house": (_stay(stay, portfolio) for stay in moves.in_house),
    }


def _by_time(rows: Iterable[JsonObject]) -> list[JsonObject]:
    # "~" comes after all digits: what has no time is last.
    return sorted(rows, key=lambda row: (row.get("time", "~"), row["property"], row["stay_code"]))


def _home(property_id: int, portfolio: Portfolio) -> JsonObject:
    return portfolio.named(property_id) if property_id else {"property_id": 0, "property": "no property"}


def _stay(stay: Reservation, portfolio: Portfolio, **more: Any) -> JsonObject:
    row = {
        "guest_name": guest(stay),
        **_home(stay.property_id, portfolio),
        "channel_type": stay.channel_type,
        "check_in_date": f"{stay.check_in_date}",
        "check_out_date": f"{stay.check_out_date}",
        "guests": stay.number_of_guests,
        "stay_code": stay.stay_code,
        "reservation_code": stay.reservation_code,
        "conversation_id": stay.conversation_id,
    }
    return lean({**more, **row})


def _arrival(stay: Reservation, portfolio: Portfolio) -> JsonObject:
    place = portfolio.place(stay.property_id)
    return _stay(stay, portfolio, time=clock_text(in_time(stay, place)) if place else None)


def _departure(stay: Reservation, portfolio: Portfolio) -> JsonObject:
    place = portfolio.place(stay.property_id)
    return _stay(stay, portfolio, time=clock_text(out_time(stay, place)) if place else None)


def _request(stay: Reservation, portfolio: Portfolio, now: datetime) -> JsonObject:
    until = expires(stay)
    more = {
        "waits_for": "host" if stay.status == "wait_accept" else "payment",
        "booked_at": stay.booked_at.isoformat() if stay.booked_at else None,
        "lapses_at": until.isoformat() if until and until > now else None,
    }
    return _stay(stay, portfolio, **more)


def _turnover(turnover: Turnover, portfolio: Portfolio) -> JsonObject:
    task = turnover.cleaning.task
    row = {
        **portfolio.named(turnover.place.id),
        "out_time": clock_text(turnover.out_time),
        "in_time": clock_text(turnover.in_time),
        "out_stay_code": turnover.leaving and turnover.leaving.stay_code,
        "in_stay_code": turnover.coming and turnover.coming.stay_code,
        "cleaning": "task" if task else "no task" if turnover.cleaning.known else "not known",
        "missing": list(turnover.missing),
    }
    return lean({**row, **({"task_id": task.id, **_doing(task)} if task else {})})


def _doing(task: Task) -> JsonObject:
    return {"status": task.status, "staff_name": one_line(task.staff_name or "")}


def _task(task: Task, portfolio: Portfolio) -> JsonObject:
    row = {
        "id": task.id,
        "type": task.type,
        # Hostex tells seconds, by which nobody plans.
        "time": (task.expected_time or "")[:5],
        **_home(task.property_id or 0, portfolio),
        **_doing(task),
        "note": excerpt(" ".join(clean(task.note or "").split()), _MOST_TEXT),
    }
    return lean(row)


def _warning(warning: DayWarning, portfolio: Portfolio) -> JsonObject:
    row: dict[str, Any] = {
        "kind": warning.kind,
        "detail": one_line(warning.detail),
        "date": f"{warning.day}",
        **(_home(warning.property_id, portfolio) if warning.property_id else {}),
    }
    if stay := warning.stay:
        row |= {
            "guest_name": guest(stay),
            "stay_code": stay.stay_code,
            "conversation_id": stay.conversation_id,
        }
    return lean(row)
