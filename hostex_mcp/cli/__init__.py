"""The command `hostex-mcp`. Each subcommand is a module of its own, loaded only when it runs."""

import gc
import importlib
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import click

from hostex_mcp import __version__
from hostex_mcp.cli.lean_sdk import load_lean

_COMMANDS = {
    "stdio": "Serve MCP over standard input and output (what `hostex-mcp` alone does).",
    "http": "Serve MCP over HTTP at /mcp, with OAuth.",
    "call": "Call one tool and print its result.",
    "tools": "List the tools with toolset, effect and approximate token cost.",
    "show": "Look at the account in the browser: day, calendar, performance, guests who wait.",
    "demo": "Show the server at work on the demo account; no Hostex account needed.",
    "doctor": "Check settings, connection, token, clock and clients, and say what to fix.",
    "config": "Print the entry that a client needs to find this server, or write it to its file.",
    "watch": "Print what happened since the last run, for routines and cron.",
    "brief": "Print the briefing of a day, and send it.",
    "audit": "Show the audit trail of writes.",
    "notify": "Try the notices that tell you of waiting changes.",
    "memory": "Show or clear what is remembered of accounts between calls.",
    "webhooks": "Have Hostex call the HTTP server about an account, or stop.",
    "keys": "Create and rotate the keys that encrypt what the HTTP server stores.",
    "sandbox": "Serve the simulated Hostex over HTTP.",
}


class _Commands(click.Group):
    """A group that loads the module of a subcommand when it runs; the default is `stdio`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        with _loading(cmd_name), _uncollected():
            if cmd_name == "stdio":
                load_lean()
            return importlib.import_module(f"hostex_mcp.cli.{cmd_name}").command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = ["stdio", *args]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _loading(name: str) -> AbstractContextManager[Any]:
    """Show on a terminal that a command is loading, which may take a second."""
    if name != "stdio" and sys.stderr.isatty():
        return importlib.import_module("hostex_mcp.cli.look").waiting("Loading…")
    return nullcontext()


@contextmanager
def _uncollected() -> Generator[None]:
    # Modules live as long as the process, so nothing they make needs to be searched for garbage, now or
    # later.
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="hostex-mcp")
def main(**_: Any) -> None:
    """Run a vacation-rental business from any LLM: an MCP server for Hostex."""
