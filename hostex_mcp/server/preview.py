"""Previews of writes: as data for a model, and as text for the person who is asked.

What will be written is shown whole; only what was there before may be cut, saying by how much.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, cast

from hostex_mcp.domain.guest_text import MOST_CHARACTERS, Fence, bounded, inner, visible
from hostex_mcp.server.answer import MOST_ROWS, shorten
from hostex_mcp.server.presenting import present
from hostex_mcp.server.quoting import Quoted, named_lines, row_lines, sentence
from hostex_mcp.server.render import to_json
from hostex_mcp.toolkit.results import PlannedWrite, Preview
from hostex_mcp.toolkit.tool import Tool

_NAMING = ("_id", "_code")
_SHORT = 80
_FAR_MORE = 5_000


def preview_of(tool: Tool, arguments: Mapping[str, Any], change: PlannedWrite[Any]) -> dict[str, Any]:
    """Return the preview of a change, without empty members."""
    preview = preview_in(tool, arguments, change)
    fence = Fence(spell=visible)
    most = _FAR_MORE + 2 * len(to_json(arguments))
    members = {
        "summary": bounded(sentence(preview.summary)),
        "target": {
            name: _each(_at_most(value, most), partial(_about, fence))
            for name, value in preview.target.items()
        },
        "changes": [_change(_at_most(row, most), fence) for row in preview.changes],
        "warnings": [bounded(sentence(warning)) for warning in preview.warnings],
    }
    return {name: value for name, value in members.items() if value}


def preview_in(tool: Tool, arguments: Mapping[str, Any], change: PlannedWrite[Any]) -> Preview:
    """Return the preview that a change brings, else its arguments beside the old values of its undo, and as
    its target the ids and codes that are the same in its undo."""
    if change.preview:
        return change.preview
    old = _undone(tool, change)
    target = {
        name: value
        for name, value in arguments.items()
        if (name == "id" or name.endswith(_NAMING)) and old.get(name) == value
    }
    return Preview(tool.title, target, _changes(arguments, old))


def question(preview: Mapping[str, Any]) -> str:
    """Return the preview as a question to a person. Each value is on the line of its name or a block whose
    lines all begin with a mark, so that nothing in it can look like a line of the question."""
    words = present(preview)
    lines = [str(preview["summary"])]
    # What will be written comes first: some clients show three lines, and how many more there are.
    for row in words["changes"]:
        lines += row_lines(row)
    for name, value in words["target"].items():
        lines += named_lines(name, value)
    lines += [f"Warning: {warning}" for warning in preview.get("warnings", [])]
    return "\n".join([*lines, "Make this change?"])


def _change(row: Mapping[str, Any], fence: Fence) -> dict[str, Any]:
    """Return one change. Longer text that was there before may be anybody's and is fenced; what is to come is
    the caller's own and shown in full, invisible characters included."""

    spell = {"before": partial(_before, fence), "what": sentence}
    return {name: _each(value, spell.get(name, visible)) for name, value in row.items()}


def _at_most(value: Any, most: int) -> Any:
    """Return a value without texts so long that only Hostex can have sent them."""
    return shorten(value, most, MOST_ROWS, {})


def _each(value: Any, spell: Callable[[str], str]) -> Any:
    """Return a value with each text in it in another spelling."""
    match value:
        case Quoted():
            return value
        case str():
            return spell(value)
        case Mapping():
            members = cast("Mapping[str, Any]", value)
            return _told_apart((sentence(name), _each(member, spell)) for name, member in members.items())
        case list() | tuple():
            return [_each(member, spell) for member in cast("list[Any]", value)]
        case _:
            return value


def _told_apart(members: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return members by name; of several that are spelled alike each is there."""
    told: dict[str, Any] = {}
    for name, member in members:
        alike = sum(other == name or other.startswith(f"{name} (no. ") for other in told)
        told[f"{name} (no. {alike + 1})" if alike else name] = member
    return told


def _before(fence: Fence, text: str) -> str:
    return _read(fence, text, long="\n" in text or len(text) > _SHORT, most=MOST_CHARACTERS)


def _about(fence: Fence, text: str) -> str:
    """Spell a text of the target, which may be part of what is written: nothing of it is cut."""
    return _read(fence, text, long="\n" in text, most=None)


def _read(fence: Fence, text: str, long: bool, most: int | None) -> str:
    """Fence a text that was read, if it is long or was fenced before."""
    marked = text if inner(text) is not None else fence.mark(text, most) if long else ""
    content = inner(marked)
    return visible(text) if content is None else Quoted(marked, content)


def _undone(tool: Tool, change: PlannedWrite[Any]) -> Mapping[str, Any]:
    """Return the arguments with which the same tool restores the present values."""
    return change.undo.arguments if change.undo and change.undo.tool == tool.name else {}


def _changes(arguments: Mapping[str, Any], old: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"what": name, **({"before": old[name]} if name in old else {}), "after": value}
        for name, value in _after(arguments).items()
        if value is not None and old.get(name) != value
    ]


def _after(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the arguments set, and each thing that they clear."""
    set_to = {name: value for name, value in arguments.items() if name != "clear"}
    return {**set_to, **dict.fromkeys(arguments.get("clear") or (), "not set")}
