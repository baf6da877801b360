"""Property groups and property tags."""

from hostex_mcp.sandbox.envelope import ApiError, broken_rule
from hostex_mcp.sandbox.fields import ids, integer, paging, text
from hostex_mcp.sandbox.lookups import distinct, find, require_known
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.sandbox.vocabulary import TAG_COLORS

TAGS_MAX = 500


@operation("GET /groups", query=(*paging(), integer("id")))
def query_groups(call: SandboxCall) -> Row:
    """List property groups."""
    group_id = call.query.get("id")
    return call.page("groups", (row for row in call.account.groups.values() if group_id in (None, row["id"])))


@operation("POST /groups", body=(text("name", required=True, max_length=50), ids("property_ids")))
def create_group(call: SandboxCall) -> Row:
    """Create a group. Inferred: 409 for a name in use."""
    account, name = call.account, call.body["name"]
    _require_new_name(account.groups, name, "group")
    require_known(call.body.get("property_ids", []), account.properties, "property ids")
    group_id = account.new_id()
    group: Row = {"id": group_id, "name": name, "property_ids": distinct(call.body.get("property_ids", []))}
    account.groups[group_id] = group
    return {"group": group}


@operation("PATCH /groups/{id}", body=(text("name", max_length=50), ids("property_ids")))
def update_group(call: SandboxCall) -> None:
    """Rename a group, replace its properties."""
    _update(call, call.account.groups, "group")


@operation("DELETE /groups/{id}")
def delete_group(call: SandboxCall) -> None:
    """Delete a group."""
    find(call.account.groups, call.path["id"], "Group")
    del call.account.groups[call.path["id"]]


@operation("GET /tags", query=(*paging(), integer("id")))
def query_tags(call: SandboxCall) -> Row:
    """List property tags."""
    tag_id = call.query.get("id")
    return call.page("tags", (row for row in call.account.tags.values() if tag_id in (None, row["id"])))


_COLOR = text("color", enum=TAG_COLORS)


@operation(
    "POST /tags",
    body=(text("name", required=True, max_length=15), _COLOR, ids("property_ids"), ids("room_type_ids")),
)
def create_tag(call: SandboxCall) -> Row:
    """Create a tag, or bring back the deleted one of that name. Inferred: 422 beyond 500 tags."""
    account, name = call.account, call.body["name"]
    _require_new_name(account.tags, name, "tag")
    _require_known_targets(account, call.body)
    if len(account.tags) >= TAGS_MAX:
        raise broken_rule(f"You can create at most {TAGS_MAX} tags.")
    tag = account.deleted_tags.pop(name, None) or {"id": account.new_id(), "name": name}
    tag["color"] = call.body.get("color") or TAG_COLORS[len(account.tags) % len(TAG_COLORS)]
    for key in ("property_ids", "room_type_ids"):
        tag[key] = distinct(call.body.get(key, []))
    account.tags[tag["id"]] = tag
    return {"tag": tag}


@operation(
    "PATCH /tags/{id}", body=(text("name", max_length=15), _COLOR, ids("property_ids"), ids("room_type_ids"))
)
def update_tag(call: SandboxCall) -> None:
    """Change a tag, replace what it is attached to."""
    _update(call, call.account.tags, "tag")


@operation("DELETE /tags/{id}")
def delete_tag(call: SandboxCall) -> None:
    """Delete a tag and take it off everything."""
    tag = find(call.account.tags, call.path["id"], "Tag")
    del call.account.tags[tag["id"]]
    call.account.deleted_tags[tag["name"]] = tag


def _update(call: SandboxCall, rows: dict[int, Row], what: str) -> None:
    row, changes = find(rows, call.path["id"], what.capitalize()), call.body
    if changes.get("name", row["name"]) != row["name"]:
        _require_new_name(rows, changes["name"], what)
    _require_known_targets(call.account, changes)
    for key, value in changes.items():
        row[key] = distinct(value) if key.endswith("_ids") else value


def _require_new_name(rows: dict[int, Row], name: str, what: str) -> None:
    if any(row["name"] == name for row in rows.values()):
        raise ApiError(409, f"The {what} already exists.")


def _require_known_targets(account: SandboxAccount, targets: Row) -> None:
    require_known(targets.get("property_ids", []), account.properties, "property ids")
    require_known(targets.get("room_type_ids", []), account.room_types, "room type ids")
