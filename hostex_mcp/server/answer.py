"""The final shape of a result: envelope, cursor and a bound on its size. Lists are cut here, and what they
lack is counted after the last cut."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, islice, takewhile
from typing import Any, cast

from hostex_mcp.api import weight
from hostex_mcp.domain.guest_text import is_clean, one_line
from hostex_mcp.domain.size import DEAREST, tokens
from hostex_mcp.server.quoting import Quoted
from hostex_mcp.server.render import render, table, to_json
from hostex_mcp.toolkit.cursor import Cursor
from hostex_mcp.toolkit.results import MOST_FAILED, TOKEN, Item, ListPage, Undo
from hostex_mcp.toolkit.tool import Tool

_Text = Callable[[Mapping[str, Any]], str]

_CURSOR = 400
_CUT_NOTE = "The answer was cut to fit; continue with the cursor, or ask for less."
_CUT_RECORD_NOTE = "`{member}` was cut to fit; `{counter}` counts what is left out."


TOKEN_BOUND = 20_000


ROOM = TOKEN_BOUND * 9 // 10


HALVES = 25_000
"""Where a tool has a text of its own each half has its room."""


MOST_ROWS = 100_000


TOO_LONG = ROOM * 5  # characters


# Characters of a text and rows of a list, in the order in which they are tried.
_STEPS = ((10_000, MOST_ROWS), (2_000, 1_000), (500, 200), (200, 50), (100, 20), (60, 5), (40, 2))


_MADE_HERE = frozenset(("next_cursor", TOKEN, "undo", "receipt", "returned", "truncated"))


_SHORTENED = "This answer was too long, so texts in it were shortened; each says how much is missing."


_LISTS_CUT = "Lists or objects in it were cut too: {lost}. Ask for less at once to see all."


_CHANGES, _PREVIEW = "changes", "preview"


_MOST_AFTER, _MOST_CHANGES = 200, 20


_ABRIDGED = (
    "What will be written is shortened in `changes`, which says by how much. The text of this answer and the "
    "arguments of the call have all of it: show the user all of it."
)


_MORE_CHANGES = "{} more changes are in the text only."


_CODES = frozenset(
    (
        *("stay_code", "stay_codes", "reservation_code", "conversation_id", "channel_id"),
        *("channel_type", "channels", "type", "status"),
    )
)


_NOTES, _MEMBERS, _KEY = 10, 40, 100


_OPEN = re.compile(r"<(guest-[0-9a-f]{6})>")


_SHORTER = re.compile(r"… \((\d{1,12}) characters more\)$")


# A cut may fall into the mark that ends an outsider's text.
_HALF_A_MARK = re.compile(r"</?[a-z0-9-]{0,13}$")


# Most members are one of these, and to ask whether they are mappings takes long.
_NUMBERS = frozenset((int, float, bool, type(None)))


def answer(
    tool: Tool, arguments: Mapping[str, Any], result: ListPage[Any] | Item[Any], account: str = ""
) -> dict[str, Any]:
    """Return the structured result of a successful call, never above the token bound in both halves together.
    A cursor in it is good for this account."""
    if isinstance(result, Item):
        return _record_answer(tool, replace(result, data=_with_plain_codes(result.data)))
    items = cast("list[Any]", _with_plain_codes(result.items))
    return _rows_answer(tool, arguments, replace(result, items=items), account)


def _with_plain_codes(value: Any, name: str = "") -> Any:
    """Return what a tool made with its codes and kinds each on one line and without anything invisible:
    Hostex hands on what channels call them."""
    if type(value) in _NUMBERS:
        return value
    match value:
        case str():
            return one_line(value) if name in _CODES and not is_clean(value) else value
        case Mapping():
            members = cast("Mapping[str, Any]", value)
            return {key: _with_plain_codes(member, key) for key, member in members.items()}
        case list() | tuple():
            return [_with_plain_codes(member, name) for member in cast("list[Any]", value)]
        case _:
            return value


def done_result(
    result: Mapping[str, Any], undo: Undo | None, receipt: Mapping[str, Any], notes: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the structured result of a write that took effect."""
    outcome: dict[str, Any] = {"status": "done", "result": result, "undo": None, "receipt": receipt}
    remarks = [*notes, *([undo.missing] if undo and undo.missing else [])]
    if undo and not undo.missing:
        outcome["undo"] = {"tool": undo.tool, "arguments": undo.arguments}
        outcome["undo"] |= {"restores": undo.restores} if undo.restores else {}
    return {**outcome, "notes": remarks} if remarks else outcome


