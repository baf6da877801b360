"""JSON read as what can leave the server again: numbers that are numbers, and text that is Unicode."""

import re

from pydantic_core import from_json

_LONGEST_NUMBER = 400
# A text, in it whatever is escaped; or a number that is none, or too long to be one.
_PARTS = re.compile(
    rb'"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b|-?\d{%d,}(?:\.\d+)?(?:[eE][+-]?\d+)?' % _LONGEST_NUMBER,
    re.DOTALL,
)
_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)",
    re.DOTALL,
)
_PAIR, _LONE = 12, 6
_REPLACEMENT = rb"\ufffd"
_SPACES = bytes(range(256)).translate(bytes.maketrans(bytes(range(32)), b" " * 32))
_BOM = b"\xef\xbb\xbf"


def read_json(body: bytes) -> object:
    """What the text means, None where it is no JSON. Half a surrogate pair and bytes that are no UTF-8 become
    the sign for an unreadable character, bare control characters become blanks, and numbers that are none
    become null. A text without them is read at once."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        pass
    try:
        return from_json(_mended(body), allow_inf_nan=False)
    except ValueError:
        return None


def _mended(body: bytes) -> bytes:
    text = body.removeprefix(_BOM).decode(errors="replace").encode()
    return _PARTS.sub(_part, text)


def _part(found: re.Match[bytes]) -> bytes:
    part = found[0]
    if not part.startswith(b'"'):
        return b"null"
    part = part.translate(_SPACES)
    return _ESCAPES.sub(_escape, part) if b"\\u" in part else part


def _escape(found: re.Match[bytes]) -> bytes:
    return _REPLACEMENT if len(found[0]) == _LONE else found[0]
