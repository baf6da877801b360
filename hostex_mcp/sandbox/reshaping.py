"""Changes to a finished answer, for the faults that alter what it says."""

import json
from typing import Any, cast

from starlette.responses import Response

from hostex_mcp.sandbox.envelope import DONE, json_response
from hostex_mcp.sandbox.state import Row

WORDS = (
    "status",
    "stay_status",
    "channel_type",
    "type",
    "display_type",
    "sender_role",
    "auth_status",
    "shelf_status",
)
NEW_FIELD = "added_in_a_later_version"
NEW_WORD = "a_later_word"


def as_zero(response: Response) -> Response:
    """Spell success the way the documentation does: code 0 and no message."""
    payload = _payload(response)
    if payload["error_code"] == DONE[0]:
        payload |= {"error_code": 0, "error_msg": ""}
    return json_response(payload)


def misshapen(response: Response, field: str | None, mode: str) -> Response:
    """Take a field out of the first row of an answer, or with mode `type` give it an impossible value.

    The field is the first one of the row unless it is named.
    """
    payload = _payload(response)
    row = _first_row(payload.get("data"))
    if row:
        name = field or next(iter(row))
        if mode == "type":
            row[name] = {"unexpected": ["value"]}
        else:
            row.pop(name, None)
    return json_response(payload)


def from_the_future(response: Response) -> Response:
    """Add a field nobody knows to every object, and a word nobody knows to the first row of every list."""
    payload = _payload(response)
    payload["data"] = _extended(payload.get("data"))
    return json_response(payload)


def _payload(response: Response) -> Row:
    return cast("Row", json.loads(bytes(response.body)))


def _first_row(data: Any) -> Row | None:
    if not isinstance(data, dict):
        return None
    row = cast("Row", data)
    lists = [cast("list[Any]", value) for value in row.values() if isinstance(value, list)]
    rows = [cast("Row", rows[0]) for rows in lists if rows and isinstance(rows[0], dict)]
    return rows[0] if rows else row


def _extended(value: Any) -> Any:
    if isinstance(value, list):
        members = [_extended(member) for member in cast("list[Any]", value)]
        if members and isinstance(members[0], dict):
            first = cast("Row", members[0])
            first |= {word: NEW_WORD for word in WORDS if isinstance(first.get(word), str)}
        return members
    if isinstance(value, dict):
        row = cast("Row", value)
        return {key: _extended(member) for key, member in row.items()} | {NEW_FIELD: "new"}
    return value
