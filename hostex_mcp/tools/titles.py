"""Properties named by their title where an id is wanted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from anyio.to_thread import run_sync

from hostex_mcp.api import read_all
from hostex_mcp.api.properties import LIST_PROPERTIES, Property
from hostex_mcp.domain.names import Titles
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
    return {**arguments, **await run_sync(_looked_up, given, properties)}


def _looked_up(given: Mapping[str, object], properties: Sequence[Property]) -> dict[str, object]:
    """Many titles among many properties take their time."""
    titles = Titles(properties, lambda one: one.title)
    return {name: _with_ids(name, value, titles) for name, value in given.items()}


def _has_title(value: object) -> bool:
    members = cast("list[object]", value) if isinstance(value, list) else [value]
    return any(isinstance(member, str) for member in members)


def _with_ids(argument: str, value: object, titles: Titles[Property]) -> object:
    if isinstance(value, list):
        return [_with_ids(argument, member, titles) for member in cast("list[object]", value)]
    return _only(argument, value, titles) if isinstance(value, str) else value


def _only(argument: str, title: str, titles: Titles[Property]) -> int:
    fitting = titles.named(title)
    if len(fitting) == 1:
        return fitting[0].id
    if fitting:
        several = some([f"{one.title} ({one.id})" for one in fitting], 5)
        raise InvalidArguments(Problem(argument, f"fits several properties: {several}"))
    near = titles.similar(title)
    hint = f"; nearest: {', '.join(near)}" if near else ""
    raise InvalidArguments(Problem(argument, f"fits no property's title{hint}"))
