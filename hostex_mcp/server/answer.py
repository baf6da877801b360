"""The final shape of a result: envelope, cursor and a bound on its size."""

from collections.abc import Mapping, Sequence
from typing import Any

from hostex_mcp.domain.size import tokens
from hostex_mcp.server.render import render, table, to_json
from hostex_mcp.tools.cursor import Cursor
from hostex_mcp.tools.results import Record, Rows, Undo
from hostex_mcp.tools.tool import Tool

TOKEN_BOUND = 20_000
_ROOM_FOR_ENVELOPE = 1_500
_DEAREST_ASCII, _DEAREST = 0.72, 3.0
_CUT_NOTE = "The answer was cut to fit; continue with the cursor, or ask for less."
_CUT_RECORD_NOTE = "`{member}` was cut to fit."


def answer(
    tool: Tool, arguments: Mapping[str, Any], result: Rows[Any] | Record[Any], account: str = ""
) -> dict[str, Any]:
    """The structured result of a successful call, never above the token bound in both halves together. A
    cursor in it is good for this account."""
    if isinstance(result, Record):
        return _record_answer(result)
    return _rows_answer(tool, arguments, result, account)


def done(
    result: Mapping[str, Any], undo: Undo | None, receipt: Mapping[str, Any], notes: Sequence[str] = ()
) -> dict[str, Any]:
    """The structured result of a write that took effect."""
    outcome: dict[str, Any] = {"status": "done", "result": result, "undo": None, "receipt": receipt}
    said = [*notes, *([undo.missing] if undo and undo.missing else [])]
    if undo and not undo.missing:
        outcome["undo"] = {"tool": undo.tool, "arguments": undo.arguments}
        outcome["undo"] |= {"restores": undo.restores} if undo.restores else {}
    return {**outcome, "notes": said} if said else outcome


def unchanged(already: str) -> dict[str, Any]:
    """The structured result of a write that would change nothing, so that nothing was sent."""
    return {"status": "unchanged", "notes": [f"{already} Nothing was sent."]}


def _rows_answer(tool: Tool, arguments: Mapping[str, Any], rows: Rows[Any], account: str) -> dict[str, Any]:
    fitting = _fitting(rows.items)
    cut = fitting < len(rows.items)
    shown: dict[str, Any] = {"items": list(rows.items[:fitting]), "returned": fitting}
    if rows.total is not None:
        shown["total"] = rows.total
    if fitting and (cut or rows.more):
        filters = {name: value for name, value in arguments.items() if name not in ("cursor", "limit")}
        shown["next_cursor"] = Cursor(tool.name, filters, rows.steps[fitting - 1]).encode(account)
    shown["truncated"] = cut
    if notes := [*rows.notes, *([_CUT_NOTE] if cut else [])]:
        shown["notes"] = notes
    if rows.failed:
        shown["failed"] = list(rows.failed)
    return shown


def _record_answer(record: Record[Any]) -> dict[str, Any]:
    shown = dict(record.data)
    if record.long is None or not shown.get(record.long):
        return shown
    members: Sequence[Any] = shown[record.long]
    ordered = members if record.keep == "first" else list(reversed(members))
    fitting = _fitting(ordered, spent=_cost({**shown, record.long: []}))
    if fitting < len(members):
        kept = ordered[:fitting]
        shown[record.long] = list(kept if record.keep == "first" else reversed(kept))
        shown["truncated"] = True
        shown["notes"] = [*shown.get("notes", []), _CUT_RECORD_NOTE.format(member=record.long)]
    return shown


def _fitting(rows: Sequence[Mapping[str, Any]], spent: int = 0) -> int:
    """How many rows fit into both halves of the answer, at least one."""
    left = TOKEN_BOUND - _ROOM_FOR_ENVELOPE - spent
    text = to_json(rows)
    # A line of a table is no longer than its row in JSON, and no character costs more than the dearest kind.
    if 2 * len(text) * (_DEAREST_ASCII if text.isascii() else _DEAREST) + 3 * len(rows) <= left:
        return len(rows)
    for count, row in enumerate(rows):
        left -= tokens(to_json(row)) + tokens(table([row])[1])
        if left < 0:
            return max(count, 1)
    return len(rows)


def _cost(shape: Mapping[str, Any]) -> int:
    return tokens(to_json(shape)) + tokens(render(shape))
