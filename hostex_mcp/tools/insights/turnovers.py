"""The plan of turnovers: who leaves, who comes, how long there is between, and who cleans."""

from datetime import date, timedelta
from functools import partial
from typing import Any, TypedDict

from hostex_mcp.api import in_pieces, paced
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.cleaning import NO_TASK
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.stays import guest
from hostex_mcp.domain.turnovers import Turnover, turnovers
from hostex_mcp.reads.lists import PartialReads, failure_rows
from hostex_mcp.reads.past import with_last_guests
from hostex_mcp.reads.portfolio import Portfolio, read_portfolio, span_of, widest
from hostex_mcp.reads.records import tasks_between
from hostex_mcp.reads.stays import all_stays
from hostex_mcp.toolkit.arguments import Day, Id, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import (
    cleaning_row,
    clock_text,
    require_span,
    uncounted_rows,
)

_USUAL, _LONGEST = timedelta(days=6), 31
# A cleaning may lie well before an arrival, and the next guest well after a check-out.
_BACK, _AHEAD = timedelta(days=14), timedelta(days=30)
_MOST = {"turnovers": 45, "unplaced": 10}
_DEFINITION = (
    "window_hours run from out_time to in_time: the agreed times, else the property's; a check-in without a "
    "check-out on the same day has its own row; only accepted stays count; any cleaning of the property "
    "between check-out and check-in counts, whichever stay it names; nearby cleanings that do not count are "
    "`uncounted`; next guests are known 30 days ahead; cleaning times are the operator's"
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
    """Turnovers by day; `unplaced` are arriving stays that have no property yet; `more` counts what each
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
    """Turnovers by day and property (default: seven days from each property's own today): `out_time` of the
    departing and `in_time` of the next guest, the hours between, the cleaning task and who does it, and what
    is `missing` (cleaning task, who cleans, a time, enough time). `uncounted` are nearby cleanings that do
    not count for it, and why. `same_day` turnovers are the tightest."""
    portfolio = await read_portfolio(context, property_ids, group_id)
    span = span_of(portfolio, start_date, end_date, _USUAL)
    start, end = widest(portfolio, span)
    require_span(start, end, _LONGEST)
    stays = await all_stays(context, portfolio, start - _BACK, end + _AHEAD)
    parts = PartialReads(stays.failures, stays.notes)
    cleanings = tasks_between(context, portfolio, start - _BACK, end + _AHEAD, "cleaning")
    tasks = await parts.rows("tasks", cleanings)
    past = await with_last_guests(context, portfolio, stays.items, tasks, span, start - _BACK)

    planned = (
        turnover
        for place in portfolio.properties
        for turnover in turnovers(past.turnovers[place.id], portfolio.zone(place.id), *span(place.id))
    )
    plan = await in_pieces(planned)
    plan.sort(key=lambda turnover: _order(portfolio, turnover))
    rest = {
        "unplaced": [_arriving(stay) for stay in stays.items if _unplaced(stay, start, end)],
        "failed": failure_rows([*stays.failures, *past.failures]),
    }
    answer = {"turnovers": await paced(partial(_row, portfolio), plan), **lean(rest)}
    notes = [_DEFINITION, *stays.notes, *past.notes]
    return Item({**answer, "notes": notes}, long="turnovers", most=_MOST)


def _order(portfolio: Portfolio, turnover: Turnover) -> tuple[date, bool, float, str]:
    """Return the place of a turnover in the plan: the tightest of a day first."""
    # A turnover without a next guest can wait.
    window = turnover.window or 1_000
    return turnover.day, not turnover.same_day, window, portfolio.titled(turnover.place.id)


def _row(portfolio: Portfolio, turnover: Turnover) -> JsonObject:
    leaving, coming, cleaning = turnover.leaving, turnover.coming, turnover.cleaning
    return lean(
        {
            "day": f"{turnover.day}",
            **portfolio.named(turnover.place.id),
            "out_time": clock_text(turnover.out_time),
            "in_time": clock_text(turnover.in_time),
            "window_hours": turnover.window,
            "same_day": turnover.same_day or None,
            "leaving": {"guest_name": guest(leaving), "stay_code": leaving.stay_code} if leaving else None,
            "coming": _arriving(coming) if coming else None,
            "cleaning": cleaning_row(cleaning.task) if cleaning.task else None,
            "missing": list(turnover.missing),
            "not_known": [] if cleaning.known else [NO_TASK],
            "uncounted": uncounted_rows(cleaning),
        }
    )


def _arriving(stay: Reservation) -> dict[str, Any]:
    return {
        "guest_name": guest(stay),
        "stay_code": stay.stay_code,
        "check_in_date": f"{stay.check_in_date}",
        "nights": (stay.check_out_date - stay.check_in_date).days,
        "number_of_guests": stay.number_of_guests,
    }


def _unplaced(stay: Reservation, start: date, end: date) -> bool:
    """Whether a stay arrives on these days and is in no property."""
    return not is_placed(stay) and stay.status == "accepted" and start <= stay.check_in_date <= end
