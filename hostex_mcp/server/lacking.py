"""What an answer lacks, as Hostex sent what could not be read: said in it, and in what a person is asked."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from hostex_mcp.api import Unread, unread
from hostex_mcp.server.preview import preview_in
from hostex_mcp.toolkit.results import PlannedWrite
from hostex_mcp.toolkit.tool import Tool

_NO_UNDO = "What was there before is not known for certain, so there is no undo."


def with_notes(shown: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """The same result with further notes behind its own."""
    return {**shown, "notes": [*shown.get("notes", []), *notes]} if notes else shown


def doubted(failed: dict[str, Any], lacking: Unread) -> dict[str, Any]:
    """The failure, and what was left out of what it relies on: nothing may be missing in truth."""
    if lacking.left_out:
        failed["error"]["message"] += f" That may be because of this: {' '.join(lacking.notes())}"
    return failed


def admitting(
    tool: Tool, arguments: Mapping[str, Any], plan: Callable[[], Awaitable[PlannedWrite[Any]]]
) -> Callable[[], Awaitable[PlannedWrite[Any]]]:
    """The same plan, whose preview and result say what could not be read for it. It has no undo where a value
    could not be read, as that may be the very one to go back to."""

    async def planned() -> PlannedWrite[Any]:
        with unread() as lacking:
            change = await plan()
        if lacking:
            notes = lacking.notes()
            shown = preview_in(tool, arguments, change)
            if lacking.blank and change.undo:
                change.undo = None
                notes.append(_NO_UNDO)
            change.preview = replace(shown, warnings=[*shown.warnings, *notes])
            change.notes = [*change.notes, *notes]
        return change

    return planned
