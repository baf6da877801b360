"""Changing tasks, and the staff who do them."""

import re
from typing import Annotated, Literal

from annotated_types import Ge, MaxLen, MinLen
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from hostex_mcp.api import read_all
from hostex_mcp.api import tasks as api
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.tools.arguments import (
    Code,
    Currency,
    Day,
    Id,
    InvalidArguments,
    Number,
    Problem,
    PropertyId,
)
from hostex_mcp.tools.checks import require, require_properties, same
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.edits import (
    back,
    counted,
    currency_for,
    deleting,
    find,
    given,
    money,
    sending,
    undone_by,
)
from hostex_mcp.tools.privacy import HIDDEN
from hostex_mcp.tools.results import Change
from hostex_mcp.tools.stays import find_stay
from hostex_mcp.tools.tasks import StaffRow, TaskRow, TaskStatus, TaskType
from hostex_mcp.tools.tool import Effect, tool

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", re.ASCII)
_DETACHED = {"property_id": 0, "staff_id": 0}
_SAID_OTHERWISE = dict.fromkeys(["property_id", "staff_id", "currency", "expected_date", "expected_time"])
_OPEN = ("pending", "in_progress")
_MOST_NAMED = 5


def _clock(value: object) -> object:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value.strip()):
        raise PydanticCustomError("clock", "must be a time of day written HH:MM or HH:MM:SS")
    return f"{value.strip()}:00"[:8]


ClockTime = Annotated[str, BeforeValidator(_clock), "HH:MM, operator's time zone"]
Level = Literal["standard", "simple", "advanced"]
Fee = Annotated[Number, Ge(0), "major units of currency"]
Note = Annotated[str, MaxLen(500)]
StaffName = Annotated[str, MinLen(1), MaxLen(128)]
Mobile = Annotated[str, MinLen(1), MaxLen(50), "+<country code> <number>"]


class TaskChange(TaskRow, total=False):
    """A task that was written: its id and the fields that were set."""

    staff_id: int
    expected_date: str
    expected_time: str
    level: str
    currency: str
    fee: float


class StaffChange(StaffRow, total=False):
    """A staff member that was written: the id and the fields that were set."""

    email: str
    property_ids: list[int]


async def _place(context: Context, property_id: int | None, stay_code: str | None) -> int | None:
    """The property of a new task, which is that of its stay.

    Raises:
        NotFound: when there is no such property or stay.
        InvalidArguments: when the stay is on another property.
    """
    await require_properties(context, [property_id] if property_id else None)
    if stay_code is None:
        return property_id
    stay = await find_stay(context, stay_code)
    if property_id not in (None, stay.property_id):
        problem = f"differs from that of the stay, {stay.property_id}; give only stay_code"
        raise InvalidArguments(Problem("property_id", problem))
    return stay.property_id


async def _require_active(context: Context, staff_id: int | None) -> None:
    """Check that a task can be given to a staff member; 0 is nobody.

    Raises:
        NotFound: when there is none with this id.
        InvalidArguments: when that one is inactive.
    """
    for staff in await require(context, api.LIST_STAFFS, [staff_id] if staff_id else None, "staff member"):
        if not staff.is_active:
            problem = f"is {one_line(staff.name)}, who is inactive; `update_staff` makes them active again"
            raise InvalidArguments(Problem("staff_id", problem))


