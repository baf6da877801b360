"""`hostex-mcp http`: the server for many hosts, or for one user of this machine."""

import logging
import os
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import urlsplit

import click
from starlette.types import ASGIApp

from hostex_mcp.cli.logs import configure_logs
from hostex_mcp.cli.notify import addresses_of, notices_of
from hostex_mcp.cli.session import OneLine, load_settings, open_engine, selection_of, serving_options
from hostex_mcp.http.app import local_app
from hostex_mcp.http.config import Address
from hostex_mcp.http.hosting import hosted
from hostex_mcp.http.serving import Opening, bind, serve
from hostex_mcp.http.store import migrate, open_keys
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.http.transport.metrics import SHARED_FOLDER
from hostex_mcp.loopback import is_loopback
from hostex_mcp.server.app import warm_up
from hostex_mcp.settings import Settings, SettingsError

_log = logging.getLogger("hostex_mcp.http")


@click.command("http")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on."
)
@click.option("--public-url", metavar="URL", help="The https address users reach. [default: the bound one]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes. [default: one for each core]")
@click.option("--no-auth", is_flag=True, help="Serve one user of this machine, without OAuth.")
@serving_options
def command(host: str, port: int, no_auth: bool, **options: Any) -> None:
    """Serve MCP over HTTP at /mcp: with OAuth, for many hosts, or with --no-auth for the token of
    HOSTEX_ACCESS_TOKEN alone."""
    settings = load_settings(**options)
    selection_of(settings)
    _check_reach(settings, host)
    _check_processes(settings, no_auth)
    if no_auth:
        _check_local(settings, host)
    else:
        _prepare(settings)
    if settings.notify:
        addresses_of(settings)
    listener = _listen(host, port)
    address = Address(settings.public_url or _origin(listener))
    _announce(settings, address, no_auth)
    # Folders of this machine are for its own user, not for those who connect.
    worker = _Worker(replace(settings, image_folders=()), address, no_auth)
    processes = 1 if no_auth else _processes(settings)
    with _counted_together(processes):
        status = serve(worker, listener, processes, settings.trusted_proxies)
    raise SystemExit(status)


@dataclass(frozen=True)
class _Worker:
    """A factory of the application, called in each process that serves it."""

    settings: Settings
    address: Address
    local: bool

    def __call__(self) -> ASGIApp:
        configure_logs(self.settings.log_level, self.settings.log_format)
        # Writes are logged whatever the level hides of the rest.
        logging.getLogger("hostex_mcp.audit").setLevel(logging.INFO)
        warm_up()
        return Opening(self._open)

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[ASGIApp]:
        if self.local:
            async with open_engine(self.settings) as engine:
                yield local_app(self.settings, self.address, engine)
        else:
            upstream, tokens = _upstream(self.settings), _demo_tokens(self.settings)
            where = f"Open {self.address.origin}/changes to decide."
            async with (
                notices_of(self.settings, where) as notices,
                hosted(self.settings, self.address, upstream, demo_tokens=tokens, notices=notices) as app,
            ):
                yield app


@contextmanager
def _counted_together(processes: int) -> Generator[None]:
    """Give several processes a folder for their metrics, so that each can report those of all."""
    if processes == 1:
        yield
        return
    try:
        # Processes map its files into memory and die when the disk below is full, so it lies in memory.
        folder = tempfile.TemporaryDirectory(prefix="hostex-mcp-metrics-", dir=_memory())
    except OSError as error:
        raise OneLine(
            f"no folder for metrics; set TMPDIR to a writable directory: {error.strerror}"
        ) from None
    with folder as path:
        os.environ[SHARED_FOLDER] = path
        yield


def _memory() -> str | None:
    """Return a folder that is kept in memory, where the system has one."""
    shared = Path("/dev") / "shm"
    return str(shared) if shared.is_dir() and os.access(shared, os.W_OK) else None


def _prepare(settings: Settings) -> None:
    """Make keys and tables once, before the processes that need them start."""
    try:
        _upstream(settings)
        open_keys(settings)
        migrate(settings.database_url)
    except SettingsError as error:
        raise OneLine(str(error)) from None


def _upstream(settings: Settings) -> Upstream:
    if settings.sandbox:
        return import_module("hostex_mcp.cli.in_process").sandbox_upstream()
    return Upstream.of(settings)


def _demo_tokens(settings: Settings) -> tuple[tuple[str, str], ...]:
    return tuple(import_module("hostex_mcp.sandbox").TOKENS.items()) if settings.sandbox else ()


def _processes(settings: Settings) -> int:
    # The sandbox keeps its state in memory, so it lives in a single process.
    return 1 if settings.sandbox else settings.workers or os.cpu_count() or 1


def _check_reach(settings: Settings, host: str) -> None:
    if not is_loopback(host) and settings.public_url is None:
        raise OneLine(f"--host {host} is reachable from outside: set its https address with --public-url")


def _check_local(settings: Settings, host: str) -> None:
    name = urlsplit(settings.public_url).hostname if settings.public_url else host
    if not is_loopback(host) or not is_loopback(name or ""):
        raise OneLine("--no-auth serves this machine only: leave --host and --public-url out")
    if settings.access_token is None and not settings.sandbox:
        raise OneLine("--no-auth needs HOSTEX_ACCESS_TOKEN, or --sandbox for the demo account")


def _check_processes(settings: Settings, no_auth: bool) -> None:
    if (no_auth or settings.sandbox) and (settings.workers or 1) > 1:
        option = "--no-auth" if no_auth else "--sandbox"
        raise OneLine(f"{option} is served by one process: leave --workers (HOSTEX_MCP_WORKERS) out")


def _announce(settings: Settings, address: Address, no_auth: bool) -> None:
    """Print on standard error where the server is, and what it can be tried with."""
    click.echo(f"hostex-mcp serves {address.resource}", err=True)
    if settings.access_token and not no_auth:
        _log.warning("HOSTEX_ACCESS_TOKEN is not used: every host connects their own account")
    if settings.sandbox and not no_auth:
        click.echo("The connect page accepts these access tokens:", err=True)
        for name, meaning in _demo_tokens(settings):
            click.echo(f"  {name:<20} {meaning}", err=True)


def _listen(host: str, port: int) -> socket:
    try:
        return bind(host, port)
    except OSError as error:
        raise OneLine(f"cannot listen on {host} port {port}: {error.strerror}") from None


def _origin(listener: socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
