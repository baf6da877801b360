"""One value on its line of a text: plain where nothing can be misread, else as JSON. What is nested becomes
columns, or parts of a cell; JSON is left where a model is to copy it into a call."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

import pydantic_core

Shape = Mapping[str, Any]

_COPIED = frozenset(("arguments", "input_schema"))
_MOST_MEMBERS = 16
_MONEY = ("amount", "currency")
# What JSON leaves as it is though it ends a line.
_LINE_ENDS = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}
_NAME = re.compile(r"[\w.:-]+")
_PARTING = re.compile("[,;]")


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


def cell(value: object, name: str = "") -> str:
    """Return a value as it stands on its line or between the bars of a table."""
    if value is None:
        return ""
    # Most cells are numbers; True is an int as well, and is written as JSON does.
    if type(value) is int:
        return str(value)
    if isinstance(value, str):
        plain = value.isprintable() and "|" not in value and value[:1] not in ('"', "[", "{")
        return value if plain and value == value.strip() else to_json(value)
    if not value or _is_copied(name):
        return to_json(value)
    if isinstance(value, Mapping):
        return pairs(cast("Shape", value), ", ", _part)
    if isinstance(value, list | tuple):
        return _joined(cast("Sequence[Any]", value))
    return to_json(value)


def pairs(members: Shape, parting: str = " | ", write: Callable[..., str] = cell) -> str:
    """Return each member as its name and its value; an amount with its currency is those two alone."""
    if is_money(members):
        return f"{members['amount']} {write(members['currency'])}"
    return parting.join(f"{label(name)} {write(value, name)}" for name, value in flat(members).items())


def label(name: str) -> str:
    """Return the name of a member, quoted where it could be misread."""
    return name if _NAME.fullmatch(name) else to_json(name)


def flat(members: Shape) -> Shape:
    """Return members with those of their members beside them, but an amount with its currency as one."""
    if not any(_spreads(name, value) for name, value in members.items()):
        return members
    spread: dict[str, Any] = {}
    for name, value in members.items():
        inner = flat(value) if _spreads(name, value) else None
        if inner is not None and any(f"{name}.{key}" in members for key in inner):
            inner = None
        spread |= {name: value} if inner is None else {f"{name}.{key}": part for key, part in inner.items()}
    return spread


def members_of(rows: Sequence[Shape], name: str) -> list[str]:
    """Return the members of the objects that a column lists; none where their values alone would not tell
    which is which."""
    lists = [value for row in rows if (value := row.get(name)) is not None]
    if _is_copied(name) or not all(is_table(value) for value in lists):
        return []
    objects = [flat(entry) for entries in lists for entry in entries]
    return _dense(objects, len(objects))


def positional(entries: Sequence[Shape], members: Sequence[str]) -> str:
    """Return each object as its values, in the order of these members."""
    rows = (flat(entry) for entry in entries)
    return "; ".join(", ".join(_part(row.get(member), member) for member in members) for row in rows)


def spread_columns(rows: Sequence[Shape]) -> Sequence[Shape]:
    """Return rows with the members of an object in columns of their own, where most rows have it."""
    names = {name for row in rows for name, value in row.items() if _spreads(name, value)}
    wide = {name for name in names if _is_wide(rows, name)}
    return [_widened(row, wide) for row in rows] if wide else rows


def _widened(row: Shape, wide: Collection[str]) -> Shape:
    widened: dict[str, Any] = {}
    for name, value in row.items():
        if name not in wide:
            widened[name] = value
        elif value is not None:
            inner = flat({name: value})
            widened |= {name: value} if any(key in row for key in inner) else inner
    return widened


def is_table(value: object) -> bool:
    """Whether a value is a list of objects."""
    return isinstance(value, list) and all(isinstance(row, Mapping) for row in cast("list[object]", value))


def _is_wide(rows: Sequence[Shape], name: str) -> bool:
    values = [value for row in rows if (value := row.get(name)) is not None]
    objects = [flat(value) for value in values if _spreads(name, value)]
    return len(objects) == len(values) and bool(_dense(objects, len(rows)))


def _dense(objects: Sequence[Shape], places: int) -> list[str]:
    """Return the members of objects that are alike, as many as fill at least half of the places."""
    members = list(dict.fromkeys(name for entry in objects for name in entry))
    filled = sum(map(len, objects))
    return members if len(members) <= _MOST_MEMBERS and 2 * filled >= places * len(members) else []


def _is_copied(name: str) -> bool:
    return name.rpartition(".")[2] in _COPIED


def is_money(members: Shape) -> bool:
    """Whether an object is a number of units of a currency. Other values may be anything, and are written
    with their names."""
    amount, currency = (members.get(name) for name in _MONEY)
    return len(members) == 2 and type(amount) in (int, float) and isinstance(currency, str)


def _spreads(name: str, value: object) -> bool:
    """Whether a value is an object whose members stand beside it."""
    if not value or not isinstance(value, Mapping) or _is_copied(name):
        return False
    return not is_money(cast("Shape", value))


def _joined(entries: Sequence[Any]) -> str:
    """Return the entries of a list; objects are parted by semicolons."""
    if is_table(entries):
        return "; ".join(pairs(entry, ", ", _part) for entry in entries)
    return ", ".join(map(_part, entries))


def _part(value: object, name: str = "") -> str:
    """Return a value between commas."""
    listed = isinstance(value, list | tuple)
    quoted = isinstance(value, str) and (not value or _PARTING.search(value))
    return to_json(cast("object", value)) if listed or quoted else cell(value, name)
