"""`hostex-mcp stdio`: the server that a client starts."""

import asyncio
from typing import Any

import click

from hostex_mcp.cli.local_page import LocalPage
from hostex_mcp.cli.notify import notices_of
from hostex_mcp.cli.session import load_settings, open_engine, serving_options, usual_log_level
from hostex_mcp.server.stdio import serve_stdio
from hostex_mcp.settings import Settings

_WHERE = "Decide on the page in your browser."


@click.command("stdio")
@serving_options
@click.option(
    "--confirm-link",
    is_flag=True,
    default=None,
    help="Tell the model the address of the page on which the user decides on changes.",
)
def command(**options: Any) -> None:
    """Serve MCP over standard input and output, with the token from HOSTEX_ACCESS_TOKEN."""
    asyncio.run(_serve(load_settings(log_level=usual_log_level("warning"), **options)))


async def _serve(settings: Settings) -> None:
    page = LocalPage(told=settings.confirm_link)
    async with notices_of(settings, _WHERE) as notices, open_engine(settings, page, notices) as engine:
        page.serve(engine)
        try:
            await serve_stdio(engine)
        finally:
            await page.aclose()
