"""Conversation threads and their messages."""

import base64
import binascii

from hostex_mcp.sandbox.envelope import ApiError, bad_request, broken_rule, not_found
from hostex_mcp.sandbox.fields import paging, text
from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.operation import SandboxCall, operation, public
from hostex_mcp.sandbox.state import Row
from hostex_mcp.sandbox.threads import deliver, new_message

JPEG_START = b"\xff\xd8\xff"


def find_conversation(call: SandboxCall) -> Row:
    """Return the thread of the path: 404 if there is none, 403 if it is another operator's."""
    conversation_id = call.path["conversation_id"]
    if conversation_id in call.account.conversations:
        return call.account.conversations[conversation_id]
    if any(conversation_id in other.conversations for other in call.others):
        raise ApiError(403, "You do not have permission to access this conversation.")
    raise not_found("Conversation")


@operation("GET /conversations", query=paging(required=("offset",)))
def query_conversations(call: SandboxCall) -> Row:
    """List threads in their stored order, without a total; `offset` is demanded, as observed."""
    rows = (_summary(row) for row in call.account.conversations.values())
    return call.page("conversations", rows, total=False)


@operation("GET /conversations/{conversation_id}")
def get_conversation(call: SandboxCall) -> Row:
    """Return a whole thread, newest message first."""
    return public(find_conversation(call))


@operation("POST /conversations/{conversation_id}", body=(text("message"), text("jpeg_base64")))
def send_message(call: SandboxCall) -> None:
    """Send a text, a picture, or both. No id comes back."""
    conversation_id = find_conversation(call)["id"]
    content, picture = call.body.get("message"), call.body.get("jpeg_base64")
    if not content and not picture:
        raise bad_request("The message field is required when jpeg base64 is not present.")
    if picture:
        _require_jpeg(picture)
    call.throttles.message(conversation_id, call.now)
    sender = call.account.email
    if content:
        deliver(call.account, conversation_id, new_message(call.account, sender, call.now, content))
    if picture:
        link = f"https://img.example.invalid/sent/{call.account.new_id()}.jpg"
        message = new_message(call.account, sender, call.now, "", {"fullback_url": link})
        deliver(call.account, conversation_id, message)


@operation(
    "PATCH /conversations/{conversation_id}/note",
    body=(text("note", required=True, nullable=True, max_length=5000),),
)
def update_conversation_note(call: SandboxCall) -> Row:
    """Set the private note; null or nothing clears it."""
    conversation = find_conversation(call)
    conversation["note"] = call.body["note"] or None
    return {"id": conversation["id"], "note": conversation["note"], "updated_at": iso(call.now)}


def _summary(row: Row) -> Row:
    summary: Row = {
        "id": row["id"],
        "channel_type": row["channel_type"],
        "last_message_at": row["messages"][0]["created_at"],
        "guest": row["guest"],
    }
    return summary | (row["_summary"] if "_summary" in row else _about(row))


def _about(row: Row) -> Row:
    """Return what the list says of the first activity; unknown values are left out."""
    activity: Row = row["activities"][0] if row["activities"] else {}
    place: Row = activity.get("property") or {}
    facts = {
        "property_title": place.get("title"),
        "check_in_date": activity.get("check_in_date"),
        "check_out_date": activity.get("check_out_date"),
    }
    return {key: value for key, value in facts.items() if value is not None}


def _require_jpeg(encoded: str) -> None:
    """Refuse what is not the base64 of a JPEG. Inferred: 422, and its wording."""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if not decoded.startswith(JPEG_START):
        raise broken_rule("The jpeg base64 must be a JPEG image encoded in base64.")
