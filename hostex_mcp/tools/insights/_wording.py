"""Stays, closed nights, rules and failures as insights word them."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from hostex_mcp.api import FieldProblem
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.cleaning import Cleaning
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.nights import ClosedNights
from hostex_mcp.domain.stay_rules import RULE_TEXTS, RuleViolation
from hostex_mcp.domain.stays import guest, holder
from hostex_mcp.domain.wording import day_text, some
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.results import JsonObject, lean

_MOST_CODES = 10


def stay_row(stay: Reservation) -> JsonObject:
    """Return who stays, when, and how to look the stay up."""
    return lean(
        {
            "guest_name": guest(stay),
            "stay_code": stay.stay_code,
            "check_in_date": f"{stay.check_in_date}",
            "check_out_date": f"{stay.check_out_date}",
            "channel_type": stay.channel_type,
            # Nearly every stay is accepted, so only another status is news.
            "status": "" if stay.status == "accepted" else stay.status,
        }
    )


def home(portfolio: Portfolio, property_id: int, otherwise: str = "") -> dict[str, Any]:
    """Return id and title of a property; of a stay without one, what stands there instead."""
    if property_id:
        return portfolio.named(property_id)
    return {"property": otherwise} if otherwise else {}


def clock_text(moment: time | None) -> str | None:
    """Return a time of day as HH:MM."""
    return f"{moment:%H:%M}" if moment else None


def cleaning_row(task: Task) -> dict[str, Any]:
    """Return who cleans and when, and the id by which the task can be changed."""
    row = {
        "id": task.id,
        "status": task.status,
        "staff_name": one_line(task.staff_name or ""),
        "expected": task.expected,
    }
    return {**lean(row)}


def uncounted_rows(cleaning: Cleaning) -> list[dict[str, Any]]:
    """Return the first cleanings near a turnover that do not count for it, each with the reason, and how many
    more there are."""
    rows = [{**cleaning_row(uncounted.task), "why": uncounted.why} for uncounted in cleaning.uncounted]
    return [*rows, *([{"more": cleaning.more}] if cleaning.more else [])]


def closure_text(closure: ClosedNights) -> str:
    """Return what closes nights."""
    plural = "" if closure.nights == 1 else "s"
    count = f"{closure.nights} night{plural} from {day_text(closure.first_night)}"
    if closure.stay:
        return f"{count}: {holder(closure.stay)}"
    if not closure.known:
        return f"{count}: not in the calendar"
    return f"{count}: blocked in the calendar{f', {one_line(closure.remarks)}' if closure.remarks else ''}"


def rule_text(violation: RuleViolation) -> str:
    """Return the rule that forbids a stay."""
    return RULE_TEXTS[violation.rule].format(day=day_text(violation.day), value=violation.value)


def call(tool: str, arguments: JsonObject) -> dict[str, Any]:
    """Return a call that is ready to be made."""
    return {"tool": tool, "arguments": dict(arguments)}


def unpriced_notes(codes: Sequence[str]) -> list[str]:
    """Return which stays have no price, so that the sums lack them."""
    if not codes:
        return []
    stays = "1 stay has" if len(codes) == 1 else f"{len(codes)} stays have"
    return [f"{stays} no price in a single currency, so revenue is understated: {some(codes, _MOST_CODES)}."]


def cancelled_notes(count: int) -> list[str]:
    """Return how many cancelled orders earn nothing."""
    if not count:
        return []
    orders = "1 cancelled order earns" if count == 1 else f"{count} cancelled orders earn"
    return [f"{orders} nothing here: no money is recorded as received."]


def days_to_come(
    start: date | None, end: date | None, today: date, usual: timedelta, most: int
) -> tuple[date, date, list[str]]:
    """Return the first and last day from today on, with a note where earlier ones were asked for too.

    Raises:
        InvalidArguments: for days that are over, in the wrong order, or too many.
    """
    first = max(start or today, today)
    last = end or first + usual
    if start and last < start:
        raise InvalidArguments(FieldProblem("end_date", "is before start_date"))
    if last < today:
        raise InvalidArguments(FieldProblem("end_date", f"is in the past; choose {today} or later"))
    require_span(first, last, most)
    return (
        first,
        last,
        [f"Days before {first} are in the past and were left out."] if start and start < first else [],
    )


def require_span(start: date, end: date, most: int) -> None:
    """Refuse a period of too many days.

    Raises:
        InvalidArguments: naming its last day.
    """
    if end < start:
        raise InvalidArguments(FieldProblem("end_date", "is before start_date"))
    if (end - start).days >= most:
        problem = f"is more than {most} days from start_date; split the period"
        raise InvalidArguments(FieldProblem("end_date", problem))
