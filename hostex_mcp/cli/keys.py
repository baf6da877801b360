"""`hostex-mcp keys`: the keys that encrypt what the HTTP server keeps."""

import asyncio

import click

from hostex_mcp.cli.session import OneLine, load_settings
from hostex_mcp.http.keys.key_file import KeyFile
from hostex_mcp.http.keys.keyring import new_key
from hostex_mcp.http.store import key_file_of, store_of
from hostex_mcp.settings import Settings, SettingsError


@click.group("keys")
def command() -> None:
    """Make and rotate the keys that encrypt what the HTTP server keeps."""


@command.command("new")
def new() -> None:
    """Print a fresh key for HOSTEX_MCP_SECRET_KEYS. Put it before the others, not in their place."""
    click.echo(new_key())


@command.command("rotate")
def rotate() -> None:
    """Encrypt everything that is kept under the newest key. A key file gets a fresh key first, and keeps the
    one before it; servers notice by themselves. With HOSTEX_MCP_SECRET_KEYS, the first key is the newest."""
    settings = load_settings()
    try:
        file = key_file_of(settings)
        told = _rotate_file(settings, file) if file else _rotate_set(settings)
    except SettingsError as error:
        raise OneLine(str(error)) from None
    click.echo(told)


def _rotate_file(settings: Settings, file: KeyFile) -> str:
    file.ring()
    previous = file.add()
    rows = asyncio.run(_reseal(settings))
    dropped = file.drop_older_than(previous)
    return (
        f"{file.path}: a fresh key is in use, and the one before it is kept, for what is still on its way. "
        f"Encrypted again: {rows}. Older keys dropped: {dropped}."
    )


def _rotate_set(settings: Settings) -> str:
    rows = asyncio.run(_reseal(settings))
    if len(settings.secret_keys) == 1:
        return (
            f"HOSTEX_MCP_SECRET_KEYS holds one key. Encrypted again: {rows}. To rotate, put a key from "
            "`hostex-mcp keys new` before it on every replica, restart them, and run this again."
        )
    return (
        f"Encrypted again under the first key: {rows}. Once every replica runs with this first key, run this "
        "once more; one hour later the other keys may be taken out of HOSTEX_MCP_SECRET_KEYS."
    )


async def _reseal(settings: Settings) -> int:
    async with store_of(settings) as store:
        return await store.reseal()
