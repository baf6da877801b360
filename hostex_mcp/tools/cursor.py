"""Cursors: the opaque token that continues a list, carrying its filters and how far it has been read. One of
another account is like one that never was."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Le, MinLen
from pydantic import ConfigDict, TypeAdapter

from hostex_mcp.tools.arguments import InvalidArguments, Problem

_Offset = Annotated[int, Ge(-1), Le(10_000_000)]
_TOKEN = TypeAdapter(
    tuple[str, dict[str, Any], Annotated[list[_Offset], MinLen(1)], str],
    config=ConfigDict(defer_build=True, strict=True),
)
_LONGEST = 200_000
_BAD = Problem("cursor", "is not a cursor of this tool; start again without it")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list goes on: the tool, the arguments of its first call, and one offset per window read."""

    tool: str
    arguments: Mapping[str, Any]
    offsets: Sequence[int]

    def encode(self, account: str = "") -> str:
        """The token handed to the caller, for calls of the same account."""
        parts = [self.tool, self.arguments, self.offsets, _mark(account)]
        text = json.dumps(parts, separators=(",", ":"), default=str)
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(tool: str, token: object, account: str = "") -> Cursor:
    """Read a cursor back.

    Raises:
        InvalidArguments: when it is not one that this tool issued to this account.
    """
    if not isinstance(token, str) or len(token) > _LONGEST:
        raise InvalidArguments(_BAD)
    try:
        name, arguments, offsets, mark = _TOKEN.validate_json(urlsafe_b64decode(f"{token}==="))
    except ValueError:
        raise InvalidArguments(_BAD) from None
    if (name, mark) != (tool, _mark(account)):
        raise InvalidArguments(_BAD)
    return Cursor(tool, arguments, offsets)


def resume(
    tool: str, given: Mapping[str, Any], account: str = ""
) -> tuple[dict[str, Any], Sequence[int] | None]:
    """The arguments of a call that may carry a cursor, and the offsets it continues from.

    Raises:
        InvalidArguments: for a foreign cursor, or one combined with other filters than its own.
    """
    if given.get("cursor") is None:
        return dict(given), None
    cursor = decode(tool, given["cursor"], account)
    own = {
        name: value for name, value in given.items() if name not in ("cursor", "limit") and value is not None
    }
    if changed := [name for name, value in own.items() if cursor.arguments.get(name) != value]:
        problem = (
            "differs from the call that gave the cursor; leave it out, or start again without the cursor"
        )
        raise InvalidArguments(*(Problem(name, problem) for name in changed))
    limit = {"limit": given["limit"]} if given.get("limit") is not None else {}
    return {**cursor.arguments, **limit}, cursor.offsets


def _mark(account: str) -> str:
    """Tells accounts apart, briefly. A cursor opens nothing, so it needs no signature."""
    return hashlib.sha256(account.encode()).hexdigest()[:8]
