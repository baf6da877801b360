"""Salvage of objects that do not have their documented form.

The object as a whole is tried first, so this costs nothing where all is well. Otherwise whatever its model
refuses is taken as null and it is tried again; what may not be null takes the object around it along. Some
fields are read whole or not at all: where a row belongs decides who may see and change it, and other lists
are written back with a change in them.
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from hostex_mcp.api.errors import FieldProblem
from hostex_mcp.api.pace import Pace

_MOST_ROUNDS = 16
_MOST_PROBLEMS = 2_000
_GONE = object()
# A row without its properties could be shown to, or changed by, the wrong people.
_BELONGING = ("property_id", "property_ids", "room_type_ids", "ids", "properties", "properties.id")
# These lists are written back with a change in them: a blank would delete what stood there.
_WRITTEN_BACK = ("events", "contents")
_LONGEST_NAME = 40


class NothingLeft(Exception):
    """Nothing is left of the object; `problems` say why."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__("nothing is left")
        self.problems = problems


async def salvage(
    adapter: TypeAdapter[Any], value: object, error: ValidationError, pace: Pace
) -> tuple[Any, list[FieldProblem]]:
    """Return what can be read of an object that was refused with this error, and the problems of the rest.

    Raises:
        NothingLeft: when nothing of it is left.
    """
    # A copy: the value itself may be shared with others who wait for the same read.
    value, problems = from_json(to_json(value)), list[FieldProblem]()
    for _ in range(_MOST_ROUNDS):
        await pace.rest()
        if error.error_count() > _MOST_PROBLEMS:
            raise NothingLeft([FieldProblem("", "too_many_problems")])
        details = error.errors(include_url=False, include_context=False, include_input=False)
        new = [_problem(detail) for detail in details]
        if vital := [problem for problem in new if _is_vital(problem.field)]:
            raise NothingLeft(vital)
        problems += new
        done = set[tuple[int, object]]()
        if hopeless := [
            problem for problem, detail in zip(new, details, strict=True) if not _blank(value, detail, done)
        ]:
            raise NothingLeft(hopeless)
        value = _without_gone(value)
        try:
            return adapter.validate_python(value), problems
        except ValidationError as next_error:
            error = next_error
    raise NothingLeft(problems)


def _problem(detail: ErrorDetails) -> FieldProblem:
    """Return the field, without places in lists and free keys, and what is wrong with it."""
    parts = [part for part in detail["loc"] if isinstance(part, str)]
    names = [part for part in parts if part.isascii() and part.isidentifier() and len(part) <= _LONGEST_NAME]
    return FieldProblem(".".join(names), detail["type"])


def _is_vital(field: str) -> bool:
    return field in _BELONGING or field.endswith(".ids") or field.partition(".")[0] in _WRITTEN_BACK


def _blank(value: object, detail: ErrorDetails, done: set[tuple[int, object]]) -> bool:
    """Set a place to null, or the closest place around it that is not null yet; return False where none is.
    What was `done` for another problem of the same place is enough."""
    for holder, key in reversed(list(_trail(value, detail))):
        if (id(holder), key) in done or _is_blanked(holder, key):
            done.add((id(holder), key))
            return True
    return False


def _is_blanked(holder: object, key: object) -> bool:
    if isinstance(holder, list):
        members, place = cast("list[object]", holder), cast("int", key)
        members[place] = _GONE if members[place] is None else None
        return True
    fields = cast("dict[object, object]", holder)
    if fields.get(key, _GONE) is None:
        return False
    fields[key] = None
    return True


def _trail(value: object, detail: ErrorDetails) -> Iterator[tuple[object, object]]:
    """Yield the objects and lists on the way to what is wrong, each with the place in it."""
    for part in detail["loc"]:
        if isinstance(value, dict):
            members = cast("dict[object, object]", value)
            # A step that leads nowhere names a member of a union, unless it names what is missing.
            if part not in members:
                if detail["type"] == "missing":
                    yield members, part
                return
            yield members, part
            value = members[part]
        elif isinstance(value, list) and isinstance(part, int):
            yield cast("list[object]", value), part
            value = cast("list[object]", value)[part]


def _without_gone(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_gone(member) for key, member in cast("dict[object, object]", value).items()}
    if isinstance(value, list):
        return [_without_gone(member) for member in _present(cast("list[object]", value))]
    return value


def _present(members: Iterable[object]) -> Iterator[object]:
    return (member for member in members if member is not _GONE)
