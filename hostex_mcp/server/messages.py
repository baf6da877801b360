"""Messages of the protocol as they are meant. Some libraries write an empty object as an empty list, an
object as JSON text, or a whole number as 1.0; what they ask would get an unhelpful answer, or none."""

import re
from typing import Any, cast

from pydantic_core import from_json

from hostex_mcp.toolkit.json_text import TwiceNamed, require_unambiguous

_OBJECTS = ("arguments", "capabilities", "_meta")
"""The members of a request's parameters that are objects."""


MOST_BYTES = 4 * 1024 * 1024
_DEEPEST = 64
_MOST_MEMBERS = 20_000
# Possessive, so that no text makes it go back and forth.
_TEXT_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{\]}]', re.DOTALL)


class NoMessage(ValueError):
    """JSON that is no message of the protocol. `id` is the one to answer under, where there is any."""

    def __init__(self, reason: str, id: int | str | None = None) -> None:
        super().__init__(reason)
        self.id = id


def normalise(content: object) -> object:
    """Return the message that the content means: the same content where nothing about it is unusual. What is
    no object stays for others to refuse.

    Raises:
        NoMessage: it is an object, and no message that can be answered under its id.
    """
    if not isinstance(content, dict):
        return content
    message = cast("dict[str, Any]", content)
    request_id = _id(message.get("id"))
    if message.get("jsonrpc") != "2.0":
        raise NoMessage("This is not a JSON-RPC 2.0 message.", request_id)
    if "method" in message and "id" in message and request_id is None:
        raise NoMessage("The id of a request must be a string or an integer.")
    try:
        parameters = _parameters(message.get("params"))
    except TwiceNamed as error:
        raise NoMessage(str(error), request_id) from None
    if parameters is not None and not isinstance(parameters, dict):
        raise NoMessage("The params of a message must be an object.", request_id)
    mended = dict(message)
    if request_id is not None:
        mended["id"] = request_id
    if parameters is not message.get("params"):
        mended["params"] = parameters
    return message if all(mended[name] is value for name, value in message.items()) else mended


def _id(value: object) -> int | str | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    # True is an int to Python, and no id to JSON-RPC.
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def _parameters(value: object) -> object:
    parameters = _object(value)
    if not isinstance(parameters, dict):
        return parameters
    members = cast("dict[str, Any]", parameters)
    objects = {name: _object(members[name]) for name in _OBJECTS if name in members}
    if isinstance(declared := objects.get("capabilities"), dict):
        objects["capabilities"] = _each_object(cast("dict[str, Any]", declared))
    changed = any(objects[name] is not members[name] for name in objects)
    return {**members, **objects} if changed else members


def _each_object(members: dict[str, Any]) -> dict[str, Any]:
    objects = {name: _object(value) for name, value in members.items()}
    return objects if any(objects[name] is not value for name, value in members.items()) else members


def _object(value: object) -> object:
    """Return the object that a value means, else the value itself."""
    # PHP cannot tell an empty object from an empty list.
    if value == [] or value == "":
        return {}
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return value
    require_unambiguous(value)
    try:
        return cast("object", from_json(value, allow_inf_nan=False))
    except ValueError:
        return value


class BulkyMessage(ValueError):
    """JSON that would take too long to read."""


def require_bounded(message: bytes) -> None:
    """Count members and levels; commas and brackets within texts count as members too.

    Raises:
        Bulky: saying of which it has too many.
    """
    opened = message.count(b"[") + message.count(b"{")
    if opened + message.count(b",") > _MOST_MEMBERS:
        raise BulkyMessage(f"it has more than {_MOST_MEMBERS:,} members, counted by commas and brackets")
    if opened > _DEEPEST and _depth(message) > _DEEPEST:
        raise BulkyMessage(f"it is nested more than {_DEEPEST} levels deep")


def _depth(message: bytes) -> int:
    """Return how deeply JSON is nested; brackets in texts do not count."""
    depth = deepest = 0
    for match in _TEXT_OR_BRACKET.finditer(message):
        if (mark := message[match.start()]) in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in b"]}":
            depth -= 1
    return deepest
