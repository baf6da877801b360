"""Entries that feed Hostex's own reply assistant."""

from typing import Any

from hostex_mcp.sandbox.envelope import broken_rule
from hostex_mcp.sandbox.fields import array, flag, id_list, integer, paging, record, text, word_list
from hostex_mcp.sandbox.lookups import find, require_known
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.sandbox.vocabulary import CHANNEL_SCOPES, CHANNEL_TYPES, PROPERTY_SCOPES

EVERY_PROPERTY = [-1]
EVERY_CHANNEL = ["unlimited"]
_ENTRY = (
    record(
        "scope_property",
        text("type", required=True, enum=PROPERTY_SCOPES),
        array("ids", integer("id"), required=True),
        required=True,
    ),
    record(
        "scope_channel",
        text("type", required=True, enum=CHANNEL_SCOPES),
        array("channels", text("channel"), required=True),
        required=True,
    ),
    array(
        "contents",
        record("content", text("text", required=True), text("sub_title", required=True)),
        required=True,
    ),
    flag("is_enable", required=True),
    text("title"),
)


@operation(
    "GET /knowledge_bases", query=(*paging(default=10), id_list("property_ids"), word_list("channel_types"))
)
def query_knowledge_bases(call: SandboxCall) -> Row:
    """List entries without their texts; the filters keep what applies to a named property or channel."""
    account, query = call.account, call.query
    rows = [
        {key: value for key, value in row.items() if key != "contents"}
        for row in account.knowledge_bases.values()
        if _covers_property(account, row["scope_property"], query.get("property_ids"))
        and _covers_channel(row["scope_channel"], query.get("channel_types"))
    ]
    return call.page("knowledge_bases", rows)


@operation("POST /knowledge_bases", body=_ENTRY)
def create_knowledge_base(call: SandboxCall) -> None:
    """Add an entry. Its id is not returned."""
    _store(call, call.account.new_id())


@operation("GET /knowledge_bases/{id}")
def get_knowledge_base(call: SandboxCall) -> Row:
    """Return an entry with its texts."""
    return find(call.account.knowledge_bases, call.path["id"], "Knowledge base")


@operation("PATCH /knowledge_bases/{id}", body=_ENTRY)
def update_knowledge_base(call: SandboxCall) -> None:
    """Replace an entry as a whole."""
    find(call.account.knowledge_bases, call.path["id"], "Knowledge base")
    _store(call, call.path["id"])


@operation("DELETE /knowledge_bases/{id}")
def delete_knowledge_base(call: SandboxCall) -> None:
    """Delete an entry."""
    find(call.account.knowledge_bases, call.path["id"], "Knowledge base")
    del call.account.knowledge_bases[call.path["id"]]


def _store(call: SandboxCall, entry_id: int) -> None:
    """Write an entry. Inferred: it is processed a little later; without a title the first subtitle serves."""
    body = call.body
    _check_scopes(call.account, body)
    row: Row = {
        "id": entry_id,
        "scope_property": body["scope_property"],
        "scope_channel": body["scope_channel"],
        "title": body.get("title") or body["contents"][0]["sub_title"],
        "contents": body["contents"],
        "is_enable": body["is_enable"],
        "process_status": "waiting",
    }
    call.account.knowledge_bases[entry_id] = row

    def process() -> None:
        row["process_status"] = "done"

    call.queue(process)


def _check_scopes(account: SandboxAccount, body: Row) -> None:
    properties, channels = body["scope_property"], body["scope_channel"]
    targets: dict[str, Any] = {
        "all": EVERY_PROPERTY,
        "by_property": account.properties,
        "by_group": account.groups,
        "by_room_type": account.room_types,
    }
    require_known(properties["ids"], targets[properties["type"]], "scope property.ids")
    everywhere = channels["type"] == "all"
    require_known(
        channels["channels"], EVERY_CHANNEL if everywhere else CHANNEL_TYPES, "scope channel.channels"
    )
    if properties["type"] == "all" and properties["ids"] != EVERY_PROPERTY:
        raise broken_rule("The selected scope property.ids is invalid.")


def _covers_property(account: SandboxAccount, scope: Row, ids: list[int] | None) -> bool:
    if ids is None or scope["type"] == "all":
        return True
    covered: set[int] = set()
    for ident in scope["ids"]:
        if scope["type"] == "by_property":
            covered.add(ident)
        elif scope["type"] == "by_group":
            covered.update(account.groups.get(ident, {}).get("property_ids", []))
        else:
            covered.update(member["id"] for member in account.room_types.get(ident, {}).get("properties", []))
    return not covered.isdisjoint(ids)


def _covers_channel(scope: Row, channels: list[str] | None) -> bool:
    return channels is None or scope["type"] == "all" or not set(channels).isdisjoint(scope["channels"])
