"""Tools that create, change and delete tasks."""

import re
from collections.abc import Sequence
from datetime import datetime, time
from typing import Annotated, Any, Literal

from annotated_types import Ge
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from hostex_mcp.api import FieldProblem
from hostex_mcp.api.endpoints import tasks as api
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.wording import day_text, money, quoted
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.toolkit.arguments import Code, Currency, Day, Id, InvalidArguments, Note, Number, PropertyId
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.meaning import Coded
from hostex_mcp.toolkit.results import JsonObject, PlannedWrite, Preview, everything, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.tasks.read import TaskRow, TaskStatus, TaskType
from hostex_mcp.tools.writing.checks import require_properties, same
from hostex_mcp.tools.writing.edits import (
    change_body,
    change_rows,
    currency_for,
    find,
    plan_creation,
    plan_deletion,
    sender,
    undo_update,
)
from hostex_mcp.tools.writing.titles import title_of

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", re.ASCII)
_BLANKS = {"property_id": 0, "staff_id": 0, "note": ""}
_NOTIFIED = "Hostex may notify {}."
# A deletion's preview has these as titles, names and amounts.
_REPEATED = dict.fromkeys(["property_id", "staff_id", "currency", "expected_date", "expected_time"])


def _clock_time(value: object) -> object:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value.strip()):
        raise PydanticCustomError("clock", "must be a time of day written HH:MM or HH:MM:SS")
    return f"{value.strip()}:00"[:8]


ClockTime = Annotated[str, BeforeValidator(_clock_time), Coded(), "HH:MM, operator's time zone"]
Level = Literal["standard", "simple", "advanced"]
Fee = Annotated[Number, Ge(0), "major units of currency"]
Clearable = Literal["property_id", "staff_id", "note"]


class TaskChange(TaskRow, total=False):
    """A task that was written: its id and the fields that were set, with the names behind their ids."""

    staff_id: int
    expected_date: str
    expected_time: str
    level: str
    currency: str
    fee: float


async def _property_of(context: Context, property_id: int | None, stay_code: str | None) -> int | None:
    """Return the property of a new task, which is its stay's if it has one.

    Raises:
        NotFound: when there is no such property or stay.
        InvalidArguments: when the stay is on another property.
    """
    await require_properties(context, [property_id] if property_id else None)
    if stay_code is None:
        return property_id
    stay = await find_stay(context, stay_code)
    if property_id not in (None, stay.property_id):
        problem = f"is not the property of the stay, {stay.property_id}; give only stay_code"
        raise InvalidArguments(FieldProblem("property_id", problem))
    return stay.property_id


@tool(
    "Create a task",
    effect=Effect.INTERNAL,
    hostex_name="create_task",
    core=True,
    keywords="new cleaning cleaner turnover maintenance repair job schedule assign",
)
async def create_task(
    context: Context,
    type: TaskType,
    expected_date: Annotated[Day, "operator's time zone"],
    expected_time: ClockTime | None = None,
    property_id: PropertyId | None = None,
    stay_code: Annotated[Code, "the property is then the stay's"] | None = None,
    staff_id: Id | None = None,
    level: Annotated[Level, "of a cleaning"] | None = None,
    fee: Fee | None = None,
    currency: Currency | None = None,
    note: Note | None = None,
) -> PlannedWrite[TaskChange]:
    """Create a task such as a cleaning or a repair, for a property, a stay or neither, assigned to a staff
    member if given. The fee defaults to the property's cleaning fee for a cleaning, else 0; the currency to
    that of its listings, or of the whole account."""
    place = await _property_of(context, property_id, stay_code)
    staff = await _staff(context, staff_id)
    if currency is None:
        currency = await currency_for(context, place)
    body = change_body(
        type=type,
        expected_date=expected_date.isoformat(),
        expected_time=expected_time,
        property_id=property_id,
        stay_code=stay_code,
        staff_id=staff_id,
        level=level,
        fee=fee,
        currency=currency,
        note=note,
    )
    names = await _names(context, place, staff)

    async def send() -> TaskChange:
        return TaskChange(id=await context.client.call(api.CREATE_TASK, body=body), **(body | names))

    what = filter(None, (type.replace("_", " "), names.get("property_title"), day_text(expected_date)))
    summary = f"Create the task {', '.join(map(_quoted, what))}"
    notes = _notified(staff)
    preview = Preview(summary, changes=change_rows(_in_words(body, names, currency)), warnings=notes)
    change = plan_creation("delete_task", send, preview)
    change.notes = notes
    return change


def _in_words(body: JsonObject, names: JsonObject, currency: str | None) -> dict[str, Any]:
    """Return what a task is set to for a preview: names in place of ids, the fee with its currency."""
    words: dict[str, Any] = {
        name: "not set" if _BLANKS.get(name) == value else value for name, value in body.items()
    }
    if "property_id" in words or "property_title" in names:
        words["property"] = names.get("property_title", words.pop("property_id", ""))
    if "staff_id" in words:
        words["staff_name"] = names.get("staff_name", words.pop("staff_id"))
    return words | ({"fee": money(body["fee"], currency)} if "fee" in body else {})


