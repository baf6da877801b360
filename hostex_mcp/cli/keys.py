"""`hostex-mcp keys`: the keys that encrypt what the HTTP server stores."""

import asyncio

import click

from hostex_mcp.cli.session import OneLine, load_settings
from hostex_mcp.http.keys.key_file import KeyFile
from hostex_mcp.http.keys.keyring import new_key
from hostex_mcp.http.store import key_file_of, store_of
from hostex_mcp.settings import Settings, SettingsError


@click.group("keys")
def command() -> None:
    """Create and rotate the keys that encrypt what the HTTP server stores."""


@command.command("new")
def new() -> None:
    """Print a new key for HOSTEX_MCP_SECRET_KEYS. Put it before the others; do not replace them."""
    click.echo(new_key())


@command.command("rotate")
def rotate() -> None:
    """Encrypt everything that is stored under the newest key. A key file gets a new key first and keeps the
    previous one; running servers notice by themselves. With HOSTEX_MCP_SECRET_KEYS, the first key is the
    newest."""
    settings = load_settings()
    try:
        file = key_file_of(settings)
        report = _rotate_file(settings, file) if file else _rotate_set(settings)
    except SettingsError as error:
        raise OneLine(str(error)) from None
    click.echo(report)


def _rotate_file(settings: Settings, file: KeyFile) -> str:
    file.ring()
    # Until every server has noticed the new key, some still encrypt with the previous one.
    previous = file.add()
    rows = asyncio.run(_reseal(settings))
    dropped = file.drop_older_than(previous)
    return (
        f"{file.path}: a new key is in use; the previous one is kept for what is still in transit. "
        f"Rows encrypted again: {rows}. Older keys dropped: {dropped}."
    )


def _rotate_set(settings: Settings) -> str:
    rows = asyncio.run(_reseal(settings))
    if len(settings.secret_keys) == 1:
        return (
            f"HOSTEX_MCP_SECRET_KEYS holds one key. Rows encrypted again: {rows}. To rotate, put a key from "
            "`hostex-mcp keys new` before it on every replica, restart them, and run this again."
        )
    return (
        f"Rows encrypted again under the first key: {rows}. Once every replica runs with this first key, run "
        "this once more; one hour later the other keys can be removed from HOSTEX_MCP_SECRET_KEYS."
    )


async def _reseal(settings: Settings) -> int:
    async with store_of(settings) as store:
        return await store.reseal()
