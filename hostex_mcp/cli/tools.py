"""`hostex-mcp tools`: the tools that a client would see, and their cost."""

from itertools import groupby
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from hostex_mcp.cli.look import Block, columns, console, print_json
from hostex_mcp.cli.session import load_settings, selection_of, serving_options
from hostex_mcp.server.app import wire_form
from hostex_mcp.server.render import to_json
from hostex_mcp.toolkit.tool import Effect, Tool

_ROOM = 80
# Of all definitions together, in the o200k encoding: `python -m benchmarks.tokens`.
_CHARACTERS_A_TOKEN = 4.2
_STYLES = {Effect.READ: "", Effect.INTERNAL: "cyan", Effect.CONSEQUENTIAL: "yellow"}


@click.command("tools")
@serving_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON with each tool's definition.")
def command(as_json: bool, **options: Any) -> None:
    """List the tools of the chosen toolsets with toolset, effect and approximate token cost."""
    tools = list(selection_of(load_settings(**options)).listed.values())
    if as_json:
        print_json([_entry(tool) for tool in tools])
    else:
        out = console()
        out.print(Block(_table(tools, narrow=out.width < _ROOM)))


def approximate_tokens(definition: object) -> int:
    """Estimate the tokens that a model spends on a definition, from the length of its JSON."""
    return round(len(to_json(definition)) / _CHARACTERS_A_TOKEN)


def roughly(tokens: int) -> str:
    """Format a sum of such costs, no more exactly than it is known."""
    return f"about {int(float(f'{tokens:.2g}')):,}"


def _entry(tool: Tool) -> dict[str, Any]:
    fields = wire_form(tool)
    costs = {"toolset": tool.toolset, "effect": tool.effect.value, "tokens": approximate_tokens(fields)}
    return {**fields, **costs}


def _table(tools: list[Tool], *, narrow: bool) -> Table:
    """Return a table of the tools; a narrow one has a line for each toolset instead of a column."""
    table = columns("Tool", *([] if narrow else ["Toolset"]), "Effect")
    table.add_column("Tokens", justify="right")
    total = 0
    for toolset, members in groupby(tools, lambda tool: tool.toolset):
        toolset_cell = [] if narrow else [toolset]
        if narrow:
            table.add_row(Text(toolset, "bold"))
        for tool in members:
            cost = approximate_tokens(wire_form(tool))
            total += cost
            effect = Text(tool.effect.value, _STYLES[tool.effect])
            table.add_row(tool.name, *toolset_cell, effect, f"{cost:,}")
    count = f"{len(tools)} {'tool' if len(tools) == 1 else 'tools'}"
    table.add_row(count, *([] if narrow else [""]), "", roughly(total), style="bold")
    return table
