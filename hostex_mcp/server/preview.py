"""Previews of writes: as data for a model, and as text for the person who is asked."""

import re
from collections.abc import Mapping
from typing import Any

from hostex_mcp.server.render import table, to_json
from hostex_mcp.tools.results import Change, Preview
from hostex_mcp.tools.tool import Tool

_FENCE = re.compile(r"</?guest-[0-9a-f]{6}>")


def preview_of(tool: Tool, arguments: Mapping[str, Any], change: Change[Any]) -> dict[str, Any]:
    """The preview of a change, without empty members."""
    preview = change.preview or Preview(tool.title, changes=_changes(arguments, change))
    shown = {
        "summary": preview.summary,
        "target": dict(preview.target),
        "changes": [dict(one) for one in preview.changes],
        "warnings": list(preview.warnings),
    }
    return {name: value for name, value in shown.items() if value}


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
