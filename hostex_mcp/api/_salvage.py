"""What can be read of an object that does not have its documented form.

The object as a whole is tried first, so this costs nothing where all is well. Otherwise whatever its model
refuses is taken as null and it is tried again; what may not be null takes the object around it along.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from hostex_mcp.api.errors import Problem

_MOST_ROUNDS = 16
_GONE = object()


class Lost(Exception):
    """Nothing is left of the object; `problems` say why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("nothing is left")
        self.problems = problems


def salvage(adapter: TypeAdapter[Any], value: object, error: ValidationError) -> tuple[Any, list[Problem]]:
    """The object that was refused with this error, and what of it is blank or left out.

    Raises:
        Lost: when nothing of it is left.
    """
    value, problems = deepcopy(value), list[Problem]()
    for _ in range(_MOST_ROUNDS):
        details = error.errors(include_url=False, include_context=False, include_input=False)
        problems += map(problem, details)
        # All of them are blanked: a round that stopped at the first would take as many as there are.
        blanked = [_blank(value, detail) for detail in details]
        if not all(blanked):
            named = zip(details, blanked, strict=True)
            raise Lost([problem(detail) for detail, is_blank in named if not is_blank])
        value = _without_gone(value)
        try:
            return adapter.validate_python(value), problems
        except ValidationError as again:
            error = again
    raise Lost(problems)


def problem(detail: ErrorDetails) -> Problem:
    """Which field is meant, without the places in lists, and what is wrong with it."""
    names = [part for part in detail["loc"] if isinstance(part, str)]
    return Problem(".".join(names), detail["type"])


def _blank(value: object, detail: ErrorDetails) -> bool:
    """Take a place as null, or the closest one around it that is not null yet; False where none is."""
    for holder, key in reversed(list(_trail(value, detail))):
        if isinstance(holder, list):
            cast("list[object]", holder)[cast("int", key)] = _GONE
            return True
        members = cast("dict[object, object]", holder)
        if members.get(key, _GONE) is not None:
            members[key] = None
            return True
    return False


def _trail(value: object, detail: ErrorDetails) -> Iterator[tuple[object, object]]:
    """The objects and lists on the way to what is wrong, each with the place in it. A step that leads nowhere
    names a member of a union, unless it names what is missing."""
    for part in detail["loc"]:
        if isinstance(value, dict):
            members = cast("dict[object, object]", value)
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
