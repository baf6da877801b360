"""Staff members."""

from hostex_mcp.sandbox.fields import flag, ids, integer, paging, text
from hostex_mcp.sandbox.lookups import distinct, find, require_known
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row
from hostex_mcp.sandbox.vocabulary import EMAIL_PATTERN

# The format of international accounts.
MOBILE_PATTERN = r"\+\d{1,4} [\d -]{3,20}"
_CONTACT = (
    text("email", pattern=rf"({EMAIL_PATTERN})?"),
    text("note", max_length=500),
    ids("property_ids"),
)


@operation("GET /staffs", query=(*paging(), integer("id"), integer("is_active", enum=(0, 1))))
def query_staffs(call: SandboxCall) -> Row:
    """List staff members."""
    staff_id, active = call.query.get("id"), call.query.get("is_active")
    rows = call.account.staff.values()
    staff = (row for row in rows if staff_id in (None, row["id"]) and active in (None, int(row["is_active"])))
    return call.page("staffs", staff)


@operation(
    "POST /staffs",
    body=(
        text("name", required=True, max_length=128),
        text("mobile", required=True, pattern=MOBILE_PATTERN),
        *_CONTACT,
    ),
)
def create_staff(call: SandboxCall) -> Row:
    """Add an active staff member, for all properties unless some are named."""
    account, body = call.account, call.body
    require_known(body.get("property_ids", []), account.properties, "property ids")
    staff_id = account.new_id()
    account.staff[staff_id] = {
        "id": staff_id,
        "name": body["name"],
        "mobile": body["mobile"],
        "email": body.get("email", ""),
        "note": body.get("note", ""),
        "is_active": True,
        "_property_ids": distinct(body["property_ids"]) if "property_ids" in body else None,
    }
    return {"staff_id": staff_id}


@operation(
    "PATCH /staffs/{id}",
    body=(
        text("name", max_length=128),
        text("mobile", pattern=MOBILE_PATTERN),
        flag("is_active"),
        *_CONTACT,
    ),
)
def update_staff(call: SandboxCall) -> None:
    """Change a staff member, replace the assigned properties."""
    staff, changes = find(call.account.staff, call.path["id"], "Staff"), dict(call.body)
    if "property_ids" in changes:
        assigned = distinct(changes.pop("property_ids"))
        require_known(assigned, call.account.properties, "property ids")
        staff["_property_ids"] = assigned
    staff |= changes


@operation("DELETE /staffs/{id}")
def delete_staff(call: SandboxCall) -> None:
    """Delete a staff member. Inferred: their tasks are left without one."""
    staff_id = call.path["id"]
    find(call.account.staff, staff_id, "Staff")
    del call.account.staff[staff_id]
    for task in call.account.tasks.values():
        if task["staff_id"] == staff_id:
            task["staff_id"] = None
