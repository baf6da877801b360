"""Staff and tasks: cleaning after every check-out, and the odd errand."""

from datetime import datetime, timedelta
from typing import Any

from hostex_mcp.sandbox.demo.builder import Builder
from hostex_mcp.sandbox.demo.stays import Stay
from hostex_mcp.sandbox.state import Row

FIRST_DAY, LAST_DAY = -7, 14
_ASSIGNED_UNTIL = 9
_FIRST_CLEANING_HOUR = 11


def add_tasks(builder: Builder, stays: list[Stay]) -> None:
    """Add the staff, the errands of the plan, and the cleaning of the weeks around today."""
    account, plan = builder.account, builder.plan
    account.staff = {member["id"]: member for member in plan["staff"]}
    errands = [_errand(builder, errand) for errand in plan["errands"]]
    cleaned = [
        stay for stay in stays if _is_cleaned(stay) and stay.booking.key not in plan["no_cleaning_for"]
    ]
    cleaned.sort(key=lambda stay: stay.booking.end)
    account.tasks = {row["id"]: row for row in errands + [_cleaning(builder, stay) for stay in cleaned]}


def _is_cleaned(stay: Stay) -> bool:
    return (
        stay.booking.status == "accepted"
        and stay.row["property_id"] != 0
        and FIRST_DAY <= stay.booking.end <= LAST_DAY
    )


def _errand(builder: Builder, errand: Row) -> Row:
    property_id = errand.get("property_id")
    links = {"property": property_id, "stay_code": None, "staff": errand.get("staff_id")}
    row = _task(builder, errand["type"], links, errand["days"], errand.get("time"))
    return row | {
        "status": errand["status"],
        "fee": errand.get("fee", 0),
        "note": errand["note"],
    }


def _cleaning(builder: Builder, stay: Stay) -> Row:
    hour = int(stay.place["times"][1][:2])
    property_id = stay.place["id"]
    links = {"property": property_id, "stay_code": stay.row["stay_code"], "staff": _cleaner(builder, stay)}
    row = _task(builder, "cleaning", links, stay.booking.end, f"{hour:02}:30:00")
    return row | {
        "status": _status(builder, stay.booking.end),
        "level": "advanced" if stay.booking.nights >= 7 else "standard",
        "fee": builder.account.properties[property_id]["_cleaning_fee"],
    }


def _task(builder: Builder, kind: str, links: dict[str, Any], days: int, clock: str | None) -> Row:
    made = _created(builder, days)
    return {
        "id": builder.number("task"),
        "type": kind,
        "status": "pending",
        "property_id": links["property"],
        "property_title": builder.account.properties.get(links["property"], {}).get("title"),
        "stay_code": links["stay_code"],
        "staff_id": links["staff"],
        "staff_name": builder.account.staff.get(links["staff"], {}).get("name"),
        "expected_date": str(builder.day(days)),
        "expected_time": clock,
        "expected": f"{builder.day(days)} {clock or '00:00:00'}",
        "level": None,
        "currency": builder.currency_of(links["property"]),
        "fee": 0,
        "note": "",
        "create_time": f"{made:%Y-%m-%d %H:%M:%S}",
        "update_time": None if days > 0 else f"{made + timedelta(hours=2):%Y-%m-%d %H:%M:%S}",
    }


def _created(builder: Builder, days: int) -> datetime:
    return builder.past(min(days, 0) - 2, builder.daytime())


def _status(builder: Builder, days: int) -> str:
    """Return how far a cleaning is: one in ten of the past was forgotten, today's start in the morning."""
    if days < 0:
        return builder.random.choice(["completed"] * 9 + ["pending"])
    if days == 0 and builder.now.hour >= _FIRST_CLEANING_HOUR:
        return builder.random.choice(["pending", "in_progress"])
    return "pending"


def _cleaner(builder: Builder, stay: Stay) -> int | None:
    """Return the member of staff for a property; nobody yet for the days further ahead."""
    if stay.booking.end > _ASSIGNED_UNTIL:
        return None
    active = [member for member in builder.account.staff.values() if member["is_active"]]
    property_id = stay.row["property_id"]
    return next(
        member["id"]
        for member in active
        if member["_property_ids"] is None or property_id in member["_property_ids"]
    )
