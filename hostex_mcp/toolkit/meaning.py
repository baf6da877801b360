"""What the values of a call plainly mean, by the types its tool declares: lists and objects that came as JSON
text, one value where a list is declared, an allowed word in other letters, and empty values, which are values
not given.

0 is a value where the range of its argument includes 0. Of an optional argument it is none where it does not,
as no id is 0, nor where no number is declared at all.
"""

import datetime
import re
import types
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeGuard, Union, cast, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import from_json

from hostex_mcp.toolkit.json_text import require_unambiguous
from hostex_mcp.toolkit.schema import SentAsText

# How large any argument may be, whatever its tool declares: no input costs more than it deserves.
LONGEST_TEXT = 20_000
LONGEST_NAME = 200
MOST_ENTRIES = 1_000
MOST_VALUES = 5_000
DEEPEST = 8
LARGEST_NUMBER = 2**63 - 1

_LONGEST_JSON = 100_000
_NUMBERS = re.compile(r"\s*\d{1,19}(\s*[,;]\s*\d{1,19})*\s*[,;]?\s*", re.ASCII)
_BETWEEN, _JOINT = re.compile(r"[,;]"), re.compile(r"[\s_-]+")
_SIGNED_ID = re.compile(r"#\s*(\d{1,19})", re.ASCII)
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(?::00(?:\.0+)?)?", re.ASCII)
_NULL = "null"
_NOTHING = frozenset([_NULL, "none", "nil", "undefined", "n/a", "[]", "{}", '""', "''"])
"""What programs write for a value that is not there, where no text of a person's own is asked for."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Marks a text that a program made up, or that is one of a few: a code, a cursor, a channel."""


