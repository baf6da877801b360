"""Holds a value against the description, recursively, and tells every place where the two disagree."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import cast

from tests.contract.description import Shape, described


def _is_day(value: object) -> bool:
    return isinstance(value, str) and len(value) == 10 and _parses(date.fromisoformat, value)


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and len(value) > 10 and _parses(datetime.fromisoformat, value)


def _parses(parse: Callable[[str], date], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


CHECKS: dict[str, Callable[[object], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": _is_integer,
    "number": lambda value: _is_integer(value) or isinstance(value, float),
    "boolean": lambda value: isinstance(value, bool),
    "date": _is_day,
    "datetime": _is_moment,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "map": lambda value: isinstance(value, dict),
    "any": lambda _: True,
}


def missing_or_wrong(fields: Mapping[str, Shape], value: object, where: str) -> Iterator[str]:
    """Yield one line for each field of an object that is absent, undocumented or of another type."""
    if not isinstance(value, dict):
        yield f"{where}: not an object"
        return
    row = cast("dict[str, object]", value)
    for name in row.keys() - fields.keys():
        yield f"{where}.{name}: undocumented"
    for name, shape in fields.items():
        if name in row:
            yield from wrong(shape, row[name], f"{where}.{name}")
        elif shape.required:
            yield f"{where}.{name}: missing"


def wrong(shape: Shape, value: object, where: str) -> Iterator[str]:
    """Yield one line for each disagreement between a value and its description."""
    if shape.confidence == "inferred":
        yield f"{where}: undocumented"
    elif value is None:
        if not shape.nullable:
            yield f"{where}: null"
    elif (fields := described().types.get(shape.type) or shape.fields) and shape.type != "array":
        yield from missing_or_wrong(fields, value, where)
    elif not any(CHECKS[kind](value) for kind in (shape.type, *shape.also)):
        yield f"{where}: not of type {shape.type}"
    elif shape.type == "array":
        yield from _wrong_members(shape, cast("list[object]", value), where)
    else:
        yield from _broken_rules(shape, value, where)


def _wrong_members(shape: Shape, members: list[object], where: str) -> Iterator[str]:
    member = shape.model_copy(update={"type": shape.items or "any", "items": None, "nullable": False})
    for member_value in members:
        yield from wrong(member, member_value, f"{where}[]")


def _broken_rules(shape: Shape, value: object, where: str) -> Iterator[str]:
    choices = described().choices(shape)
    if choices and value not in choices:
        yield f"{where}: outside its enum"
    if not isinstance(value, int | float):
        return
    if shape.min is not None and value < shape.min:
        yield f"{where}: below its minimum"
    if shape.max is not None and value > shape.max:
        yield f"{where}: above its maximum"
