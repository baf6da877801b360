"""JSON Schemas from type hints, in the few keywords that the function calls of all models take: flat, inlined
and of one type each, without titles, references, unions, open objects and lengths of text."""

import datetime
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from annotated_types import Ge, Gt, Le, MaxLen
from pydantic import BaseModel

Schema = dict[str, Any]

_LONGEST_SAID = 500
"""A bound on the length of a text above this one goes without saying."""

_SCALARS: dict[Any, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    datetime.date: "string",
    datetime.datetime: "string",
}


@dataclass(frozen=True, slots=True)
class SentAsText:
    """Marks an argument that comes in several forms, or is an object of unknown members. Schemas say text,
    which can hold all of that."""


def schema_of(hint: Any) -> Schema:
    """Return the schema of one type hint; `Annotated` text becomes its description, bounds become keywords,
    or words where the keyword is one that some model APIs refuse."""
    base, metadata = _unwrap(hint)
    schema = {"type": "string"} if SentAsText() in metadata else _base_schema(base)
    for note in metadata:
        schema |= _keyword(note, schema)
    phrases = [note for note in metadata if isinstance(note, str)][-1:]
    phrases += [words for note in metadata if (words := _words(note, schema))]
    return schema | ({"description": "; ".join(phrases)} if phrases else {})


def metadata_of(hint: Any) -> list[Any]:
    """Return what stands beside a type in `Annotated`, also beside the type of a list's members."""
    base, metadata = _unwrap(hint)
    members = get_args(base) if get_origin(base) is list else ()
    return [*metadata, *(note for member in members for note in _unwrap(member)[1])]


def object_schema(fields: Mapping[str, Any], required: Iterable[str] = ()) -> Schema:
    """Return the schema of an object with these fields (name to type hint). That no other may be sent is
    checked and not said, as Gemini refuses `additionalProperties`."""
    properties = {name: schema_of(hint) for name, hint in fields.items()}
    schema: Schema = {
        "type": "object",
        "properties": {name: _without_echo(name, member, properties) for name, member in properties.items()},
    }
    if names := list(required):
        schema["required"] = names
    return schema


def _without_echo(name: str, member: Schema, properties: Mapping[str, Schema]) -> Schema:
    """Return the schema of a period's end without the description that its start has too."""
    start = properties.get(name.replace("end_", "start_").replace("check_out_", "check_in_"))
    if start is None or start is member or start != member:
        return member
    return {key: value for key, value in member.items() if key != "description"}


def _unwrap(hint: Any) -> tuple[Any, list[Any]]:
    """Take `Annotated` layers and `| None` off a hint, inner metadata first."""
    metadata: list[Any] = []
    while True:
        if get_origin(hint) is Annotated:
            hint, *notes = get_args(hint)
            metadata = [*notes, *metadata]
        elif get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
            members = [member for member in get_args(hint) if member is not type(None)]
            hint = Union[tuple(members)]  # noqa: UP007
        else:
            return hint, metadata


def _base_schema(base: Any) -> Schema:
    if base in _SCALARS:
        return {"type": _SCALARS[base]}
    origin, arguments = get_origin(base), get_args(base)
    if origin is Literal:
        return {"type": _SCALARS[type(arguments[0])], "enum": list(arguments)}
    if origin in (list, tuple, Sequence):
        members = schema_of(arguments[0])
        return {"type": "array", "items": members} if members else {"type": "array"}
    if origin is dict:
        return {"type": "object"}
    if origin in (Union, types.UnionType):
        members = {_unwrap(member)[0] for member in arguments}
        return {"type": "number"} if members <= {int, float} else {}
    if is_typeddict(base) or (isinstance(base, type) and issubclass(base, BaseModel)):
        return _members_schema(base)
    return {}


def _members_schema(cls: Any) -> Schema:
    """Return the object a TypedDict or a model describes; of an answer's model nothing is required."""
    hints = get_type_hints(cls, include_extras=True)
    if is_typeddict(cls):
        return object_schema(hints, sorted(cls.__required_keys__, key=list(hints).index))
    fields: Mapping[str, Any] = cls.model_fields
    required = [name for name, field in fields.items() if field.is_required()]
    sent = cls.model_config.get("extra") == "forbid"
    return object_schema({name: hints[name] for name in fields}, required if sent else ())


def _keyword(note: Any, schema: Schema) -> Schema:
    match note:
        case Ge(ge=bound):
            return {"minimum": bound}
        # `exclusiveMinimum` is one of the keywords that some model APIs refuse.
        case Gt(gt=int() as bound) if schema.get("type") == "integer":
            return {"minimum": bound + 1}
        case Le(le=bound):
            return {"maximum": bound}
        case MaxLen(max_length=bound) if schema.get("type") == "array":
            return {"maxItems": bound}
        case _:
            return {}


def _words(note: Any, schema: Schema) -> str:
    match note, schema.get("type"):
        case Gt(gt=bound), "number":
            return f"above {bound}"
        case MaxLen(max_length=bound), "string" if bound <= _LONGEST_SAID:
            return f"at most {bound} characters"
        case _:
            return ""