@tool(
    "tasks",
    "Create a task",
    effect=Effect.INTERNAL,
    official="create_task",
    core=True,
    words="new cleaning cleaner turnover maintenance repair job schedule assign",
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
) -> Change[TaskChange]:
    """Create a task such as a cleaning or a repair, for a property, a stay or neither, given to a staff
    member if wanted. Without a fee Hostex takes the property's cleaning fee for a cleaning, else 0. Without
    a currency it is that of the property's listings, or of the whole account."""
    place = await _place(context, property_id, stay_code)
    await _require_active(context, staff_id)
    if currency is None:
        currency = await currency_for(context, place)
    body = given(
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

    async def send() -> TaskChange:
        return TaskChange(id=await context.client.call(api.CREATE_TASK, body=body), **body)

    return undone_by("delete_task", send)


@tool(
    "tasks",
    "Change a task",
    effect=Effect.INTERNAL,
    official="update_task",
    core=True,
    idempotent=True,
    words="reschedule assign reassign cleaner complete done status cancel task",
)
async def update_task(
    context: Context,
    id: Id,
    type: TaskType | None = None,
    status: TaskStatus | None = None,
    expected_date: Annotated[Day, "operator's time zone"] | None = None,
    expected_time: ClockTime | None = None,
    property_id: Annotated[PropertyId, "0 detaches"] | None = None,
    staff_id: Annotated[Id, "0 unassigns"] | None = None,
    level: Annotated[Level, "of a cleaning"] | None = None,
    fee: Fee | None = None,
    currency: Currency | None = None,
    note: Annotated[Note, "the whole new note; empty text clears it"] | None = None,
) -> Change[TaskChange]:
    """Change a task: who does it and when, its property, kind, status, fee or note. Only what is given
    changes; the stay it belongs to cannot. The result shows the new values, the undo the old ones."""
    body = given(
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
    if staff_id != task.staff_id:
        await _require_active(context, staff_id)
    send = sending(context, api.UPDATE_TASK, id, body, TaskChange(id=id, **body))
    return Change(send, back("update_task", task, body, _DETACHED), already=same(context, task, body))


@tool(
    "tasks",
    "Delete a task",
    effect=Effect.CONSEQUENTIAL,
    official="delete_task",
    destructive=True,
    idempotent=True,
    words="remove cleaning maintenance",
)
async def delete_task(context: Context, id: Id) -> Change[TaskChange]:
    """Delete a task for good. `update_task` can set its status to cancelled instead, which keeps it on
    record."""
    task = await find(context, api.LIST_TASKS, id, "task")
    shown = context.screen().show(task)
    warnings = [f"It is given to {one_line(shown.staff_name)}."] if shown.staff_name else []
    if task.status == "completed":
        warnings.append("It is completed: its record and fee go too.")
    elif task.status != "cancelled":
        warnings.append("`update_task` with the status cancelled keeps it on record.")
    what = f"the task {_named(shown)}"
    return deleting(context, api.DELETE_TASK, id, task, what, warnings, fee=_fee(task), **_SAID_OTHERWISE)


def _named(task: api.Task) -> str:
    """A task in a few words: what, where, when."""
    return ", ".join(one_line(one) for one in (task.type, task.property_title, task.expected) if one)


def _fee(task: api.Task) -> str | None:
    return money(task.fee, task.currency) if task.fee else None


@tool(
    "tasks",
    "Add a staff member",
    effect=Effect.INTERNAL,
    official="create_staff",
    words="new cleaner employee team member",
)
async def create_staff(
    context: Context,
    name: StaffName,
    mobile: Mobile,
    email: Code | None = None,
    note: Note | None = None,
    property_ids: Annotated[list[PropertyId], "all properties when not given"] | None = None,
) -> Change[StaffChange]:
    """Add a staff member to whom tasks can be given, active at once."""
    body = given(name=name, mobile=mobile, email=email, note=note, property_ids=property_ids)
    await require_properties(context, property_ids)

    async def send() -> StaffChange:
        return StaffChange(id=await context.client.call(api.CREATE_STAFF, body=body), **body)

    return undone_by("delete_staff", send)


@tool(
    "tasks",
    "Change a staff member",
    effect=Effect.INTERNAL,
    official="update_staff",
    destructive=True,
    idempotent=True,
    words="cleaner employee team member phone deactivate assign properties",
)
async def update_staff(
    context: Context,
    id: Id,
    name: StaffName | None = None,
    mobile: Mobile | None = None,
    email: Annotated[Code, "empty text clears"] | None = None,
    note: Annotated[Note, "empty text clears"] | None = None,
    is_active: bool | None = None,
    property_ids: Annotated[list[PropertyId], "the whole new list; empty removes all"] | None = None,
) -> Change[StaffChange]:
    """Change a staff member; only what is given changes. Hostex does not tell which properties somebody has
    now, so `property_ids` only replaces the whole list, and that cannot be undone."""
    body = given(
        name=name, mobile=mobile, email=email, note=note, is_active=is_active, property_ids=property_ids
    )
    staff = await find(context, api.LIST_STAFFS, id, "staff member")
    await require_properties(context, property_ids)
    send = sending(context, api.UPDATE_STAFF, id, body, StaffChange(id=id, **body))
    shown = context.screen().show(staff)
    hidden = any(getattr(shown, name, None) == HIDDEN for name in body)
    undo = None if hidden else back("update_staff", staff, body, {"email": "", "note": ""})
    return Change(send, undo, already=same(context, staff, body))


@tool(
    "tasks",
    "Delete a staff member",
    effect=Effect.CONSEQUENTIAL,
    official="delete_staff",
    destructive=True,
    idempotent=True,
    words="remove cleaner employee team member",
)
async def delete_staff(context: Context, id: Id) -> Change[StaffChange]:
    """Delete a staff member and what they were assigned to, for good. `update_staff` with `is_active` false
    keeps them on record instead."""
    staff = await find(context, api.LIST_STAFFS, id, "staff member")
    name = one_line(staff.name)
    warnings = [
        *await _unassigned(context, id),
        "`update_staff` with `is_active` false keeps them on record.",
    ]
    return deleting(context, api.DELETE_STAFF, id, staff, f"the staff member {name}", warnings)


async def _unassigned(context: Context, staff_id: int) -> list[str]:
    """A warning that names the tasks which nobody would have any more, the soonest first. Many teams never
    move a task on from pending, so some of these may be done."""
    tasks = (await read_all(context.client, api.LIST_TASKS, query={"staff_id": staff_id})).items
    still = sorted((one.expected or "", _named(one)) for one in tasks if one.status in _OPEN)
    if not still:
        return []
    more = ["and more"] if len(still) > _MOST_NAMED else []
    listed = "; ".join([*(name for _, name in still[:_MOST_NAMED]), *more])
    return [f"{counted(len(still), 'open task loses', 'open tasks lose')} this assignee: {listed}."]