def meaning(
    hints: Mapping[str, Any], required: Collection[str], arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a call as they are meant, without those that are as good as not given. Names
    that are not declared, and values that are no reading of their type, stay for the validation to refuse."""
    meanings: dict[str, Any] = {}
    for name, value in arguments.items():
        kind = _kind(hints[name]) if name in hints else None
        if kind is None:
            meanings[name] = value
            continue
        reading = _read(kind, value)
        absent = _is_nothing(reading) or (name not in required and _says_nothing(kind, reading))
        if not absent or (kind.has_empty and reading == ""):
            meanings[name] = reading
    return meanings


@dataclass(frozen=True, slots=True)
class _Kind:
    """A declared type and what stands beside it."""

    base: Any
    notes: Sequence[Any] = ()

    @property
    def member(self) -> "_Kind | None":
        """The type of its members, where it is a list."""
        return _kind(get_args(self.base)[0]) if get_origin(self.base) is list else None

    @property
    def model(self) -> type[BaseModel] | None:
        """The model of its members, where it is an object with declared ones."""
        return self.base if isinstance(self.base, type) and issubclass(self.base, BaseModel) else None

    @property
    def is_object(self) -> bool:
        """Whether it is an object, with declared members or free ones."""
        return self.model is not None or dict in (self.base, get_origin(self.base))

    @property
    def is_free(self) -> bool:
        """Whether its values are a person's own words."""
        return self.base is str and Coded() not in self.notes

    @property
    def has_empty(self) -> bool:
        """Whether empty text is a value of this type."""
        return any(isinstance(note, MinLen) and note.min_length == 0 for note in self.notes)

    @property
    def has_zero(self) -> bool:
        """Whether a number of this type can be 0."""
        return all(_admits_zero(note) for note in self.notes)


def _kind(hint: Any) -> _Kind:
    notes: list[Any] = []
    while True:
        if get_origin(hint) is Annotated:
            hint, *beside = get_args(hint)
            notes += [part for note in beside for part in _parts(note)]
        elif get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
            hint = Union[tuple(member for member in get_args(hint) if member is not type(None))]  # noqa: UP007
        else:
            return _Kind(hint, notes)


def _parts(note: Any) -> Sequence[Any]:
    return note.metadata if isinstance(note, FieldInfo) else [note]


def _admits_zero(note: Any) -> bool:
    match note:
        case Ge(ge=bound):
            return cast("float", bound) <= 0
        case Gt(gt=bound):
            return cast("float", bound) < 0
        case _:
            return True


def _read(kind: _Kind, value: Any) -> Any:
    """Return a value as it is meant. What is larger than any argument may be is left alone."""
    if isinstance(value, str):
        value = _from_text(value) if kind.member or kind.is_object else _plainly(kind, value)
    if value is None or excess(value):
        return value
    if kind.member is not None:
        return _list_of(kind.member, value)
    if kind.model is not None and isinstance(value, dict):
        return _members(kind.model, cast("dict[str, Any]", value))
    return value


def _plainly(kind: _Kind, text: str) -> str:
    """Return a text as its type writes it: without blanks around it, an allowed word in its own letters, a
    midnight as its day, an id without a number sign. A property may be called whatever this is."""
    if kind.is_free or SentAsText() in kind.notes:
        return text
    bare = text.strip()
    if get_origin(kind.base) is Literal:
        alike = [word for word in get_args(kind.base) if _letters(str(word)) == _letters(bare)]
        return alike[0] if len(alike) == 1 else bare
    pattern = {datetime.date: _MIDNIGHT, int: _SIGNED_ID}.get(kind.base)
    match = pattern.fullmatch(bare) if pattern else None
    return match[1] if match else bare


def _letters(word: str) -> str:
    return _JOINT.sub("_", word.casefold())


def _from_text(text: str) -> Any:
    """Return what JSON text says, where a list or an object is declared; any other text as it is."""
    bare = text.strip()
    if bare == _NULL:
        return None
    if bare[:1] not in ("[", "{") or len(bare) > _LONGEST_JSON:
        return text
    try:
        require_unambiguous(bare)
        return from_json(bare, allow_inf_nan=False)
    except ValueError:
        return text


def _list_of(member: _Kind, value: Any) -> Any:
    """Return a list of what a value holds: its members, or the value itself. One of nothing but empty members
    is empty."""
    if _is_nothing(value) or (_is_number(value) and value == 0):
        return []
    values = cast("list[Any]", value) if isinstance(value, list) else [value]
    members = [_read(member, part) for entry in values for part in _several(member, entry)]
    # Of a list of ids "none" may be meant, and a list that is not given may stand for all.
    if member.base is int and any(_is_none(entry) for entry in members):
        return members
    return [] if all(_says_nothing(member, entry) for entry in members) else members


def _several(member: _Kind, value: Any) -> list[Any]:
    """Return the numbers, days, codes or allowed words that a text lists between commas, else the value
    alone."""
    if not isinstance(value, str) or member.is_free or member.is_object or member.member:
        return [value]
    parts = [part.strip() for part in _BETWEEN.split(value) if part.strip()]
    if member.base is int:
        return parts if _NUMBERS.fullmatch(value) else [value]
    if get_origin(member.base) is Literal:
        words = {_plainly(member, part) for part in parts}
        return parts if words <= set(get_args(member.base)) else [value]
    return parts


def _members(model: type[BaseModel], value: Mapping[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(model, include_extras=True)
    fields = model.model_fields
    return meaning(
        {name: hints[name] for name in fields},
        [name for name, field in fields.items() if field.is_required()],
        value,
    )


def _is_nothing(value: Any) -> bool:
    """Whether a value is empty, whatever its type."""
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def _says_nothing(kind: _Kind, value: Any) -> bool:
    """Whether a value is what is filled in for an argument of this type that is not meant."""
    if kind.is_free:
        return _is_nothing(value) or (_is_number(value) and value == 0)
    if _is_nothing(value) or (isinstance(value, str) and value.strip().casefold() in _NOTHING):
        return True
    if kind.model is not None and isinstance(value, dict):
        return all(_is_zero(member) for member in cast("dict[str, Any]", value).values())
    return kind.base is not bool and _is_zero(value) and not (kind.base in (int, float) and kind.has_zero)


def _is_none(value: Any) -> bool:
    return isinstance(value, str) and value.strip().casefold() in ("none", "n/a")


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_zero(value: Any) -> bool:
    return value == 0 if _is_number(value) else isinstance(value, str) and value.strip() in ("0", "0.0")


def excess(value: object) -> str | None:
    """Return what is too much about an argument, as the end of a sentence that begins with its name; None if
    nothing is. It costs no more than its first few thousand values."""
    stack = [(value, 1)]
    count = 0
    while stack:
        entry, depth = stack.pop()
        count += 1
        if count > MOST_VALUES:
            return f"holds more than {MOST_VALUES:,} values"
        if problem := _excess_alone(entry):
            return problem
        members = _values_in(entry)
        if members and depth >= DEEPEST:
            return f"is nested more than {DEEPEST} levels deep"
        stack += [(member, depth + 1) for member in members]
    return None


def _excess_alone(value: object) -> str | None:
    match value:
        case str() if len(value) > LONGEST_TEXT:
            return f"must have at most {LONGEST_TEXT:,} characters"
        case int() if abs(value) > LARGEST_NUMBER:
            return f"must be a number of at most {LARGEST_NUMBER}"
        case list() | dict() if len(cast("list[Any]", value)) > MOST_ENTRIES:
            return f"must have at most {MOST_ENTRIES:,} entries"
        case dict() if any(len(str(name)) > LONGEST_NAME for name in cast("dict[Any, Any]", value)):
            return f"has a key of more than {LONGEST_NAME} characters"
        case _:
            return None


def _values_in(value: object) -> list[Any]:
    if isinstance(value, Mapping):
        return list(cast("Mapping[Any, Any]", value).values())
    return cast("list[Any]", value) if isinstance(value, list) else []
