"""Several writes as one: each part says for itself what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hostex_mcp.api import HostexError
from hostex_mcp.toolkit.results import JsonObject, PlannedWrite, lean


@dataclass(frozen=True, slots=True)
class Part:
    """One write of several: what tells it apart, and the change, None where everything is as wanted."""

    key: JsonObject
    change: PlannedWrite[Any] | None


async def in_turn(parts: Sequence[Part]) -> list[JsonObject]:
    """Send the parts one after the other and report each: `done` (with the call that restores what was),
    `unchanged`, `failed` or `outcome_unknown`. A part that fails does not keep the rest from being sent."""
    return [{**part.key, **(await _outcome(part.change))} for part in parts]


async def _outcome(change: PlannedWrite[Any] | None) -> JsonObject:
    if change is None:
        return {"status": "unchanged"}
    try:
        await change.send()
    except HostexError as error:
        is_unknown = error.kind == "outcome_unknown"
        status = "outcome_unknown" if is_unknown else "failed"
        return lean({"status": status, "error": error.kind, "message": error.message, "code": error.code})
    undo = {"tool": change.undo.tool, "arguments": change.undo.arguments} if change.undo else None
    return lean({"status": "done", "undo": undo})
