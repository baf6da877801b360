"""The plan of turnovers: who leaves, who comes, how long there is between, and who cleans."""

from datetime import date, timedelta
from typing import Any, TypedDict

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.cleaning import NO_TASK
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.stays import guest
from hostex_mcp.domain.turnovers import Turnover, turnovers
from hostex_mcp.reads.lists import PartialReads
from hostex_mcp.reads.past import with_last_guests
from hostex_mcp.reads.portfolio import Portfolio, portfolio, span_of, widest
from hostex_mcp.reads.records import tasks_between
from hostex_mcp.reads.stays import all_stays
from hostex_mcp.toolkit.arguments import Day, Id, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import cleaning_row, failed, require_span, uncounted_rows

_USUAL, _LONGEST = timedelta(days=6), 31
_BACK, _BEHIND = timedelta(days=14), timedelta(days=30)
_MOST = {"turnovers": 45, "unplaced": 10}
_DEFINITION = (
    "window_hours run from out_time to in_time: agreed times, else the property's; a check-in that no "
    "check-out of its day precedes has a row of its own; only accepted stays count; a cleaning of the "
    "property between check-out and check-in counts, whichever stay it names, and cleanings near it that do "
    "not are `uncounted`; next guests are known 30 days ahead; times of cleanings are the operator's"
)


class TurnoverRow(TypedDict, total=False):
    """A check-out and what follows it, or a check-in; absent is unknown or none."""

    day: str
    property_id: int
    property: str
    out_time: str
    in_time: str
    window_hours: float
    same_day: bool
    leaving: dict[str, Any]
    coming: dict[str, Any]
    cleaning: dict[str, Any]
    missing: list[str]
    not_known: list[str]
    uncounted: list[dict[str, Any]]


class TurnoverPlan(TypedDict, total=False):
    """Turnovers by day; `unplaced` are stays that arrive and have no property yet; `more` counts what each
    list lacks."""

    turnovers: list[TurnoverRow]
    unplaced: list[dict[str, Any]]
    more: dict[str, int]
    notes: list[str]
    failed: list[dict[str, Any]]


@tool(
    "Get turnover plan",
    keywords="cleaning schedule housekeeping changeover check-out check-in who cleans today tomorrow week",
)
async def get_turnover_plan(
    context: Context,
    start_date: Day | None = None,
    end_date: Day | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
) -> Item[TurnoverPlan]:
    """Turnovers by day and property, by default seven days from each property's own today: `out_time` of
    the leaving and `in_time` of the next guest, the hours between, the cleaning task with who does it, and
    what is `missing` (cleaning task, who cleans, a time, time enough). `uncounted` are cleanings near it that
    do not clean it, and why. `same_day` ones have least slack."""
    meant = await portfolio(context, property_ids, group_id)
    span = span_of(meant, start_date, end_date, _USUAL)
    start, end = widest(meant, span)
    require_span(start, end, _LONGEST)
    stays = await all_stays(context, meant, start - _BACK, end + _BEHIND)
    parts = PartialReads(stays.failures, stays.notes)
    cleanings = tasks_between(context, meant, start - _BACK, end + _BEHIND, "cleaning")
    tasks = await parts.rows("tasks", cleanings)
    past = await with_last_guests(context, meant, stays.items, tasks, span, start - _BACK)
    found = [
        one
        for place in meant.properties
        for one in turnovers(past.turnovers[place.id], meant.zone(place.id), *span(place.id))
    ]
    found.sort(key=lambda one: (one.day, not one.same_day, one.window or 1_000, meant.titled(one.place.id)))
    rest = {
        "unplaced": [_arriving(one) for one in stays.items if _unplaced(one, start, end)],
        "failed": failed([*stays.failures, *past.failures]),
    }
    answer = {"turnovers": [_row(meant, one) for one in found], **lean(rest)}
    notes = [_DEFINITION, *stays.notes, *past.notes]
    return Item({**answer, "notes": notes}, long="turnovers", most=_MOST)


def _row(meant: Portfolio, one: Turnover) -> JsonObject:
    return lean(
        {
            "day": one.day.isoformat(),
            **meant.named(one.place.id),
            "out_time": f"{one.out_time:%H:%M}" if one.out_time else None,
            "in_time": f"{one.in_time:%H:%M}" if one.in_time else None,
            "window_hours": one.window,
            "same_day": one.same_day or None,
            "leaving": _leaving(one.leaving) if one.leaving else None,
            "coming": _arriving(one.coming) if one.coming else None,
            "cleaning": cleaning_row(one.cleaning.task) if one.cleaning.task else None,
            "missing": list(one.missing),
            "not_known": [] if one.cleaning.known else [NO_TASK],
            "uncounted": uncounted_rows(one.cleaning),
        }
    )


def _leaving(stay: Reservation) -> JsonObject:
    return {"guest_name": guest(stay), "stay_code": stay.stay_code}


def _arriving(stay: Reservation) -> JsonObject:
    return {
        "guest_name": guest(stay),
        "stay_code": stay.stay_code,
        "check_in_date": stay.check_in_date.isoformat(),
        "nights": (stay.check_out_date - stay.check_in_date).days,
        "number_of_guests": stay.number_of_guests,
    }


def _unplaced(stay: Reservation, start: date, end: date) -> bool:
    """Whether a stay arrives on these days and is in no property."""
    return not is_placed(stay) and stay.status == "accepted" and start <= stay.check_in_date <= end
