"""`hostex-mcp watch`: what happened in the account since the last time, for routines and cron."""

import asyncio
import json
import os
import re
import shlex
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

import anyio
import click
from anyio.to_thread import run_sync
from platformdirs import user_state_path

from hostex_mcp.cli.delivery import addresses_for, send, to_option
from hostex_mcp.cli.look import print_json_line
from hostex_mcp.cli.session import (
    OneLine,
    account_label,
    load_settings,
    open_engine,
    usual_log_level,
)
from hostex_mcp.domain.guest_text import visible
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.news import Mark, Row, UnreadNews, read_news
from hostex_mcp.server.notices import Addresses
from hostex_mcp.settings import Settings

FAILED, NOTHING_NEW = 1, 4

_TOLD = 10
_EVERY = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": 60, "h": 3_600, "d": 86_400}
_LEAST_SECONDS, _MOST_SECONDS = 60, 7 * 86_400


@click.command("watch")
@click.option("--since", metavar="TIME", help="A day or a time. [default: where the last run ended]")
@click.option("--every", metavar="5m", help="Go on, and look again after so many minutes (m), hours or days.")
@click.option("--run", "program", metavar="COMMAND", help="Run it with the new lines on its standard input.")
@click.option("--sandbox", is_flag=True, default=None, help="Use the built-in demo account.")
@to_option
def command(
    since: str | None, every: str | None, program: str | None, sandbox: bool | None, to: tuple[str, ...]
) -> None:
    """Print what happened since the last run, one JSON object a line, oldest first. The first run of an
    account looks a day back. Status 0: something new; 4: nothing new; 1: it could not be read, sent or handed
    on, and the next run tells it again; 2: wrong usage. With --every it goes on until it is stopped."""
    settings = load_settings(log_level=usual_log_level("error"), sandbox=sandbox)
    seconds = _seconds(every) if every else None
    words = _words(program) if program else None
    watch = _Watch(settings, addresses_for(to, settings), words)
    with suppress(KeyboardInterrupt):
        status = asyncio.run(watch.run(since, seconds))
        if status:
            raise SystemExit(status)


def _seconds(every: str) -> int:
    match = _EVERY.fullmatch(every)
    seconds = int(match[1]) * _UNITS[match[2]] if match else 0
    if not _LEAST_SECONDS <= seconds <= _MOST_SECONDS:
        raise OneLine("--every must be a time from 1m to 7d, such as 5m, 2h or 1d")
    return seconds


def _words(program: str) -> list[str]:
    try:
        words = shlex.split(program)
    except ValueError as error:
        raise OneLine(f"--run: {error}") from None
    if not words:
        raise OneLine("--run needs a command")
    return words


class _Watch:
    def __init__(self, settings: Settings, addresses: Addresses | None, program: list[str] | None) -> None:
        self._settings = settings
        self._addresses = addresses
        self._program = program
        self._file = user_state_path("hostex-mcp") / f"watch-{account_label(settings)}.json"

    async def run(self, since: str | None, seconds: int | None) -> int:
        async with open_engine(self._settings) as engine:
            status = await self._look(engine, since)
            while seconds is not None:
                await anyio.sleep(seconds)
                await self._look(engine, None)
        return status

    async def _look(self, engine: Engine, since: str | None) -> int:
        try:
            fresh, mark = await read_news(engine, since or self._mark())
        except UnreadNews as error:
            click.echo(f"hostex-mcp: {error}", err=True)
            return FAILED
        for row in fresh:
            print_json_line(row)
        if fresh and not await self._handed_on(fresh):
            return FAILED
        await run_sync(self._keep, mark)
        return 0 if fresh else NOTHING_NEW

    async def _handed_on(self, rows: Sequence[Row]) -> bool:
        sent = self._addresses is None or await send(self._addresses, *_notice(rows))
        return await self._ran(rows) and sent

    async def _ran(self, rows: Sequence[Row]) -> bool:
        if self._program is None:
            return True
        lines = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
        # Tokens and keys stay with this process.
        environ = {name: value for name, value in os.environ.items() if not name.startswith("HOSTEX_")}
        try:
            ended = await anyio.run_process(
                self._program, input=lines, check=False, stdout=None, stderr=None, env=environ
            )
        except OSError as error:
            click.echo(f"hostex-mcp: --run: {error.strerror or 'cannot be run'}", err=True)
            return False
        if ended.returncode:
            click.echo(f"hostex-mcp: --run ended with status {ended.returncode}", err=True)
        return ended.returncode == 0

    def _mark(self) -> Mark | None:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return Mark(datetime.fromisoformat(kept["until"]).astimezone(UTC), frozenset(kept["told"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            click.echo(f"hostex-mcp: {self._file} cannot be read; looking a day back", err=True)
            return None

    def _keep(self, mark: Mark) -> None:
        text = json.dumps({"until": mark.until.isoformat(), "told": sorted(mark.told)})
        beside = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.write_text(text, encoding="utf-8")
            beside.replace(self._file)
        except OSError as error:
            raise OneLine(f"{self._file}: {error.strerror}; the next run tells the same again") from None


def _notice(rows: Sequence[Row]) -> tuple[str, str]:
    """Return title and text of a notice of new lines, without guests' names and words."""
    count = len(rows)
    title = "Hostex: something happened" if count == 1 else f"Hostex: {count} things happened"
    lines = [_line(row) for row in rows[-_TOLD:]]
    if count > _TOLD:
        lines.insert(0, f"{count - _TOLD} earlier ones, and then")
    return title, "\n".join(lines)


def _line(row: Row) -> str:
    stay = f"{row['check_in_date']} to {row['check_out_date']}" if "check_in_date" in row else ""
    amount = f"{row['amount']:,.2f} {row.get('currency') or ''}".strip() if row.get("amount") else ""
    words = (row.get("property") or "", row["what"], row.get("item") or "", stay, amount)
    told = ", ".join(" ".join(visible(str(word)).split()) for word in words if word)
    return f"{row['at'].replace('T', ' ')}: {told}"
