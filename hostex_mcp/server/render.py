"""The text half of a result: complete, compact, and safe against text that imitates structure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pydantic_core

Shape = Mapping[str, Any]

_ROWS_WORTH_SHORTENING = 5
# What JSON leaves as it is though it ends a line.
_LINE_ENDS = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}


def to_json(value: object) -> str:
    """Return compact JSON on one line, every script readable."""
    try:
        text = pydantic_core.to_json(value).decode()
    except ValueError:
        # Half an emoji is no UTF-8, which pydantic insists on.
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Hardly any text has one, and a search for each takes a fraction of the time.
    if text.isascii() or not any(end in text for end in "\x85\u2028\u2029"):
        return text
    return text.translate(_LINE_ENDS)


def render(structured: Shape) -> str:
    """Render a structured result as text: lists of objects become tables, everything else `name: value`
    lines. What all rows of a longer table have in common is said once, above it."""
    head = {name: value for name, value in structured.items() if not _is_table(value)}
    tables = {name: value for name, value in structured.items() if _is_table(value)}
    lines = [f"{name}: {_cell(value)}" for name, value in head.items()]
    for name, rows in tables.items():
        common = _common(rows)
        lines.append(f"{name}:" if rows else f"{name}: none")
        if common:
            lines.append("all rows: " + " | ".join(f"{member} {_cell(rows[0][member])}" for member in common))
        lines += table([{member: row[member] for member in row if member not in common} for row in rows])
    return "\n".join(lines)


def table(rows: Sequence[Shape]) -> list[str]:
    """Return a header and a line for each row; members are parted by ` | `, an absent one is empty."""
    if not rows:
        return []
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [" | ".join(columns)]
    lines += [" | ".join(_cell(row.get(name)) for name in columns) for row in rows]
    return lines


def _common(rows: Sequence[Shape]) -> list[str]:
    """Return the members that are the same in every row, where there are enough rows and others that
    differ."""
    if len(rows) < _ROWS_WORTH_SHORTENING:
        return []
    first = rows[0]
    same = [name for name in first if all(name in row and row[name] == first[name] for row in rows)]
    return same if any(len(row) > len(same) for row in rows) else []


def _is_table(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, Mapping) for row in cast("list[object]", value))


def _cell(value: object) -> str:
    if value is None:
        return ""
    # Most cells are numbers; True is an int as well, and is written as JSON does.
    if type(value) is int:
        return str(value)
    if isinstance(value, str):
        plain = value.isprintable() and "|" not in value and value[:1] not in ('"', "[", "{")
        return value if plain and value == value.strip() else to_json(value)
    return to_json(value)