def unchanged_result(already: str) -> dict[str, Any]:
    """Return the structured result of a write that would change nothing, so that nothing was sent."""
    return {"status": "unchanged", "notes": [f"{already} Nothing was sent."]}


def _rows_answer(
    tool: Tool, arguments: Mapping[str, Any], rows: ListPage[Any], account: str
) -> dict[str, Any]:
    fitting = _rows_fitting(tool, rows)
    cut = fitting < len(rows.items)
    result: dict[str, Any] = {"items": list(rows.items[:fitting]), "returned": fitting}
    if rows.total is not None:
        result["total"] = rows.total
    step = rows.steps[fitting - 1] if fitting else rows.beyond
    if step and (cut or rows.more):
        filters = {name: value for name, value in arguments.items() if name not in ("cursor", "limit")}
        result["next_cursor"] = Cursor(tool.name, filters, step).encode(account)
    result["truncated"] = cut
    if notes := [*rows.notes, *([_CUT_NOTE] if cut else [])]:
        result["notes"] = notes
    if rows.failed:
        result["failed"] = list(rows.failed[:MOST_FAILED])
    if (unnamed := len(rows.failed) - MOST_FAILED) > 0:
        result["more"] = {"failed": unnamed}
    return result


def _rows_fitting(tool: Tool, rows: ListPage[Any]) -> int:
    if rows.whole:
        return len(rows.items)
    around = {
        "returned": len(rows.items),
        "notes": [*rows.notes, _CUT_NOTE],
        "failed": rows.failed[:MOST_FAILED],
    }
    return _count_fitting(rows.items, around, "items", tool.text or render)


def _record_answer(tool: Tool, record: Item[Any]) -> dict[str, Any]:
    result = dict(record.data)
    lacking = Counter(cast("Mapping[str, int]", result.pop("more", {})))
    for name, most in {"failed": MOST_FAILED, **record.most}.items():
        lacking[name] += _limit_rows(result, name, most, record)
    _cut_long(result, lacking, record)
    if record.counter and record.long:
        result[record.counter] = result.get(record.counter, 0) + lacking.pop(record.long, 0)
    _cut_spare(tool, result, lacking, record)
    return _with_counts(result, lacking, record.elsewhere)


def _with_counts(
    result: Mapping[str, Any], lacking: Mapping[str, int], elsewhere: Mapping[str, str]
) -> dict[str, Any]:
    """Return the answer with the counts of what it lacks, and with the tools that show it."""
    counts = {name: count for name, count in lacking.items() if count}
    if not counts:
        return dict(result)
    tools = dict.fromkeys(tool for name, tool in elsewhere.items() if name in counts)
    notes = [*result.get("notes", []), *([f"more: {', '.join(tools)}"] if tools else [])]
    return {**result, **({"notes": notes} if notes else {}), "more": counts}


def _cut_long(result: dict[str, Any], lacking: Counter[str], record: Item[Any]) -> None:
    """Cut the long list to what an answer may hold."""
    long = record.long
    if not long or not result.get(long):
        return
    rows = result[long] if record.keep == "first" else result[long][::-1]
    if cut := _limit_rows(result, long, _count_fitting(rows, result, long), record):
        lacking[long] += cut
        result["truncated"] = True
        note = _CUT_RECORD_NOTE.format(member=long, counter=record.counter or "more")
        result["notes"] = [*result.get("notes", []), note]


