"""Tags of reservations: their dictionary, and the stays that carry them."""

from hostex_mcp.sandbox.envelope import ApiError, broken_rule, not_found
from hostex_mcp.sandbox.fields import integer, paging, text
from hostex_mcp.sandbox.lookups import find, find_stay
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.sandbox.vocabulary import TAG_COLORS

TAGS_MAX = 500
TAG_NAME = text("tag_name", required=True, max_length=15)


@operation(
    "GET /reservation_tags", query=(*paging(), integer("id", minimum=1), text("keyword", max_length=50))
)
def query_reservation_tags(call: SandboxCall) -> Row:
    """List reservation tags, defaults included."""
    tag_id, keyword = call.query.get("id"), call.query.get("keyword", "").lower()
    rows = call.account.reservation_tags.values()
    tags = (row for row in rows if tag_id in (None, row["id"]) and keyword in row["tag_name"].lower())
    return call.page("reservation_tags", tags)


@operation("POST /reservation_tags", body=(TAG_NAME,))
def create_reservation_tag(call: SandboxCall) -> Row:
    """Add a tag to the dictionary, or bring back the deleted one of that name."""
    if _by_name(call.account, call.body["tag_name"]) is not None:
        raise ApiError(409, "The reservation tag already exists.")
    return {"reservation_tag": _create(call.account, call.body["tag_name"])}


@operation("DELETE /reservation_tags/{id}")
def delete_reservation_tag(call: SandboxCall) -> None:
    """Delete an own tag and take it off every stay."""
    account = call.account
    tag = find(account.reservation_tags, call.path["id"], "Reservation tag")
    if tag["is_default"]:
        raise not_found("Reservation tag")
    del account.reservation_tags[tag["id"]]
    account.deleted_reservation_tags[tag["tag_name"]] = tag
    for stay in account.stays.values():
        stay["tags"] = [name for name in stay["tags"] if name != tag["tag_name"]]


@operation("POST /reservations/{stay_code}/tags", body=(TAG_NAME,))
def add_reservation_tag(call: SandboxCall) -> None:
    """Tag a stay; a new name joins the dictionary."""
    stay, name = find_stay(call.account, call.path["stay_code"]), call.body["tag_name"]
    if _by_name(call.account, name) is None:
        _create(call.account, name)
    if name not in stay["tags"]:
        stay["tags"] = [*stay["tags"], name]


@operation("DELETE /reservations/{stay_code}/tags", body=(text("tag_name", required=True),))
def remove_reservation_tag(call: SandboxCall) -> None:
    """Take a tag off a stay. Inferred: success when the stay does not carry it."""
    stay = find_stay(call.account, call.path["stay_code"])
    stay["tags"] = [name for name in stay["tags"] if name != call.body["tag_name"]]


def _by_name(account: SandboxAccount, name: str) -> Row | None:
    return next((tag for tag in account.reservation_tags.values() if tag["tag_name"] == name), None)


def _create(account: SandboxAccount, name: str) -> Row:
    """Add a tag. Inferred: 422 beyond 500."""
    tags = account.reservation_tags
    if len(tags) >= TAGS_MAX:
        raise broken_rule(f"You can create at most {TAGS_MAX} tags.")
    color = TAG_COLORS[len(tags) % len(TAG_COLORS)]
    tag: Row = account.deleted_reservation_tags.pop(name, None) or {
        "id": account.new_id(),
        "tag_name": name,
        "color": color,
        "is_default": False,
    }
    tags[tag["id"]] = tag
    return tag
