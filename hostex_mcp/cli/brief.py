"""`hostex-mcp brief`: the briefing of a day, printed and sent."""

import asyncio
import re
from typing import Any

import click

from hostex_mcp.cli.delivery import addresses_for, send, to_option
from hostex_mcp.cli.session import OneLine, load_settings, open_engine, usual_log_level
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.notices import Addresses

_GUEST = re.compile(r"<(guest-[0-9a-f]+)>(.*?)</\1>", re.DOTALL)


@click.command("brief")
@click.option("--date", metavar="YYYY-MM-DD", help="The day. [default: today where the properties are]")
@click.option("--sandbox", is_flag=True, default=None, help="Use the built-in demo account.")
@to_option
def command(date: str | None, sandbox: bool | None, to: tuple[str, ...]) -> None:
    """Print the briefing of a day, and send it with --to. What guests wrote is in quotes, with what looks
    like a link broken up. Status 1: it was not read, or did not arrive everywhere."""
    settings = load_settings(log_level=usual_log_level("error"), sandbox=sandbox)
    addresses = addresses_for(to, settings)

    async def run() -> bool:
        async with open_engine(settings) as engine:
            return await _brief(engine, date, addresses)

    if not asyncio.run(run()):
        raise SystemExit(1)


async def _brief(engine: Engine, date: str | None, addresses: Addresses | None) -> bool:
    result: Any = await engine.call("get_daily_briefing", {"date": date} if date else {})
    text = _GUEST.sub(r"“\2”", "\n".join(block.text for block in result.content))
    if result.is_error:
        raise OneLine(text)
    click.echo(text)
    title, _, rest = text.partition("\n")
    return addresses is None or await send(addresses, f"Hostex: {title}", rest.strip())