def _cut_spare(tool: Tool, result: dict[str, Any], lacking: Counter[str], record: Item[Any]) -> None:
    """Cut the dispensable lists, one after the other, until each half has its room."""
    room = record.room
    for name in record.spare if room else ():
        rows: Sequence[Any] = result.get(name) or []

        def too_long(count: int, name: str = name, rows: Sequence[Any] = rows) -> bool:
            counts = {**lacking, name: lacking[name] + len(rows) - count}
            shape = _with_counts({**result, name: rows[:count]}, counts, record.elsewhere)
            return max(tokens(to_json(shape)), tokens((tool.text or render)(shape))) > (room or 0)

        fitting = bisect_left(range(len(rows)), True, key=lambda count: too_long(count + 1))
        lacking[name] += len(rows) - fitting
        result[name] = rows[:fitting]
        if rows and not fitting:
            del result[name]


def _limit_rows(result: dict[str, Any], name: str, most: int, record: Item[Any]) -> int:
    """Cut a list to at most so many rows, and return how many were cut."""
    rows: Sequence[Any] = result.get(name) or []
    surplus = max(len(rows) - most, 0)
    if surplus:
        from_end = name == record.long and record.keep == "last"
        result[name] = list(rows[surplus:] if from_end else rows[:most])
    return surplus


