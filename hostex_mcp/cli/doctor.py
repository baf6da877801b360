"""`hostex-mcp doctor`: checks of this setup, each with the fix of what is wrong."""

import asyncio
import os
import platform
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hostex_mcp import __version__
from hostex_mcp.cli.checks.account import account, missing_token, properties
from hostex_mcp.cli.checks.client_setup import client_files
from hostex_mcp.cli.checks.finding import Finding
from hostex_mcp.cli.checks.http_server import http_server
from hostex_mcp.cli.checks.network import reach
from hostex_mcp.cli.checks.notices import notices
from hostex_mcp.cli.clients import Machine
from hostex_mcp.cli.look import Block, console, print_json, waiting
from hostex_mcp.cli.session import checked_selection, fix_proxies, hostex_of
from hostex_mcp.clock import utc_now
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
    """Check settings, the connection to Hostex, the token and what it may do, the clock, and the clients on
    this machine. Each problem comes with its fix. Exit status 1 if there is a problem."""
    with waiting("Checking…") as status:
        results = asyncio.run(findings(port, status.update))
    if as_json:
        print_json([asdict(finding) for finding in results])
    else:
        _show(console(), results)
    ctx.exit(1 if any(finding.verdict == "problem" for finding in results) else 0)


async def findings(port: int, tell: Callable[[str], None]) -> list[Finding]:
    """Run every check; `tell` hears what is being looked at."""
    # In an order in which the first problem is most likely the cause of the others.
    results = [_program()]
    fix_proxies()
    try:
        settings = load(os.environ)
        checked_selection(settings)
    except SettingsError as error:
        return [*results, Finding.problem("settings", str(error), "Correct it where it is set.")]
    results.append(Finding.ok("settings", "All settings are valid."))
    tell(f"Checking the connection to {settings.api_base_url} and the token…")
    results += await _hostex(settings)
    results += [*client_files(Machine.here()), notices(settings)]
    tell("Checking the HTTP server…")
    return [*results, *await http_server(settings, port)]


def _program() -> Finding:
    says = f"hostex-mcp {__version__}, Python {platform.python_version()}, MCP SDK {version('mcp')}."
    return Finding.ok("program", says)


async def _hostex(settings: Settings) -> list[Finding]:
    if settings.sandbox:
        says = "The demo account is served (HOSTEX_MCP_SANDBOX); Hostex is not asked."
        async with hostex_of(settings) as client:
            return [Finding.skipped("Hostex", says), *await properties(client, settings.property_ids)]
    results = await reach(settings.api_base_url, utc_now)
    if any(finding.verdict == "problem" for finding in results):
        unchecked = Finding.skipped("token", "Not checked, as Hostex cannot be reached.")
        return [*results, missing_token(settings.access_token) or unchecked]
    async with hostex_of(settings) as client:
        token = await account(client, settings.access_token)
        served = await properties(client, settings.property_ids) if token.verdict != "problem" else []
    return [*results, token, *served]


def _show(out: Console, results: list[Finding]) -> None:
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    for finding in results:
        mark, style = _MARKS[finding.verdict]
        rows.add_row(Text(f"{mark} {finding.check}", style), Text(finding.says))
        if finding.fix:
            rows.add_row("", Text(f"→ {finding.fix}", "bold" if finding.verdict == "problem" else ""))
    problems = sum(finding.verdict == "problem" for finding in results)
    out.print(Block(rows))
    out.print()
    if problems:
        out.print(f"{problems} problem{'s' if problems > 1 else ''} to fix.", style="bold red")
    else:
        out.print("No problems found.", style="bold green")
