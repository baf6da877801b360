"""`hostex-mcp tools`: what a client would see, and what it costs."""

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from hostex_mcp.cli.session import load_settings, selection_of, serving_options
from hostex_mcp.server.app import definition
from hostex_mcp.server.render import to_json
from hostex_mcp.tools.tool import Tool


@click.command("tools")
@serving_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON with each tool's definition.")
def command(as_json: bool, **options: Any) -> None:
    """List the tools of the chosen toolsets with toolset, effect and approximate token cost."""
    listed = list(selection_of(load_settings(**options)).listed.values())
    if as_json:
        click.echo(json.dumps([_entry(tool) for tool in listed], indent=2))
    else:
        Console().print(_table(listed))


def approximate_tokens(shown: object) -> int:
    """About how many tokens a model spends on a definition: one for four characters of its JSON."""
    return len(to_json(shown)) // 4


def _definition(tool: Tool) -> dict[str, Any]:
    return definition(tool).model_dump(mode="json", by_alias=True, exclude_none=True)


def _entry(tool: Tool) -> dict[str, Any]:
    shown = _definition(tool)
    about = {"toolset": tool.toolset, "effect": tool.effect.value, "tokens": approximate_tokens(shown)}
    return {**shown, **about}


def _table(listed: list[Tool]) -> Table:
    table = Table(box=None, header_style="bold")
    for column in ("Tool", "Toolset", "Effect"):
        table.add_column(column, no_wrap=True)
    table.add_column("Tokens", justify="right")
    total = 0
    for tool in listed:
        cost = approximate_tokens(_definition(tool))
        total += cost
        table.add_row(tool.name, tool.toolset, tool.effect.value, f"{cost:,}")
    table.add_row(
        f"{len(listed)} {'tool' if len(listed) == 1 else 'tools'}", "", "", f"about {total:,}", style="bold"
    )
    return table
