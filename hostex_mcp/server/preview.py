"""Previews of writes: as data for a model, and as text for the person who is asked."""

import re
from collections.abc import Mapping
from typing import Any, cast

from hostex_mcp.domain.guest_text import Fence, tidy
from hostex_mcp.server.render import table, to_json
from hostex_mcp.tools.results import Change, Preview
from hostex_mcp.tools.tool import Tool

_SHORT = 80
_FENCED = re.compile(r"(?s)<(guest-[0-9a-f]{6})>.*</\1>")
_FENCE = re.compile(r"</?guest-[0-9a-f]{6}>")


def preview_of(tool: Tool, arguments: Mapping[str, Any], change: Change[Any]) -> dict[str, Any]:
    """The preview of a change, without empty members."""
    preview = change.preview or Preview(tool.title, changes=_changes(arguments, change))
    fence = Fence()
    shown = {
        "summary": presentable(preview.summary),
        "target": {name: presentable(value) for name, value in preview.target.items()},
        "changes": [_change(one, fence) for one in preview.changes],
        "warnings": [tidy(warning) for warning in preview.warnings],
    }
    return {name: value for name, value in shown.items() if value}


def presentable(value: Any) -> Any:
    """A value of a preview or result without hidden characters, each text bounded and, unless it is fenced
    already, on one line."""
    match value:
        case str():
            return tidy(value) if _FENCED.fullmatch(value) else " ".join(tidy(value).split())
        case Mapping():
            members = cast("Mapping[str, Any]", value)
            return {name: presentable(member) for name, member in members.items()}
        case list() | tuple():
            return [presentable(member) for member in cast("list[Any]", value)]
        case _:
            return value


def _change(change: Mapping[str, Any], fence: Fence) -> dict[str, Any]:
    """One change. Longer text that was there before may be anybody's and is fenced; what is to come is the
    caller's own and stays as it is."""
    return {name: _before(value, fence) if name == "before" else value for name, value in change.items()}


def _before(value: Any, fence: Fence) -> Any:
    long = isinstance(value, str) and ("\n" in value or len(value) > _SHORT)
    return fence.mark(value) if long and not _FENCED.fullmatch(value) else presentable(value)


def question(tool: Tool, preview: Mapping[str, Any]) -> str:
    """The preview as a question to a person, outsiders' text between quotation marks."""
    lines = [f"{preview['summary']} ({tool.title})"]
    lines += [f"{name}: {_plain(value)}" for name, value in preview.get("target", {}).items()]
    lines += table(preview.get("changes", []))
    lines += [f"Warning: {warning}" for warning in preview.get("warnings", [])]
    return _FENCE.sub('"', "\n".join([*lines, "Shall this be done?"]))


def _changes(arguments: Mapping[str, Any], change: Change[Any]) -> list[dict[str, Any]]:
    before: Mapping[str, Any] = change.undo.arguments if change.undo else {}
    return [
        {"what": name, **({"before": before[name]} if name in before else {}), "after": value}
        for name, value in arguments.items()
        if value is not None and before.get(name) != value
    ]


def _plain(value: object) -> str:
    return value if isinstance(value, str) else to_json(value)
