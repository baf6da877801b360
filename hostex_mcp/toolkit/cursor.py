"""Cursors: the opaque token that continues a list, carrying its filters and how far it has been read. One of
another account is like one that never was."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from annotated_types import Ge, Le, MinLen
from pydantic import ConfigDict, TypeAdapter

from hostex_mcp.api import FieldProblem
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.results import ListPosition, Step

_Offset = Annotated[int, Ge(-1), Le(10_000_000)]
_TOKEN = TypeAdapter(
    tuple[str, dict[str, Any], Annotated[list[_Offset], MinLen(1)] | ListPosition, str],
    config=ConfigDict(defer_build=True, strict=True),
)
_LONGEST = 200_000
_BAD = FieldProblem("cursor", "is not a cursor of this tool; start again without it")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list goes on: the tool, the arguments of its first call, and one offset per window read, or the
    mark of a list that is worked out."""

    tool: str
    arguments: Mapping[str, Any]
    step: Step

    def encode(self, account: str = "") -> str:
        """Return the token handed to the caller, for calls of the same account."""
        step = asdict(self.step) if isinstance(self.step, ListPosition) else self.step
        parts = [self.tool, self.arguments, step, _account(account)]
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
        name, arguments, step, mark = _TOKEN.validate_json(urlsafe_b64decode(f"{token}==="))
    except ValueError:
        raise InvalidArguments(_BAD) from None
    if (name, mark) != (tool, _account(account)) or "cursor" in arguments:
        raise InvalidArguments(_BAD)
    return Cursor(tool, arguments, step)


def resume(tool: str, arguments: Mapping[str, Any], account: str = "") -> tuple[dict[str, Any], Step | None]:
    """Return the arguments of a call that may carry a cursor, and from where it continues.

    Raises:
        InvalidArguments: for a foreign cursor, or one combined with other filters than its own.
    """
    if arguments.get("cursor") is None:
        return dict(arguments), None
    cursor = decode(tool, arguments["cursor"], account)
    own = {
        name: value
        for name, value in arguments.items()
        if name not in ("cursor", "limit") and value is not None
    }
    # Models repeat the filters of the first call with the cursor, which is harmless unless they differ.
    if changed := [name for name, value in own.items() if cursor.arguments.get(name) != value]:
        problem = (
            "differs from the call that returned the cursor; leave it out, or start again without the cursor"
        )
        raise InvalidArguments(*(FieldProblem(name, problem) for name in changed))
    limit = {"limit": arguments["limit"]} if arguments.get("limit") is not None else {}
    return {**cursor.arguments, **limit}, cursor.step


def _account(account: str) -> str:
    """Return a short digest that tells accounts apart. A cursor opens nothing, so it needs no signature."""
    return hashlib.sha256(account.encode()).hexdigest()[:8]
