"""Properties named by their title where an id is wanted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from hostex_mcp.api import read_all
from hostex_mcp.api.properties import LIST_PROPERTIES, Property
from hostex_mcp.domain.names import named, similar
from hostex_mcp.domain.wording import some
from hostex_mcp.tools.arguments import InvalidArguments, Problem
from hostex_mcp.tools.context import Context


async def resolve_titles(
    context: Context, arguments: Mapping[str, Any], names: Iterable[str]
) -> dict[str, Any]:
    """The arguments with every property title among `names` replaced by its id.

    Raises:
        InvalidArguments: when a title fits no property, or several.
    """
    given = {name: arguments[name] for name in names if _has_title(arguments.get(name))}
    if not given:
        return dict(arguments)
    properties = (await read_all(context.client, LIST_PROPERTIES)).items
    found = {name: _with_ids(name, value, properties) for name, value in given.items()}
    return {**arguments, **found}


def _has_title(value: object) -> bool:
    members = cast("list[object]", value) if isinstance(value, list) else [value]
    return any(isinstance(member, str) for member in members)


def _with_ids(argument: str, value: object, properties: Sequence[Property]) -> object:
    if isinstance(value, list):
        return [_with_ids(argument, member, properties) for member in cast("list[object]", value)]
    return _only(argument, value, properties) if isinstance(value, str) else value


def _only(argument: str, title: str, properties: Sequence[Property]) -> int:
    fitting = named(title, properties, lambda one: one.title)
    if len(fitting) == 1:
        return fitting[0].id
    if fitting:
        several = some([f"{one.title} ({one.id})" for one in fitting], 5)
        raise InvalidArguments(Problem(argument, f"fits several properties: {several}"))
    near = similar(title, (one.title for one in properties))
    hint = f"; nearest: {', '.join(near)}" if near else ""
    raise InvalidArguments(Problem(argument, f"fits no property's title{hint}"))