@tool(
    "Change a task",
    effect=Effect.INTERNAL,
    hostex_name="update_task",
    core=True,
    idempotent=True,
    keywords="reschedule assign reassign cleaner complete done status cancel task",
)
async def update_task(
    context: Context,
    id: Id,
    type: TaskType | None = None,
    status: TaskStatus | None = None,
    expected_date: Annotated[Day, "operator's time zone"] | None = None,
    expected_time: ClockTime | None = None,
    property_id: PropertyId | None = None,
    staff_id: Id | None = None,
    level: Annotated[Level, "of a cleaning"] | None = None,
    fee: Fee | None = None,
    currency: Currency | None = None,
    note: Annotated[Note, "the whole new note"] | None = None,
    clear: list[Clearable] | None = None,
) -> PlannedWrite[TaskChange]:
    """Change a task: who does it and when, its property, kind, status, fee or note. Only what is given
    changes; the stay it belongs to cannot."""
    body = change_body(
        clear,
        _BLANKS,
        type=type,
        status=status,
        expected_date=expected_date.isoformat() if expected_date else None,
        expected_time=expected_time,
        property_id=property_id,
        staff_id=staff_id,
        level=level,
        fee=fee,
        currency=currency,
        note=note,
    )
    task = await find(context, api.LIST_TASKS, id, "task")
    await require_properties(context, [property_id] if property_id else None)
    staff = await _staff(context, staff_id, task)
    names = await _names(context, property_id, staff)
    send = await sender(context, api.UPDATE_TASK, id, body, TaskChange(id=id, **(body | names)))
    notes = _notified(staff, task)
    preview = _changed(context.preview_redactor().redact(task), body, names, notes)
    undo = undo_update("update_task", task, body, _BLANKS)
    gone = task.model_dump(mode="json", include={"fee"} if {"fee", "currency"} & body.keys() else set())
    return PlannedWrite(send, undo, preview, same(context, task, body), notes=notes, gone=gone)


def _changed(task: api.Task, body: JsonObject, names: JsonObject, warnings: Sequence[str]) -> Preview:
    old = everything(task)
    before = {**old, "property": old.get("property_title"), "fee": _fee(task)}
    after = _in_words(body, names, body.get("currency", task.currency))
    staff_id = body.get("staff_id", task.staff_id)
    if staff_id != task.staff_id and after["staff_name"] == old.get("staff_name"):
        after["staff_name"] = f"{after['staff_name']} ({staff_id})"
    about = ("id", "type", "property_title", "expected")
    target = {name: old[name] for name in about if name in old}
    return Preview(f"Change the task {task_name(task)}", target, change_rows(after, before), warnings)


async def _names(context: Context, property_id: int | None, staff: api.Staff | None) -> dict[str, Any]:
    """Return the names of the property and the staff member that a task is given to."""
    names = {
        "property_title": await title_of(context, property_id) if property_id else "",
        "staff_name": one_line(staff.name) if staff else "",
    }
    return context.redactor().redact(dict(lean(names)))


async def _staff(context: Context, staff_id: int | None, task: api.Task | None = None) -> api.Staff | None:
    """Return the staff member whom a task is given to, None for the id 0.

    Raises:
        NotFound: when there is nobody with this id.
        InvalidArguments: when they are inactive and do not have the task already.
    """
    staff = await find(context, api.LIST_STAFFS, staff_id, "staff member") if staff_id else None
    if staff and not staff.is_active and (task is None or task.staff_id != staff_id):
        problem = f"is {one_line(staff.name)}, who is inactive; `update_staff` makes them active again"
        raise InvalidArguments(FieldProblem("staff_id", problem))
    return staff


def _notified(staff: api.Staff | None, task: api.Task | None = None) -> list[str]:
    """Return a note of whom Hostex may notify: who is given the task, and who has it so far."""
    names = [staff.name] if staff else []
    if task and task.staff_name and task.staff_name not in names:
        names.append(task.staff_name)
    return [_NOTIFIED.format(", ".join(map(_quoted, names)))] if names else []


@tool(
    "Delete a task",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="delete_task",
    destructive=True,
    idempotent=True,
    keywords="remove cleaning maintenance",
)
async def delete_task(context: Context, id: Id) -> PlannedWrite[TaskChange]:
    """Delete a task for good. `update_task` can set its status to cancelled instead, which keeps it on
    record."""
    task = await find(context, api.LIST_TASKS, id, "task")
    view = context.redactor().redact(task)
    warnings = [f"It is assigned to {_quoted(view.staff_name)}."] if view.staff_name else []
    if task.status == "completed":
        warnings.append("It is completed: its record and fee are deleted too.")
    elif task.status != "cancelled":
        warnings.append("Cancelling it instead keeps it on record.")
    what = f"the task {task_name(view)}"
    return await plan_deletion(
        context, api.DELETE_TASK, id, task, what, warnings, fee=_fee(task), **_REPEATED
    )


def task_name(task: api.Task) -> str:
    """Return a task in a few words: what, where, when."""
    parts = [_quoted(part) for part in (task.type.replace("_", " "), task.property_title) if part]
    return ", ".join(filter(None, (*parts, _expected(task))))


def _quoted(name: str) -> str:
    return quoted(one_line(name))


def _fee(task: api.Task) -> str | None:
    return money(task.fee, task.currency) if task.fee else None


def _expected(task: api.Task) -> str:
    """Return when a task is to be done. Hostex writes midnight where only a day is set."""
    try:
        moment = datetime.fromisoformat(task.expected or "")
    except ValueError:
        return _quoted(task.expected or "")
    return day_text(moment.date()) + ("" if moment.time() == time() else f", {moment:%H:%M}")
