"""`hostex-mcp show`: the views of the account in the browser, from a port of this machine."""

import asyncio
from contextlib import suppress
from typing import Any

import click

from hostex_mcp.cli.local_page import LocalPage
from hostex_mcp.cli.session import OneLine, load_settings, open_engine, serving_options, usual_log_level
from hostex_mcp.settings import Settings

_LOOKS = ("day", "calendar", "performance", "guests")
_OPENED = "Opened in your browser. It is there until you press Ctrl-C here."
_UNOPENED = "Open this address in a browser of this machine; it is there until you press Ctrl-C here:\n{}"


@click.command("show")
@click.argument("look", type=click.Choice(_LOOKS), default="day")
@serving_options
def command(look: str, **options: Any) -> None:
    """Look at the account in the browser: the day, the calendar, the figures, or the guests who wait."""
    show(look, load_settings(log_level=usual_log_level("warning"), **options))


def show(look: str, settings: Settings) -> None:
    """Serve the views and open one in the browser, until Ctrl-C."""
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(look, settings))


async def _serve(look: str, settings: Settings) -> None:
    if settings.views == "off":
        raise OneLine("HOSTEX_MCP_VIEWS is off, so that no views are served")
    page = LocalPage()
    async with open_engine(settings, page) as engine:
        page.serve(engine)
        try:
            url = page.home(look)
            click.echo(_OPENED if await page.open(url) else _UNOPENED.format(url))
            await asyncio.Event().wait()
        finally:
            await page.aclose()
