"""Stays, closed nights, rules and failures in the words of answers that combine several reads."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.cleaning import Cleaning
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.nights import ClosedNights
from hostex_mcp.domain.stay_rules import RuleViolation
from hostex_mcp.domain.stays import guest, holder
from hostex_mcp.domain.wording import day_text, some
from hostex_mcp.reads.lists import Failure
from hostex_mcp.toolkit.arguments import FieldProblem, InvalidArguments
from hostex_mcp.toolkit.results import JsonObject, lean

_MOST_CODES = 10
RULES: Mapping[str, str] = {
    "closed_on_arrival": "closed to arrival on {day}",
    "closed_on_departure": "closed to departure on {day}",
    "min_stay_on_arrival": "minimum stay {value}",
    "max_stay_on_arrival": "maximum stay {value}",
    "min_stay_through": "minimum stay {value} through {day}",
    "max_stay_through": "maximum stay {value} through {day}",
    "exact_stay_on_arrival": "stays of exactly {value} nights",
    "min_advance_reservation": "notice of {value}",
    "max_advance_reservation": "bookable only {value} ahead",
    "inventory": "no unit for sale on {day}",
    "unknown": "no prices known from {day}",
}


def stay_row(stay: Reservation) -> JsonObject:
    """A stay as a neighbour or as the one in the way: who, when, and how it can be looked up."""
    return lean(
        {
            "guest_name": guest(stay),
            "stay_code": stay.stay_code,
            "check_in_date": stay.check_in_date.isoformat(),
            "check_out_date": stay.check_out_date.isoformat(),
            "channel_type": stay.channel_type,
            "status": "" if stay.status == "accepted" else stay.status,
        }
    )


def cleaning_row(task: Task) -> JsonObject:
    """A cleaning: by whom and when, and how it can be changed."""
    return lean(
        {
            "id": task.id,
            "status": task.status,
            "staff_name": one_line(task.staff_name or ""),
            "expected": task.expected,
        }
    )


def uncounted_rows(cleaning: Cleaning) -> list[JsonObject]:
    """The cleanings near a turnover that do not clean it, each with the reason."""
    return [{**cleaning_row(one.task), "why": one.why} for one in cleaning.uncounted]


def closure_text(one: ClosedNights) -> str:
    """What closes nights."""
    count = f"{one.nights} night{'' if one.nights == 1 else 's'} from {day_text(one.first_night)}"
    if one.stay:
        return f"{count}: {holder(one.stay)}"
    if not one.known:
        return f"{count}: not told by the calendar"
    return f"{count}: blocked in the calendar{f', {one_line(one.remarks)}' if one.remarks else ''}"


def rule_text(one: RuleViolation) -> str:
    """A rule that stands in the way."""
    return RULES[one.rule].format(day=day_text(one.day), value=one.value)


def call(tool: str, arguments: JsonObject) -> dict[str, Any]:
    """A call that is ready to be made."""
    return {"tool": tool, "arguments": dict(arguments)}


def failed(failures: Sequence[Failure]) -> list[JsonObject]:
    """What could not be read, each once."""
    rows = [
        lean({"property_id": one.property_id, "kind": one.kind, "message": one.message}) for one in failures
    ]
    return list({str(row): row for row in rows}.values())


def unpriced_notes(codes: Sequence[str]) -> list[str]:
    """Which stays have no price, so that the sums lack them."""
    if not codes:
        return []
    named = some(codes, _MOST_CODES)
    stays = "1 stay has" if len(codes) == 1 else f"{len(codes)} stays have"
    return [f"{stays} no price in a single currency, so revenue is understated: {named}."]


def cancelled_notes(count: int) -> list[str]:
    """How many cancelled orders earn nothing."""
    if not count:
        return []
    orders = "1 cancelled order earns" if count == 1 else f"{count} cancelled orders earn"
    return [f"{orders} nothing here: no money is recorded as received."]


def days_to_come(
    start: date | None, end: date | None, today: date, usual: timedelta, most: int
) -> tuple[date, date, list[str]]:
    """The days that are meant, from today on, with a note where earlier ones were asked for too.

    Raises:
        InvalidArguments: for days that are over, in the wrong order, or too many.
    """
    begin = max(start or today, today)
    last = end or begin + usual
    if start and last < start:
        raise InvalidArguments(FieldProblem("end_date", "is before start_date"))
    if last < today:
        raise InvalidArguments(FieldProblem("end_date", f"is in the past; only days from {today} on count"))
    require_span(begin, last, most)
    return begin, last, [f"Days before {begin} are over and left out."] if start and start < begin else []


def require_span(start: date, end: date, most: int) -> None:
    """Refuse a period of too many days.

    Raises:
        InvalidArguments: naming its last day.
    """
    if end < start:
        raise InvalidArguments(FieldProblem("end_date", "is before start_date"))
    if (end - start).days >= most:
        raise InvalidArguments(
            FieldProblem("end_date", f"is more than {most} days from start_date; ask in parts")
        )
