"""The text half of a result: complete, compact, and safe against text that imitates structure."""

from collections.abc import Mapping, Sequence
from typing import cast

from hostex_mcp.server.cells import (
    Shape,
    cell,
    flat,
    is_money,
    is_table,
    label,
    members_of,
    pairs,
    positional,
    spread_columns,
    to_json,
)

__all__ = ["render", "table", "to_json"]

_ROWS_WORTH_SHORTENING = 5
_LINE = 60


def render(structured: Shape) -> str:
    """Render a structured result as text: lists of objects become tables, everything else `name: value`
    lines. What all rows of a longer table have in common is said once, above it."""
    lines: list[str] = []
    tables: dict[str, Sequence[Shape]] = {}
    for name, value in structured.items():
        if is_table(value):
            tables[name] = value
        elif isinstance(value, Mapping) and value:
            lines += _object(name, cast("Shape", value), tables)
        elif sentences := _sentences(cast("object", value)):
            lines += [f"{name}:", *(f"- {cell(text)}" for text in sentences)]
        else:
            lines.append(f"{name}: {cell(cast('object', value), name)}")
    return "\n".join([*lines, *(line for name, rows in tables.items() for line in _titled(name, rows))])


def table(rows: Sequence[Shape]) -> list[str]:
    """Return a header and a line for each row; members are parted by ` | `, an absent one is empty."""
    return _lines(spread_columns(rows))


def _object(name: str, value: Shape, tables: dict[str, Sequence[Shape]]) -> list[str]:
    """Return the line of an object; lists of objects in it join the tables."""
    members = flat(value)
    inner = {key: rows for key, rows in members.items() if is_table(rows) and rows}
    tables.update({f"{name}.{label(key)}": rows for key, rows in inner.items()})
    rest = {key: part for key, part in members.items() if key not in inner}
    return [f"{name}: {pairs(rest)}"] if rest else []


def _sentences(value: object) -> Sequence[object]:
    """Return the texts of a list that have lines of their own: those longer than a word or two."""
    texts = cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
    if not all(isinstance(text, str) for text in texts):
        return ()
    return texts if any(len(str(text)) > _LINE or "," in str(text) for text in texts) else ()


def _titled(name: str, rows: Sequence[Shape]) -> list[str]:
    rows = spread_columns(rows)
    common = _common(rows)
    lines = [f"{name}:" if rows else f"{name}: none"]
    if common:
        lines.append("all rows: " + " | ".join(f"{label(key)} {cell(rows[0][key], key)}" for key in common))
    return lines + _lines([_priced({key: row[key] for key in row if key not in common}) for row in rows])


def _priced(row: Shape) -> Shape:
    """Return a row with its amount and the currency of it in one cell, where not all have the same."""
    amount, currency = row.get("amount"), row.get("currency")
    if not is_money({"amount": amount, "currency": currency}):
        return row
    money = {"amount": {"amount": amount, "currency": currency}}
    return {name: value for name, value in {**row, **money}.items() if name != "currency"}


def _lines(rows: Sequence[Shape]) -> list[str]:
    if not rows:
        return []
    columns = list(dict.fromkeys(name for row in rows for name in row))
    nested = {name for row in rows for name, value in row.items() if isinstance(value, list)}
    members = {name: found for name in columns if name in nested and (found := members_of(rows, name))}
    header = [
        f"{label(name)} ({', '.join(map(label, members[name]))})" if name in members else label(name)
        for name in columns
    ]

    def text(row: Shape, name: str) -> str:
        value = row.get(name)
        return positional(value, members[name]) if value and name in members else cell(value, name)

    return [" | ".join(header), *(" | ".join(text(row, name) for name in columns) for row in rows)]


def _common(rows: Sequence[Shape]) -> list[str]:
    """Return the members that are the same in every row, where there are enough rows and others that
    differ."""
    if len(rows) < _ROWS_WORTH_SHORTENING:
        return []
    first = rows[0]
    same = [name for name in first if all(name in row and row[name] == first[name] for row in rows)]
    return same if any(len(row) > len(same) for row in rows) else []
