"""The last bound on an answer: whatever Hostex sends, both halves together stay below it. Texts in it are
shortened first, then lists; what is missing is said at its place."""

import re
from collections.abc import Callable, Mapping
from itertools import islice
from math import inf
from typing import Any, TypeVar, cast

import anyio
from anyio.lowlevel import checkpoint
from anyio.to_thread import run_sync

from hostex_mcp.domain.size import tokens
from hostex_mcp.server.quoting import Quoted
from hostex_mcp.server.render import render, to_json
from hostex_mcp.toolkit.results import TOKEN

TOKEN_BOUND = 20_000
ROOM = TOKEN_BOUND * 9 // 10
HALVES = 25_000
"""Where a tool has a text of its own each half has its room."""
MOST_ROWS = 100_000

TOO_LONG = ROOM * 5  # characters
_LONG = 20_000
# One at a time, as the loop waits for each of them in turn.
_APART = anyio.CapacityLimiter(1)
_STEPS = ((10_000, MOST_ROWS), (2_000, 1_000), (500, 200), (200, 50), (100, 20), (60, 5), (40, 2))
_MADE_HERE = frozenset(("next_cursor", TOKEN, "undo", "receipt", "returned", "truncated"))
_SHORTENED = "This answer was too long: texts in it were shortened, and each says how much it lacks."
_LISTS_CUT = "Lists or objects in it were cut too: {lost}. Ask for less at once to see all."
_CHANGES, _PREVIEW = "changes", "preview"
_MOST_AFTER, _MOST_CHANGES = 200, 20
_ABRIDGED = (
    "What will be written is shortened in `changes`, which says by how much. The text of this answer has all "
    "of it, and so have the arguments of the call: show the user all of it."
)
_MORE_CHANGES = "`changes` lacks {} more, which are in the text."
_NOTES, _MEMBERS, _KEY = 10, 40, 100

_OPEN = re.compile(r"<(guest-[0-9a-f]{6})>")
_SHORTER = re.compile(r"… \((\d{1,12}) characters more\)$")
ResultT = TypeVar("ResultT")

_HALF_A_MARK = re.compile(r"</?[a-z0-9-]{0,13}$")


class PreviewTooLong(Exception):
    """A preview whose text alone cannot hold all that will be written."""


def within(shape: dict[str, Any], text: Callable[[Mapping[str, Any]], str]) -> tuple[dict[str, Any], str]:
    """An answer and its text, both as they are where they fit, else with as much as does. What will be
    written is whole in the text at least.

    Raises:
        PreviewTooLong: it cannot be.
    """
    if (fitting := _fitting(shape, text)) is not None:
        return shape, fitting
    cut = shape
    for characters, rows in _STEPS:
        cut = _cut(shape, characters, rows)
        if (fitting := _fitting(cut, text)) is not None:
            return cut, fitting
    return _abridged(cut, text) if _PREVIEW in shape else (cut, text(cut))


def _cut(shape: Mapping[str, Any], characters: int, rows: int) -> dict[str, Any]:
    """An answer with shorter texts and lists, which says what it lacks."""
    lost: dict[str, int] = {}
    members = {name: value for name, value in shape.items() if name != "notes"}
    cut = cast("dict[str, Any]", shortened(members, characters, rows, lost))
    counts = ", ".join(f"{name} lacks {count}" for name, count in islice(lost.items(), _NOTES))
    said = [*shape.get("notes", []), _SHORTENED, *([_LISTS_CUT.format(lost=counts)] if lost else [])]
    return {**cut, "notes": shortened(said, characters, max(rows, _NOTES), {})}


def _abridged(shape: dict[str, Any], text: Callable[[Mapping[str, Any]], str]) -> tuple[dict[str, Any], str]:
    """A preview that has all that will be written in its text only."""
    preview = shape[_PREVIEW]
    changes: list[dict[str, Any]] = preview.get(_CHANGES, [])
    rows = [_abstract(row) for row in changes[:_MOST_CHANGES]]
    more = len(changes) - len(rows)
    said = [_ABRIDGED, *([_MORE_CHANGES.format(more)] if more else [])]
    shape = {**shape, "notes": [*shape["notes"], *said]}
    data = {**shape, _PREVIEW: {**preview, _CHANGES: rows}}
    whole = text(shape) if weight(shape) <= TOO_LONG else None
    if whole is None or tokens(to_json(data)) + tokens(whole) > TOKEN_BOUND * 19 // 20:
        raise PreviewTooLong
    return data, whole


