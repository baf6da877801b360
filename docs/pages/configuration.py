"""docs/configuration.md, generated from the settings that the program declares and the options of its
commands."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import cast

import click

from hostex_mcp.settings import SETTINGS, Setting

TEMPLATE = Path(__file__).with_name("configuration.md")
COMMANDS = ("stdio", "http", "call", "tools")
_HTTP = "over HTTP: "


def configuration() -> str:
    """The text of the page."""
    options = dict(_options())
    everywhere = [setting for setting in SETTINGS if not setting.meaning.startswith(_HTTP)]
    http = [setting for setting in SETTINGS if setting.meaning.startswith(_HTTP)]
    page = TEMPLATE.read_text(encoding="utf-8")
    page = page.replace("<!-- everywhere -->", "\n".join(_table(everywhere, options)))
    return page.replace("<!-- http -->", "\n".join(_table(http, options)))


def _table(settings: list[Setting], options: dict[str, str]) -> Iterator[str]:
    yield "| Variable | Meaning | Allowed | Default | Option |"
    yield "|---|---|---|---|---|"
    for setting in settings:
        cells = (f"`{setting.variable}`", setting.meaning.removeprefix(_HTTP), setting.allowed)
        yield f"| {' | '.join((*cells, _default(setting.default), options.get(setting.name, '')))} |"


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
    names = {setting.name for setting in SETTINGS}
    found: dict[str, dict[str, str]] = {}
    for command in COMMANDS:
        parameters: list[click.Parameter] = import_module(f"hostex_mcp.cli.{command}").command.params
        for parameter in parameters:
            if isinstance(parameter, click.Option) and parameter.name in names:
                found.setdefault(parameter.name, {})[command] = parameter.opts[0]
    for name, flags in found.items():
        flag = next(iter(flags.values()))
        yield name, f"`{flag}`" if len(flags) == len(COMMANDS) else f"`{' '.join((*flags, flag))}`"
