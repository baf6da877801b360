"""Tools that add, change and delete staff members."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypedDict

from annotated_types import MaxLen, MinLen

from hostex_mcp.api import read_all
from hostex_mcp.api.endpoints import tasks as api
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.wording import quoted
from hostex_mcp.toolkit.arguments import Id, PropertyId, ShortText
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.privacy import HIDDEN
from hostex_mcp.toolkit.results import JsonObject, PlannedWrite, Preview, everything
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.tasks.read import StaffRow
from hostex_mcp.tools.tasks.write import Note, task_name
from hostex_mcp.tools.writing.checks import require_properties, same
from hostex_mcp.tools.writing.edits import (
    change_body,
    change_rows,
    counted,
    find,
    plan_creation,
    plan_deletion,
    property_names,
    sender,
    undo_update,
)

_BLANKS: Mapping[str, Any] = {"email": "", "note": "", "property_ids": []}
_OPEN = ("pending", "in_progress")
_MOST_NAMED = 5
_ADDED = "They can be given tasks at once, and Hostex may write to this number and address."
_REPLACED = "Hostex does not say which properties they have now: the whole list is replaced, for good."
_NO_SINGLE_UNDO = "No single call restores the old values."

StaffName = Annotated[str, MinLen(1), MaxLen(128)]
Mobile = Annotated[str, MinLen(1), MaxLen(50), "+<country code> <number>"]


class NewStaff(TypedDict, total=False):
    """A staff member that was added: the id and the fields that were set."""

    id: int
    name: str
    mobile: str
    email: str
    note: str
    property_ids: list[int]
    property_titles: list[str]


class StaffChange(StaffRow, total=False):
    """A staff member that was written: the id and the fields that were set."""

    email: str
    property_ids: list[int]
    property_titles: list[str]


@tool(
    "Add a staff member",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="create_staff",
    keywords="new cleaner employee team member",
)
async def create_staff(
    context: Context,
    name: StaffName,
    mobile: Mobile,
    email: ShortText | None = None,
    note: Note | None = None,
    property_ids: Annotated[list[PropertyId], "all when not given"] | None = None,
) -> PlannedWrite[NewStaff]:
    """Add a staff member who can be given tasks at once."""
    body = change_body(name=name, mobile=mobile, email=email, note=note, property_ids=property_ids)
    await require_properties(context, property_ids)
    titles = await _titles(context, property_ids)

    async def send() -> NewStaff:
        return NewStaff(id=await context.client.call(api.CREATE_STAFF, body=body), **body, **titles)

    properties = "all properties" if property_ids is None else _in_words(titles)
    changes = change_rows({**body, "property_ids": None, "properties": properties})
    preview = Preview(f"Add {quoted(one_line(name))} to the staff", changes=changes, warnings=[_ADDED])
    return plan_creation("delete_staff", send, preview)


async def _titles(context: Context, property_ids: Sequence[int] | None) -> dict[str, Any]:
    """Return the titles of a staff member's properties for a result, where they are given."""
    return {} if property_ids is None else {"property_titles": await property_names(context, property_ids)}


def _in_words(titles: JsonObject) -> str:
    return ", ".join(titles["property_titles"]) or "none"


@tool(
    "Change a staff member",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="update_staff",
    destructive=True,
    idempotent=True,
    keywords="cleaner employee team member phone deactivate assign properties",
)
async def update_staff(
    context: Context,
    id: Id,
    name: StaffName | None = None,
    mobile: Mobile | None = None,
    email: ShortText | None = None,
    note: Note | None = None,
    is_active: bool | None = None,
    property_ids: Annotated[list[PropertyId], "the whole new list"] | None = None,
    clear: list[Literal["email", "note", "property_ids"]] | None = None,
) -> PlannedWrite[StaffChange]:
    """Change a staff member; only what is given changes. Hostex does not say which properties somebody has
    now, so `property_ids` only replaces the whole list, and that cannot be undone."""
    body = change_body(
        clear,
        _BLANKS,
        name=name,
        mobile=mobile,
        email=email,
        note=note,
        is_active=is_active,
        property_ids=property_ids,
    )
    staff = await find(context, api.LIST_STAFFS, id, "staff member")
    await require_properties(context, property_ids)
    titles = await _titles(context, body.get("property_ids"))
    send = await sender(context, api.UPDATE_STAFF, id, body, StaffChange(id=id, **body, **titles))
    view = context.redactor().redact(staff)
    hidden = any(getattr(view, name, None) == HIDDEN for name in body)
    restorable = not hidden and "property_ids" not in body
    undo = undo_update("update_staff", staff, body, _BLANKS) if restorable else None
    preview = _changed(view, body, titles, undo is None)
    return PlannedWrite(send, undo, preview, same(context, staff, body))


def _changed(staff: api.Staff, body: JsonObject, titles: JsonObject, final: bool) -> Preview:
    """Return what a change of a staff member does. `staff` is what may be seen of them now."""
    after, before = dict(body), everything(staff)
    warnings = [_NO_SINGLE_UNDO] if final else []
    if "property_ids" in after:
        del after["property_ids"]
        after["properties"] = _in_words(titles)
        before["properties"] = "unknown"
        warnings = [_REPLACED]
    name = one_line(staff.name)
    target = {"id": staff.id, "name": name}
    return Preview(f"Change {quoted(name)} of the staff", target, change_rows(after, before), warnings)


@tool(
    "Delete a staff member",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="delete_staff",
    destructive=True,
    idempotent=True,
    keywords="remove cleaner employee team member",
)
async def delete_staff(context: Context, id: Id) -> PlannedWrite[StaffChange]:
    """Delete a staff member and their assignments for good. `update_staff` with `is_active` false keeps them
    on record instead."""
    staff = await find(context, api.LIST_STAFFS, id, "staff member")
    name = quoted(one_line(staff.name))
    warnings = [
        *await _unassigned(context, id),
        "Making them inactive instead keeps them on record.",
    ]
    return await plan_deletion(context, api.DELETE_STAFF, id, staff, f"the staff member {name}", warnings)


async def _unassigned(context: Context, staff_id: int) -> list[str]:
    """Warn of the tasks that would be left without an assignee, the soonest first. Many teams never move a
    task on from pending, so some of these may be done."""
    tasks = (await read_all(context.client, api.LIST_TASKS, query={"staff_id": staff_id})).items
    unfinished = sorted((task.expected or "", task_name(task)) for task in tasks if task.status in _OPEN)
    if not unfinished:
        return []
    more = ["and more"] if len(unfinished) > _MOST_NAMED else []
    names = "; ".join([*(name for _, name in unfinished[:_MOST_NAMED]), *more])
    return [f"{counted(len(unfinished), 'open task loses', 'open tasks lose')} this assignee: {names}."]
