"""`hostex-mcp memory`: what is remembered of accounts between calls."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from hostex_mcp.cli.own_memory import memory_file, opened, remove
from hostex_mcp.cli.session import OneLine, load_settings
from hostex_mcp.http.store import Store, store_of
from hostex_mcp.http.store.account_memory import KEPT_FOR, MOST_BYTES, MemoryCount
from hostex_mcp.http.store.addresses import place_of
from hostex_mcp.settings import Settings, SettingsError

AnswerT = TypeVar("AnswerT")

_MEGABYTE = 1_000_000
_STATUS = "HOSTEX_MCP_MEMORY is {}. {}:{}"
_BOUNDS = (
    f"\nWhat was not seen for {KEPT_FOR.days} days is forgotten, and what is more than "
    f"{MOST_BYTES // _MEGABYTE} MB of an account."
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where accounts are remembered, in words, and how that is opened; `file` is None for a server."""

    name: str
    file: Path | None
    open: Callable[[], AbstractAsyncContextManager[Store]]

    @property
    def is_there(self) -> bool:
        """Whether anything can be there."""
        return self.file is None or self.file.exists()


@click.command("memory")
@click.option("--status", is_flag=True, help="Show what is remembered. This is the default.")
@click.option("--clear", is_flag=True, help="Forget everything that is remembered.")
@click.option("--http", "served", is_flag=True, help="Of the HTTP server's database, not of your own file.")
def command(status: bool, clear: bool, served: bool) -> None:
    """Show or clear what is remembered of accounts between calls (HOSTEX_MCP_MEMORY=on)."""
    if status and clear:
        raise OneLine("choose --status or --clear")
    settings = load_settings()
    try:
        place = _served(settings) if served else _own()
        click.echo(_clear(place) if clear else _status(place, settings))
    except (SettingsError, SQLAlchemyError, OSError) as error:
        raise OneLine((str(error).splitlines() or ["the database cannot be used"])[0]) from None


def _own() -> _Place:
    file = memory_file()
    return _Place(f"{file}", file, lambda: opened(file))


def _served(settings: Settings) -> _Place:
    file = place_of(settings.database_url).file
    return _Place(f"{file or 'The database'}", file, lambda: store_of(settings))


def _status(place: _Place, settings: Settings) -> str:
    counts = _ask(place, lambda store: store.account_memory.counts()) if place.is_there else []
    lines = "".join(f"\n  {_line(count)}" for count in counts)
    return _STATUS.format(settings.memory, place.name, lines or " nothing is remembered.") + _BOUNDS


def _line(count: MemoryCount) -> str:
    return (
        f"{count.kind}: {count.things} (accounts: {count.accounts}), {count.size / _MEGABYTE:.1f} MB, "
        f"the oldest seen at {count.oldest:%Y-%m-%d %H:%M} UTC"
    )


def _clear(place: _Place) -> str:
    if not place.is_there:
        return f"{place.name}: nothing was remembered."
    try:
        count = _ask(place, lambda store: store.account_memory.clear())
    except (SettingsError, SQLAlchemyError):
        if place.file != memory_file():
            raise
        # What cannot be opened holds nothing else.
        remove()
        return f"{place.name}: could not be opened, and was deleted."
    return f"{place.name}: things forgotten: {count}."


def _ask(place: _Place, question: Callable[[Store], Awaitable[AnswerT]]) -> AnswerT:
    async def ask() -> AnswerT:
        async with place.open() as store:
            return await question(store)

    return asyncio.run(ask())
