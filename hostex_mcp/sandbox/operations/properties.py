"""Properties and room types."""

from collections.abc import Iterable

from hostex_mcp.sandbox.envelope import ApiError, broken_rule
from hostex_mcp.sandbox.fields import ids, integer, paging, text
from hostex_mcp.sandbox.lookups import distinct, require_known
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row, SandboxAccount

_COVER_SIZES = ("original_url", "small_url", "large_url", "extra_large_url", "extra_extra_large_url")


@operation("GET /properties", query=(*paging(), integer("id"), integer("group_id"), integer("tag_id")))
def query_properties(call: SandboxCall) -> Row:
    """List properties with their groups and tags."""
    rows = [_with_labels(call.account, row) for row in call.account.properties.values()]
    return call.page("properties", (row for row in rows if _matches(row, call.query)))


@operation("POST /properties", body=(text("title", required=True, max_length=100),))
def create_property(call: SandboxCall) -> Row:
    """Create an empty property. Inferred: 409 for a title in use, 420 when the quota is used up."""
    account, title = call.account, call.body["title"]
    _require_new_title(account.properties.values(), title, "property")
    if len(account.properties) >= account.property_quota:
        raise ApiError(420, "The property quota of your subscription has been reached.")
    property_id = account.new_id()
    account.properties[property_id] = _empty_property(account, property_id, title)
    return {"property_id": property_id}


@operation("GET /room_types", query=(*paging(), integer("id"), integer("tag_id")))
def query_room_types(call: SandboxCall) -> Row:
    """List room types with their tags."""
    tags = call.account.tags.values()
    rows = [
        row | {"tags": [_label(tag) for tag in tags if row["id"] in tag["room_type_ids"]]}
        for row in call.account.room_types.values()
    ]
    return call.page("room_types", (row for row in rows if _matches(row, call.query)))


@operation("POST /room_types", body=(text("title", required=True, max_length=100), ids("property_ids")))
def create_room_type(call: SandboxCall) -> Row:
    """Pool properties. Inferred: 420 on the Basic edition, 409 for a used title, 422 if already pooled."""
    account, title = call.account, call.body["title"]
    if account.plan == "basic":
        raise ApiError(420, "The Basic edition does not include room types.")
    _require_new_title(account.room_types.values(), title, "room type")
    members = distinct(call.body.get("property_ids", []))
    require_known(members, account.properties, "property ids")
    pooled = {member["id"] for pool in account.room_types.values() for member in pool["properties"]}
    if not pooled.isdisjoint(members):
        raise broken_rule("A property is already linked to another room type.")
    room_type_id = account.new_id()
    properties = [{"id": member, "title": account.properties[member]["title"]} for member in members]
    account.room_types[room_type_id] = {
        "id": room_type_id,
        "title": title,
        "properties": properties,
        "channels": [],
        "tags": [],
    }
    return {"room_type_id": room_type_id}


def _with_labels(account: SandboxAccount, row: Row) -> Row:
    groups = [
        {"id": group["id"], "name": group["name"]}
        for group in account.groups.values()
        if row["id"] in group["property_ids"]
    ]
    tags = [_label(tag) for tag in account.tags.values() if row["id"] in tag["property_ids"]]
    return row | {"groups": groups, "tags": tags}


def _label(tag: Row) -> Row:
    return {"id": tag["id"], "name": tag["name"], "color": tag["color"]}


def _matches(row: Row, query: Row) -> bool:
    return (
        query.get("id") in (None, row["id"])
        and (query.get("group_id") is None or any(g["id"] == query["group_id"] for g in row["groups"]))
        and (query.get("tag_id") is None or any(tag["id"] == query["tag_id"] for tag in row["tags"]))
    )


def _require_new_title(rows: Iterable[Row], title: str, what: str) -> None:
    if any(row["title"] == title for row in rows):
        raise ApiError(409, f"The {what} already exists.")


def _empty_property(account: SandboxAccount, property_id: int, title: str) -> Row:
    return {
        "id": property_id,
        "title": title,
        "channels": [],
        "address": "",
        "longitude": None,
        "latitude": None,
        "timezone": account.timezone,
        "default_checkin_time": "15:00",
        "default_checkout_time": "11:00",
        "wifi_ssid": "",
        "wifi_password": "",
        "wifi_remarks": "",
        "cover": dict.fromkeys(_COVER_SIZES, ""),
        "google_place_payload": None,
    }