def _abstract(change: Mapping[str, Any]) -> dict[str, Any]:
    """A change with the beginning of each text in it."""
    return {name: shortened(value, _MOST_AFTER, MOST_ROWS, {}) for name, value in change.items()}


def shortened(value: Any, characters: int, rows: int, lost: dict[str, int], name: str = "") -> Any:
    """A value with no text of more characters and no list of more rows in it; `lost` counts the rows. What
    will be written stays whole."""
    match value:
        case Quoted():
            inside = shortened_text(value.inner, characters)
            return value if inside is value.inner else Quoted(shortened_text(value, characters), inside)
        case str():
            return shortened_text(value, characters)
        case Mapping():
            members = cast("Mapping[str, Any]", value)
            _count(lost, name, len(members) - max(rows, _MEMBERS))
            return {
                shortened_text(key, _KEY): member
                if _is_ours(name, key)
                else shortened(member, characters, rows, lost, key[:_KEY])
                for key, member in islice(members.items(), max(rows, _MEMBERS))
            }
        case list() | tuple():
            several = cast("list[Any]", value)
            rows = len(several) if name == _CHANGES else rows
            _count(lost, name, len(several) - rows)
            return [shortened(member, characters, rows, lost, name) for member in several[:rows]]
        case _:
            return value


def shortened_text(text: str, most: int) -> str:
    """A text of about so many characters, its boundary whole; how many it lacks is said behind it."""
    if len(text) <= most + 40:
        return text
    kept, before = _HALF_A_MARK.sub("", text[:most]), text[-60:]
    label = _OPEN.match(text)
    closing = f"</{label[1]}>" if label and text.endswith(f"</{label[1]}>") else ""
    earlier = _SHORTER.search(before.removesuffix(closing))
    over = len(text) - len(kept) - len(closing)
    over += int(earlier[1]) - len(earlier[0]) if earlier else 0
    return f"{kept}{closing}… ({over} characters more)"


def _is_ours(name: str, key: str) -> bool:
    """Whether a member is made here, or is what a person agrees to."""
    return key in _MADE_HERE or (name == _CHANGES and key == "after")


def _count(lost: dict[str, int], name: str, count: int) -> None:
    if count > 0:
        lost[name or "the answer"] = lost.get(name, 0) + count


def _fitting(shape: Mapping[str, Any], text: Callable[[Mapping[str, Any]], str]) -> str | None:
    """The text of an answer that fits. What is far too long is not counted, as that would take long."""
    if weight(shape, TOO_LONG) > TOO_LONG:
        return None
    shown = text(shape)
    data = to_json(shape)
    most = ROOM + TOKEN_BOUND // 20 if text is render else HALVES
    fits = len(data) + len(shown) <= TOO_LONG and tokens(data) + tokens(shown) <= most
    return shown if fits else None


def weight(value: Any, most: float = inf) -> int:
    """About how many characters a value has; of one with more than `most`, no more than that is counted."""
    size, inside = 0, [value]
    while inside and size <= most:
        part = inside.pop()
        if isinstance(part, str):
            size += len(part) + 2
        elif isinstance(part, Mapping):
            members = cast("Mapping[str, Any]", part)
            size += sum(len(key) + 4 for key in members)
            inside += members.values()
        elif isinstance(part, list | tuple):
            inside += cast("list[Any]", part)
        else:
            size += 4
    return size


async def apart(value: Any, work: Callable[..., ResultT], *arguments: Any) -> ResultT:
    """The result of work on a value, in a piece of its own. On a long one it is done in a thread: there it
    takes many steps, and lets the event loop go on after a few milliseconds of them."""
    await checkpoint()
    if weight(value, _LONG) <= _LONG:
        return work(*arguments)
    return await run_sync(work, *arguments, limiter=_APART)
