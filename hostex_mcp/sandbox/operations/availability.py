"""The master calendar: which days a property is open."""

from datetime import date
from typing import cast

from hostex_mcp.sandbox.calendar import closed_days, reopen_to_master
from hostex_mcp.sandbox.envelope import bad_request, broken_rule
from hostex_mcp.sandbox.fields import array, day, flag, id_list, ids
from hostex_mcp.sandbox.lookups import (
    YEAR,
    days_between,
    distinct,
    find,
    require_order,
    require_within_three_years,
)
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row, SandboxAccount

PROPERTIES_MAX = 100


@operation(
    "GET /availabilities",
    query=(
        id_list("property_ids", required=True),
        day("start_date", required=True),
        day("end_date", required=True),
    ),
)
def query_availabilities(call: SandboxCall) -> Row:
    """Return each day of the range, both ends included. Inferred: unknown properties are left out."""
    ids = distinct(call.query["property_ids"])
    if len(ids) > PROPERTIES_MAX:
        raise broken_rule(f"The property ids may not have more than {PROPERTIES_MAX} items.")
    start, end = call.query["start_date"], call.query["end_date"]
    require_readable(start, end, call.today)
    days = days_between(start, end)
    own_ids = [ident for ident in ids if ident in call.account.properties]
    return {
        "properties": [{"id": ident, "availabilities": _days(call.account, ident, days)} for ident in own_ids]
    }


@operation(
    "POST /availabilities",
    body=(
        ids("property_ids", required=True),
        flag("available", required=True),
        day("start_date"),
        day("end_date"),
        array("dates", day("date")),
    ),
)
def update_availabilities(call: SandboxCall) -> None:
    """Queue the opening or closing of properties. Inferred: 404 for an unknown property."""
    account, available = call.account, call.body["available"]
    properties = distinct(call.body["property_ids"])
    for property_id in properties:
        find(account.properties, property_id, "Property")
    days = _days_to_write(call)

    def apply() -> None:
        for property_id in properties:
            _set_days(account, property_id, days, available=available)

    call.queue(apply)


def require_readable(start: date, end: date, today: date) -> None:
    """Check a calendar range. Inferred: the one-year bound of the start holds in both directions."""
    require_order(start, end)
    if abs(start - today) > YEAR:
        raise broken_rule("The start date must be within one year.")
    require_within_three_years(end, today)


def _days(account: SandboxAccount, property_id: int, days: list[date]) -> list[Row]:
    closed, blocks = closed_days(account, property_id), account.blocks.get(property_id, {})
    return [
        {"date": str(night), "available": night not in closed, "remarks": blocks.get(night, "")}
        for night in days
    ]


def _days_to_write(call: SandboxCall) -> list[date]:
    start, end = call.body.get("start_date"), call.body.get("end_date")
    if start and end:
        require_order(start, end)
        require_within_three_years(end, call.today)
        days = days_between(start, end)
    else:
        days = cast("list[date]", call.body.get("dates", []))
        if not days:
            raise bad_request("The dates field is required when start date or end date is not present.")
        require_within_three_years(max(days), call.today)
    if min(days) < call.today:
        raise broken_rule("The start date must be a date after or equal to today.")
    return days


def _set_days(account: SandboxAccount, property_id: int, days: list[date], *, available: bool) -> None:
    blocks = account.blocks.setdefault(property_id, {})
    for night in days:
        if available:
            blocks.pop(night, None)
        else:
            blocks.setdefault(night, "")
    reopen_to_master(account, property_id, days)
