"""`hostex-mcp doctor`: what is wrong here, and how to mend it."""

import asyncio
import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from hostex_mcp import __version__
from hostex_mcp.api import HostexClient
from hostex_mcp.cli.checks.account import account
from hostex_mcp.cli.checks.client_setup import client_files
from hostex_mcp.cli.checks.finding import Finding
from hostex_mcp.cli.checks.http_server import http_server
from hostex_mcp.cli.checks.network import reach
from hostex_mcp.cli.clients import Place
from hostex_mcp.cli.look import console
from hostex_mcp.settings import Settings, SettingsError, load

_MARKS = {
    "ok": ("✓", "green"),
    "warning": ("!", "yellow"),
    "problem": ("✗", "bold red"),
    "skipped": ("·", "dim"),
}


@click.command("doctor")
@click.option("--port", default=8000, show_default=True, help="The port `hostex-mcp http` is to listen on.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def command(ctx: click.Context, port: int, as_json: bool) -> None:
    """Check settings, the way to Hostex, the token and what it may do, the clock, and the clients on this
    machine. Each problem comes with what mends it. Status 1: there is a problem."""
    out = console()
    with console(stderr=True).status("Looking…"):
        found = asyncio.run(findings(port))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
    else:
        _show(out, found)
    ctx.exit(1 if any(one.verdict == "problem" for one in found) else 0)


async def findings(port: int) -> list[Finding]:
    """Every check, in an order in which the first problem is most likely the cause of the others."""
    found = [_program()]
    try:
        settings = load(os.environ)
    except SettingsError as error:
        return [*found, Finding.problem("settings", str(error), "Correct it where it is set.")]
    found.append(Finding.ok("settings", "All settings can be used."))
    found += await _hostex(settings)
    found += client_files(Place.here())
    return [*found, *await http_server(settings, port)]


def _program() -> Finding:
    says = f"hostex-mcp {__version__}, Python {platform.python_version()}, MCP SDK {version('mcp')}."
    return Finding.ok("program", says)


async def _hostex(settings: Settings) -> list[Finding]:
    if settings.sandbox:
        return [
            Finding.skipped("Hostex", "The demo account is served (HOSTEX_MCP_SANDBOX); Hostex is not asked.")
        ]
    found = await reach(settings.api_base_url, lambda: datetime.now(UTC))
    if any(one.verdict == "problem" for one in found):
        return [*found, Finding.skipped("token", "Not checked, as Hostex cannot be reached.")]
    token = settings.access_token
    text: Any = token.get_secret_value() if token else None
    async with HostexClient(
        text, base_url=settings.api_base_url, timeout=settings.api_timeout_seconds
    ) as client:
        return [*found, await account(client, token)]


def _show(out: Console, found: list[Finding]) -> None:
    width = max(len(one.check) for one in found)
    for one in found:
        mark, style = _MARKS[one.verdict]
        line = Text.assemble((f"{mark} {one.check:<{width}}  ", style), one.says)
        out.print(line, soft_wrap=not out.is_terminal)
        if one.fix:
            out.print(
                Text(f"{'':<{width + 4}}→ {one.fix}", "bold" if one.verdict == "problem" else ""),
                soft_wrap=not out.is_terminal,
            )
    problems = sum(one.verdict == "problem" for one in found)
    out.print()
    out.print("All well." if not problems else f"{problems} problem{'s' if problems > 1 else ''} to mend.")
