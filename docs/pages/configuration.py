"""docs/configuration.md, generated from the settings that the program declares and the options of its
commands."""

from collections.abc import Callable, Iterator
from dataclasses import Field, fields
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import click

from hostex_mcp.settings import Settings

TEMPLATE = Path(__file__).with_name("configuration.md")
COMMANDS = ("stdio", "http", "call", "tools")
_HTTP = "over HTTP: "
# No setting takes one of these; what it says of them is what it allows.
_REFUSED = ("\N{SNOWMAN}", "/")
_FREE = {"names": "names, comma-separated"}


def configuration() -> str:
    """The text of the page."""
    options = dict(_options())
    everywhere = [one for one in fields(Settings) if not _meaning(one).startswith(_HTTP)]
    http = [one for one in fields(Settings) if _meaning(one).startswith(_HTTP)]
    page = TEMPLATE.read_text(encoding="utf-8")
    page = page.replace("<!-- everywhere -->", "\n".join(_table(everywhere, options)))
    return page.replace("<!-- http -->", "\n".join(_table(http, options)))


def _table(settings: list[Field[Any]], options: dict[str, str]) -> Iterator[str]:
    yield "| Variable | Meaning | Allowed | Default | Option |"
    yield "|---|---|---|---|---|"
    for one in settings:
        cells = (f"`{one.metadata['variable']}`", _meaning(one).removeprefix(_HTTP), allowed(one))
        yield f"| {' | '.join((*cells, _default(one.default), options.get(one.name, '')))} |"


def _meaning(one: Field[Any]) -> str:
    return one.metadata["meaning"]


def allowed(one: Field[Any]) -> str:
    """What a setting takes, in the words in which it refuses everything else."""
    parse: Callable[[str], Any] = one.metadata["parse"]
    for value in _REFUSED:
        try:
            parse(value)
        except ValueError as error:
            return str(error).removeprefix("allowed: ")
    return _FREE.get(parse.__name__, "text")


def _default(value: object) -> str:
    match value:
        case False:
            return "off"
        case True:
            return "on"
        case None | ():
            return "none"
        case tuple():
            return f"`{','.join(map(str, cast('tuple[object, ...]', value)))}`"
        case float():
            return f"`{value:g}`"
        case _:
            return f"`{value}`"


def _options() -> Iterator[tuple[str, str]]:
    """Each setting that has an option: its flag, with the command where not all have it."""
    found: dict[str, dict[str, str]] = {}
    for command in COMMANDS:
        parameters: list[click.Parameter] = import_module(f"hostex_mcp.cli.{command}").command.params
        for parameter in parameters:
            if isinstance(parameter, click.Option) and parameter.name in Settings.__dataclass_fields__:
                found.setdefault(parameter.name, {})[command] = parameter.opts[0]
    for name, flags in found.items():
        flag = next(iter(flags.values()))
        yield name, f"`{flag}`" if len(flags) == len(COMMANDS) else f"`{' '.join((*flags, flag))}`"
