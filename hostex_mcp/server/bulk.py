"""How much JSON a client may send in one message, told by counting before anything is parsed."""

import re

MOST_BYTES = 4 * 1024 * 1024

_DEEPEST = 64
_MOST_MEMBERS = 20_000
_TEXT_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{\]}]', re.DOTALL)


class Bulky(ValueError):
    """JSON that would take too long to read."""


def require_bounded(message: bytes) -> None:
    """Count members and levels; marks within texts count as members too.

    Raises:
        Bulky: saying of which it has too many.
    """
    opened = message.count(b"[") + message.count(b"{")
    if opened + message.count(b",") > _MOST_MEMBERS:
        raise Bulky(f"it has more than {_MOST_MEMBERS:,} members, as commas and brackets count")
    if opened > _DEEPEST and _depth(message) > _DEEPEST:
        raise Bulky(f"it is nested more than {_DEEPEST} levels deep")


def _depth(message: bytes) -> int:
    """How deeply JSON is nested; brackets in texts do not count."""
    depth = deepest = 0
    for match in _TEXT_OR_BRACKET.finditer(message):
        if (mark := message[match.start()]) in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in b"]}":
            depth -= 1
    return deepest
