"""Tasks: cleaning, maintenance and the like."""

from datetime import datetime

from hostex_mcp.sandbox.envelope import bad_request, broken_rule
from hostex_mcp.sandbox.fields import day, integer, number, paging, text
from hostex_mcp.sandbox.lookups import find, find_stay, require_known, require_order
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.sandbox.vocabulary import CURRENCY_PATTERN, TASK_LEVELS, TASK_STATUSES, TASK_TYPES

_TYPE = text("type", enum=TASK_TYPES)
_STATUS = text("status", enum=TASK_STATUSES)
_CHANGEABLE = (
    integer("property_id"),
    integer("staff_id"),
    text("expected_time", pattern=r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d"),
    text("level", enum=TASK_LEVELS),
    number("fee", minimum=0),
)


@operation(
    "GET /tasks",
    query=(
        *paging(),
        integer("id"),
        day("start_date"),
        day("end_date"),
        integer("staff_id"),
        integer("property_id"),
        _TYPE,
        _STATUS,
    ),
)
def query_tasks(call: SandboxCall) -> Row:
    """List tasks."""
    query, keys = call.query, ("id", "staff_id", "property_id", "type", "status")
    start, end = _window(query)
    rows = [_shown(call.account, task) for task in call.account.tasks.values()]
    return call.page(
        "tasks",
        (
            row
            for row in rows
            if all(query.get(key) in (None, row[key]) for key in keys)
            and start <= row["expected_date"] <= end
        ),
    )


@operation(
    "POST /tasks",
    body=(
        text("type", required=True, enum=TASK_TYPES),
        day("expected_date", required=True),
        text("currency", required=True, pattern=CURRENCY_PATTERN),
        text("stay_code"),
        text("note", max_length=500),
        *_CHANGEABLE,
    ),
)
def create_task(call: SandboxCall) -> Row:
    """Create a task; with a stay the property is the stay's."""
    account, body = call.account, call.body
    property_id = _property_of(account, body)
    _require_known_links(account, body)
    task_id = account.new_id()
    account.tasks[task_id] = {
        "id": task_id,
        "type": body["type"],
        "status": "pending",
        "property_id": property_id,
        "stay_code": body.get("stay_code"),
        "staff_id": body.get("staff_id") or None,
        "expected_date": str(body["expected_date"]),
        "expected_time": body.get("expected_time"),
        "level": body.get("level", "standard") if body["type"] == "cleaning" else None,
        "currency": body["currency"],
        "fee": body.get("fee", _default_fee(account, body["type"], property_id)),
        "note": body.get("note", ""),
        "create_time": _local(call),
        "update_time": None,
    }
    return {"task_id": task_id}


@operation(
    "PATCH /tasks/{id}",
    body=(
        _TYPE,
        _STATUS,
        day("expected_date"),
        text("currency", pattern=CURRENCY_PATTERN),
        text("note"),
        *_CHANGEABLE,
    ),
)
def update_task(call: SandboxCall) -> None:
    """Change a task; 0 takes its property or staff member away."""
    task, changes = find(call.account.tasks, call.path["id"], "Task"), dict(call.body)
    _require_known_links(call.account, changes)
    if "property_id" in changes and task["stay_code"]:
        _property_of(call.account, {"stay_code": task["stay_code"], "property_id": changes["property_id"]})
    for key in ("property_id", "staff_id"):
        if changes.get(key) == 0:
            changes[key] = None
    if "expected_date" in changes:
        changes["expected_date"] = str(changes["expected_date"])
    task |= changes
    task["update_time"] = _local(call)


@operation("DELETE /tasks/{id}")
def delete_task(call: SandboxCall) -> None:
    """Delete a task for good."""
    find(call.account.tasks, call.path["id"], "Task")
    del call.account.tasks[call.path["id"]]


def _window(query: Row) -> tuple[str, str]:
    """Return the dates asked for; both or none. Inferred: 400 for one alone."""
    start, end = query.get("start_date"), query.get("end_date")
    if start and end:
        require_order(start, end)
        return str(start), str(end)
    if start or end:
        missing, side = ("end", "start") if start else ("start", "end")
        raise bad_request(f"The {missing} date field is required when {side} date is present.")
    return "", "9999"


def _property_of(account: SandboxAccount, body: Row) -> int | None:
    """Return the property of a new task. Inferred: 422 when it is not the stay's."""
    property_id: int | None = body.get("property_id") or None
    if not body.get("stay_code"):
        return property_id
    stay_property: int = find_stay(account, body["stay_code"])["property_id"]
    if property_id is not None and property_id != stay_property:
        raise broken_rule("The property id does not match the property of the stay.")
    return stay_property or None


def _require_known_links(account: SandboxAccount, body: Row) -> None:
    require_known([body.get("property_id", 0)], [0, *account.properties], "property id")
    require_known([body.get("staff_id", 0)], [0, *account.staff], "staff id")


def _default_fee(account: SandboxAccount, task_type: str, property_id: int | None) -> float:
    if task_type != "cleaning" or property_id is None:
        return 0
    return account.properties[property_id].get("_cleaning_fee", 0)


def _local(call: SandboxCall) -> str:
    return f"{call.now.astimezone(call.zone):%Y-%m-%d %H:%M:%S}"


def _shown(account: SandboxAccount, task: Row) -> Row:
    expected = datetime.fromisoformat(f"{task['expected_date']}T{task['expected_time'] or '00:00:00'}")
    return task | {
        "property_title": account.properties.get(task["property_id"], {}).get("title"),
        "staff_name": account.staff.get(task["staff_id"], {}).get("name"),
        "expected": f"{expected:%Y-%m-%d %H:%M:%S}",
    }
