"""The final shape of a result: envelope, cursor and a bound on its size. Lists are cut here, and what they
lack is counted after the last cut."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, takewhile
from typing import Any, cast

from hostex_mcp.domain.size import tokens
from hostex_mcp.server.bounding import ROOM, TOO_LONG, weight
from hostex_mcp.server.render import render, table, to_json
from hostex_mcp.toolkit.cursor import Cursor
from hostex_mcp.toolkit.results import MOST_FAILED, Item, ListPage, Undo
from hostex_mcp.toolkit.tool import Tool

_DEAREST = 2.3
_CURSOR = 400
_CUT_NOTE = "The answer was cut to fit; continue with the cursor, or ask for less."
_CUT_RECORD_NOTE = "`{member}` was cut to fit; `{counter}` counts what is left out."


def answer(
    tool: Tool, arguments: Mapping[str, Any], result: ListPage[Any] | Item[Any], account: str = ""
) -> dict[str, Any]:
    """The structured result of a successful call, never above the token bound in both halves together. A
    cursor in it is good for this account."""
    if isinstance(result, Item):
        return _record_answer(tool, result)
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


def _rows_answer(
    tool: Tool, arguments: Mapping[str, Any], rows: ListPage[Any], account: str
) -> dict[str, Any]:
    fitting = _fitting(
        rows.items, {"notes": [*rows.notes, _CUT_NOTE], "failed": rows.failed[:MOST_FAILED]}, "items"
    )
    cut = fitting < len(rows.items)
    shown: dict[str, Any] = {"items": list(rows.items[:fitting]), "returned": fitting}
    if rows.total is not None:
        shown["total"] = rows.total
    step = rows.steps[fitting - 1] if fitting else rows.beyond
    if step and (cut or rows.more):
        filters = {name: value for name, value in arguments.items() if name not in ("cursor", "limit")}
        shown["next_cursor"] = Cursor(tool.name, filters, step).encode(account)
    shown["truncated"] = cut
    if notes := [*rows.notes, *([_CUT_NOTE] if cut else [])]:
        shown["notes"] = notes
    if rows.failed:
        shown["failed"] = list(rows.failed[:MOST_FAILED])
    if (unnamed := len(rows.failed) - MOST_FAILED) > 0:
        shown["more"] = {"failed": unnamed}
    return shown


def _record_answer(tool: Tool, record: Item[Any]) -> dict[str, Any]:
    shown = dict(record.data)
    left = Counter(cast("Mapping[str, int]", shown.pop("more", {})))
    for name, most in {"failed": MOST_FAILED, **record.most}.items():
        left[name] += _cut(shown, name, most, record)
    _cut_long(shown, left, record)
    if record.counter and record.long:
        shown[record.counter] = shown.get(record.counter, 0) + left.pop(record.long, 0)
    _cut_spare(tool, shown, left, record)
    return _counted(shown, left, record.elsewhere)


def _counted(
    shown: Mapping[str, Any], left: Mapping[str, int], elsewhere: Mapping[str, str]
) -> dict[str, Any]:
    """The answer with what it lacks, and which tools tell that."""
    counts = {name: count for name, count in left.items() if count}
    if not counts:
        return dict(shown)
    tools = dict.fromkeys(tool for name, tool in elsewhere.items() if name in counts)
    notes = [*shown.get("notes", []), *([f"more: {', '.join(tools)}"] if tools else [])]
    return {**shown, **({"notes": notes} if notes else {}), "more": counts}


def _cut_long(shown: dict[str, Any], left: Counter[str], record: Item[Any]) -> None:
    """Cut the long list to what an answer may hold."""
    long = record.long
    if not long or not shown.get(long):
        return
    rows = shown[long] if record.keep == "first" else shown[long][::-1]
    if cut := _cut(shown, long, _fitting(rows, shown, long), record):
        left[long] += cut
        shown["truncated"] = True
        note = _CUT_RECORD_NOTE.format(member=long, counter=record.counter or "more")
        shown["notes"] = [*shown.get("notes", []), note]


def _cut_spare(tool: Tool, shown: dict[str, Any], left: Counter[str], record: Item[Any]) -> None:
    """Cut the lists that can be spared, one after the other, until each half has its room."""
    room = record.room
    for name in record.spare if room else ():
        rows: Sequence[Any] = shown.get(name) or []

        def too_long(count: int, name: str = name, rows: Sequence[Any] = rows) -> bool:
            counts = {**left, name: left[name] + len(rows) - count}
            shape = _counted({**shown, name: rows[:count]}, counts, record.elsewhere)
            return max(tokens(to_json(shape)), tokens((tool.text or render)(shape))) > (room or 0)

        fitting = bisect_left(range(len(rows)), True, key=lambda count: too_long(count + 1))
        left[name] += len(rows) - fitting
        shown[name] = rows[:fitting]
        if rows and not fitting:
            del shown[name]


def _cut(shown: dict[str, Any], name: str, most: int, record: Item[Any]) -> int:
    """Leave at most so many rows of a list; how many went."""
    rows: Sequence[Any] = shown.get(name) or []
    left = max(len(rows) - most, 0)
    if left:
        from_end = name == record.long and record.keep == "last"
        shown[name] = list(rows[left:] if from_end else rows[:most])
    return left


def _fitting(rows: Sequence[Mapping[str, Any]], shape: Mapping[str, Any], name: str) -> int:
    """How many of its rows a list can have in this shape, in both halves together, at least one. A count of
    tokens may be a tenth too low, hence the smaller room."""
    spent = _CURSOR + _cost({**shape, name: []})
    text = to_json(rows) if weight(rows, TOO_LONG) <= TOO_LONG else None
    # A line of a table is no longer than its row in JSON, and no character costs more than the dearest.
    if text is not None and spent + 2 * len(text) * (1.1 if text.isascii() else _DEAREST) <= ROOM:
        return len(rows)
    costs = accumulate(map(_row_cost, rows))
    fitting = max(sum(1 for _ in takewhile(lambda cost: spent + cost <= ROOM, costs)), 1)
    while fitting > 1 and (over := _CURSOR + _cost({**shape, name: rows[:fitting]}) - ROOM) > 0:
        fitting -= max(over * fitting // ROOM, 1)
    return max(fitting, 1)


def _row_cost(row: Mapping[str, Any]) -> int:
    """What a row costs; one that is far too long is not counted."""
    return ROOM if weight(row, TOO_LONG) > TOO_LONG else tokens(to_json(row)) + tokens(table([row])[1])


def _cost(shape: Mapping[str, Any]) -> int:
    if (size := weight(shape)) > TOO_LONG:
        return size // 8
    return tokens(to_json(shape)) + tokens(render(shape))