def _count_fitting(
    rows: Sequence[Mapping[str, Any]], shape: Mapping[str, Any], name: str, write: _Text = render
) -> int:
    """Return how many of its rows a list can have in this shape, in both halves together, at least one;
    `write` makes the text half."""
    # A count of tokens may be a tenth too low, hence ROOM, which is smaller than the bound.
    spent = _CURSOR + _cost({**shape, name: []}, write)
    whole = {**shape, name: rows}
    if weight(whole, TOO_LONG) <= TOO_LONG:
        text = to_json(rows)
        # A line of a table is no longer than its row in JSON.
        most = spent + 2 * _most_tokens(text)
        if most <= ROOM or _CURSOR + _cost(whole, write) <= ROOM:
            return len(rows)
    costs = accumulate(map(_row_cost, rows))
    fitting = max(sum(1 for _ in takewhile(lambda cost: spent + cost <= ROOM, costs)), 1)
    while fitting > 1 and (excess := _CURSOR + _cost({**shape, name: rows[:fitting]}, write) - ROOM) > 0:
        # In proportion, as rows are about equally long: a few rounds are enough.
        fitting -= max(excess * fitting // ROOM, 1)
    return max(fitting, 1)


def _most_tokens(text: str) -> float:
    """Return what a text costs at most, found in no time: no character costs more than the dearest."""
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return 1.1 * len(text) + (DEAREST - 1.1) * beyond


def _row_cost(row: Mapping[str, Any]) -> int:
    return ROOM if weight(row, TOO_LONG) > TOO_LONG else tokens(to_json(row)) + tokens(table([row])[1])


def _cost(shape: Mapping[str, Any], write: _Text) -> int:
    if (size := weight(shape)) > TOO_LONG:
        return size // 8
    return tokens(to_json(shape)) + tokens(write(shape))


class PreviewTooLong(Exception):
    """A preview whose text alone cannot hold all that will be written."""


def fit(shape: dict[str, Any], text: Callable[[Mapping[str, Any]], str]) -> tuple[dict[str, Any], str]:
    """Return an answer and its text, unchanged where they fit, else with as much as fits. At least the text
    shows all that will be written.

    Raises:
        PreviewTooLong: it cannot be.
    """
    if (fitting := _fitting_text(shape, text)) is not None:
        return shape, fitting
    cut = shape
    for characters, rows in _STEPS:
        cut = _cut_down(shape, characters, rows)
        if (fitting := _fitting_text(cut, text)) is not None:
            return cut, fitting
    return _abridge(cut, text) if _PREVIEW in shape else (cut, text(cut))


def require_shown(preview: Mapping[str, Any], beside: Mapping[str, Any]) -> None:
    """Check that an answer can have all of a preview that stands beside something else.

    Raises:
        PreviewTooLong: it cannot.
    """
    fit({_PREVIEW: preview, **beside}, render)


def _cut_down(shape: Mapping[str, Any], characters: int, rows: int) -> dict[str, Any]:
    """Return an answer with shorter texts and lists, which says what it lacks."""
    missing: dict[str, int] = {}
    members = {name: value for name, value in shape.items() if name != "notes"}
    cut = cast("dict[str, Any]", shorten(members, characters, rows, missing))
    counts = ", ".join(f"{name} lacks {count}" for name, count in islice(missing.items(), _NOTES))
    notes = [*shape.get("notes", []), _SHORTENED, *([_LISTS_CUT.format(lost=counts)] if missing else [])]
    return {**cut, "notes": shorten(notes, characters, max(rows, _NOTES), {})}


def _abridge(shape: dict[str, Any], text: Callable[[Mapping[str, Any]], str]) -> tuple[dict[str, Any], str]:
    """Return a preview that has all that will be written in its text only."""
    preview = shape[_PREVIEW]
    changes: list[dict[str, Any]] = preview.get(_CHANGES, [])
    rows = [_abstract(row) for row in changes[:_MOST_CHANGES]]
    hidden = len(changes) - len(rows)
    remarks = [_ABRIDGED, *([_MORE_CHANGES.format(hidden)] if hidden else [])]
    shape = {**shape, "notes": [*shape["notes"], *remarks]}
    data = {**shape, _PREVIEW: {**preview, _CHANGES: rows}}
    full_text = text(shape) if weight(shape) <= TOO_LONG else None
    if full_text is None or tokens(to_json(data)) + tokens(full_text) > TOKEN_BOUND * 19 // 20:
        raise PreviewTooLong
    return data, full_text


def _abstract(change: Mapping[str, Any]) -> dict[str, Any]:
    return {name: shorten(value, _MOST_AFTER, MOST_ROWS, {}) for name, value in change.items()}


def shorten(value: Any, characters: int, rows: int, missing: dict[str, int], name: str = "") -> Any:
    """Return a value with no text of more characters and no list of more rows in it; `lost` counts the rows.
    What will be written stays complete."""
    match value:
        case Quoted():
            inner = shorten_text(value.inner, characters)
            return value if inner is value.inner else Quoted(shorten_text(value, characters), inner)
        case str():
            return shorten_text(value, characters)
        case Mapping():
            members = cast("Mapping[str, Any]", value)
            _count(missing, name, len(members) - max(rows, _MEMBERS))
            return {
                shorten_text(key, _KEY): member
                if _is_ours(name, key)
                else shorten(member, characters, rows, missing, key[:_KEY])
                for key, member in islice(members.items(), max(rows, _MEMBERS))
            }
        case list() | tuple():
            several = cast("list[Any]", value)
            rows = len(several) if name == _CHANGES else rows
            _count(missing, name, len(several) - rows)
            return [shorten(member, characters, rows, missing, name) for member in several[:rows]]
        case _:
            return value


def shorten_text(text: str, most: int) -> str:
    """Return a text of about so many characters, its boundary complete, followed by how many it lacks."""
    if len(text) <= most + 40:
        return text
    start, end = _HALF_A_MARK.sub("", text[:most]), text[-60:]
    label = _OPEN.match(text)
    closing = f"</{label[1]}>" if label and text.endswith(f"</{label[1]}>") else ""
    # A text that was shortened before counts what it lacked then as well.
    earlier = _SHORTER.search(end.removesuffix(closing))
    count = len(text) - len(start) - len(closing)
    count += int(earlier[1]) - len(earlier[0]) if earlier else 0
    return f"{start}{closing}… ({count} characters more)"


def _is_ours(name: str, key: str) -> bool:
    """Whether a member is made here, or is what a person agrees to."""
    return key in _MADE_HERE or (name == _CHANGES and key == "after")


def _count(missing: dict[str, int], name: str, count: int) -> None:
    if count > 0:
        missing[name or "the answer"] = missing.get(name, 0) + count


def _fitting_text(shape: Mapping[str, Any], text: Callable[[Mapping[str, Any]], str]) -> str | None:
    """Return the text of an answer if it fits."""
    # What is far too long is not counted: that alone would take seconds.
    if weight(shape, TOO_LONG) > TOO_LONG:
        return None
    rendered = text(shape)
    data = to_json(shape)
    most = ROOM + TOKEN_BOUND // 20 if text is render else HALVES
    if len(data) + len(rendered) > TOO_LONG:
        return None
    fits = _most_tokens(data) + _most_tokens(rendered) <= most or tokens(data) + tokens(rendered) <= most
    return rendered if fits else None
