"""Options, settings and the engine over Hostex or the sandbox that the subcommands share."""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from importlib import import_module
from typing import Any, TypeVar

import click

from hostex_mcp.api import HostexClient
from hostex_mcp.cli.logs import configure_logs
from hostex_mcp.clock import utc_now
from hostex_mcp.server.assembly import Reach, assemble, reach_of, scope_client
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.changes.record import DecisionPage, MemoryChanges, NoPage
from hostex_mcp.server.changes.told import ToldChanges
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.notices import Notices
from hostex_mcp.settings import Settings, SettingsError, load
from hostex_mcp.toolkit.account_store import AccountStore, NoStore
from hostex_mcp.tools.selection import Selection, UnknownName, select

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


class OneLine(click.ClickException):
    """An error that ends the command with a single line on standard error and the status of wrong usage."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Print the line."""
        click.echo(f"hostex-mcp: {self.format_message()}", err=True)


def serving_options(command: CommandT) -> CommandT:
    """Add the options of every subcommand that serves or calls tools."""
    options = [
        click.option("--toolsets", metavar="A,B", help="Toolsets to list, or all. [default: core]"),
        click.option("--tools", metavar="X,Y", help="Single tools to list as well."),
        click.option("--exclude-tools", metavar="X,Y", help="Tools never served; always wins."),
        click.option("--read-only", is_flag=True, default=None, help="Serve no tool that changes anything."),
        click.option("--sandbox", is_flag=True, default=None, help="Use the built-in demo account."),
        click.option(
            "--confirm", metavar="HOW", help="How consequential changes are confirmed: auto, token or off."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def load_settings(**options: Any) -> Settings:
    """Load the settings of the environment and these options, and set up logs. A wrong setting ends the
    command."""
    fix_proxies()
    try:
        settings = load(os.environ, **options)
    except SettingsError as error:
        raise OneLine(str(error)) from None
    configure_logs(settings.log_level, settings.log_format)
    return settings


def fix_proxies() -> None:
    """Correct `socks://` in the environment, which desktops set for what is called `socks5://`."""
    for name in ("ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        address = os.environ.get(name, "")
        if address.startswith("socks://"):
            os.environ[name] = address.replace("socks://", "socks5://", 1)


def usual_log_level(level: str) -> str | None:
    """Return the log level of a command that says less than servers do, unless the environment sets
    another."""
    return None if "HOSTEX_MCP_LOG_LEVEL" in os.environ else level


def selection_of(settings: Settings) -> Selection:
    """Return the tools these settings choose; a name that does not exist ends the command."""
    try:
        return checked_selection(settings)
    except SettingsError as error:
        raise OneLine(str(error)) from None


def checked_selection(settings: Settings) -> Selection:
    """Return the tools these settings choose.

    Raises:
        SettingsError: when they name a tool or toolset that does not exist.
    """
    try:
        return select(settings.toolsets, settings.tools, settings.exclude_tools, read_only=settings.read_only)
    except UnknownName as error:
        raise SettingsError(f"{error.setting}: {error}") from None


@asynccontextmanager
async def open_engine(
    settings: Settings, page: DecisionPage | None = None, notices: Notices | None = None
) -> AsyncGenerator[Engine]:
    """Open an engine over the Hostex account of these settings, or over the sandbox's demo account. Where its
    client cannot ask, changes wait on the `page`, of which `notices` tell."""
    selection = selection_of(settings)
    async with hostex_of(settings) as client:
        reach = reach_of(settings, account_label(settings))
        changes = MemoryChanges()
        store = ToldChanges(changes, notices, utc_now) if notices else changes
        scoped, desk = scope_client(client, reach), ChangeDesk(store=store, page=page or NoPage())
        async with _remembering(settings, reach) as memory:
            yield assemble(settings, selection, scoped, reach, own_machine=True, desk=desk, store=memory)


@asynccontextmanager
async def _remembering(settings: Settings, reach: Reach) -> AsyncGenerator[AccountStore]:
    """Return what is remembered of the account of these settings. The demo account is made anew each time."""
    token = settings.access_token
    if settings.memory == "off" or settings.sandbox or token is None:
        yield NoStore()
        return
    # Loaded only here, as the database takes longer to load than all the rest.
    own_memory = import_module("hostex_mcp.cli.own_memory")
    named = reach.named(f"{settings.api_base_url} {token.get_secret_value()}")
    async with own_memory.remembered(named) as memory:
        yield memory


def account_label(settings: Settings) -> str:
    """Return what tells accounts apart, such as in the audit trail, without giving a token away."""
    if settings.sandbox or settings.access_token is None:
        return "sandbox" if settings.sandbox else "none"
    return sha256(settings.access_token.get_secret_value().encode()).hexdigest()[:12]


def hostex_of(settings: Settings) -> HostexClient:
    """Return a client of the Hostex account of these settings, or of the sandbox's demo account."""
    if settings.sandbox:
        # Loaded only here: the sandbox is large, and servers of real accounts never need it.
        return import_module("hostex_mcp.cli.in_process").sandbox_client()
    token = settings.access_token.get_secret_value() if settings.access_token else None
    return HostexClient(token, base_url=settings.api_base_url, timeout=settings.api_timeout_seconds)
