"""`hostex-mcp demo`: a host's questions and two changes, by a real client and server on the demo account."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import click
from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hostex_mcp.cli.tools import approximate_tokens
from hostex_mcp.server.render import to_json

_SERVER = StdioServerParameters(
    command=sys.executable,
    args=["-m", "hostex_mcp", "stdio", "--sandbox"],
    env={"HOSTEX_MCP_LOG_LEVEL": "warning"},
)


@click.command("demo")
def command() -> None:
    """Show the server at work on the demo account: four questions, an error, and two confirmed changes."""
    asyncio.run(_Demo(Console(highlight=False)).run())


class _Demo:
    """Asks the server over MCP and shows question, call and answer."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def run(self) -> None:
        """The whole demonstration."""
        self._console.print("[dim]Starting the server: hostex-mcp stdio --sandbox[/]")
        async with Client(_SERVER, elicitation_callback=self._person) as client:
            listed = (await client.list_tools()).tools
            definitions = [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in listed]
            cost = sum(map(approximate_tokens, definitions))
            self._console.print(
                f"Connected: {len(listed)} tools, about {cost:,} tokens for the model to carry."
            )
            await self._arrivals(client)
            await self._free_nights(client)
            await self._last_message(client)
            await self._cleaning(client)
            await self._mistake(client)
            await self._price(client)
            await self._reply(client)
        self._console.print(
            "\nUse it with your own account: set HOSTEX_ACCESS_TOKEN and run [bold]hostex-mcp[/]."
        )

    async def _arrivals(self, client: Client) -> None:
        self._ask("Who arrives today?")
        today = _today().isoformat()
        period = {"start_check_in_date": today, "end_check_in_date": today, "status": "accepted"}
        answer = await self._call(client, "list_reservations", period)
        self._show(answer["items"], ["guest_name", "property_id", "check_out_date", "channel_type"])

    async def _free_nights(self, client: Client) -> None:
        self._ask("When is the Harbour Loft free in the next two weeks?")
        found = await self._call(client, "list_properties", {"name": "harbour loft"})
        period = {"start_date": _today().isoformat(), "end_date": (_today() + timedelta(days=13)).isoformat()}
        wanted = {"property_ids": [one["id"] for one in found["items"]], **period}
        answer = await self._call(client, "list_availabilities", wanted)
        self._show([one for one in answer["items"] if one["available"]], ["start_date", "end_date"])

    async def _last_message(self, client: Client) -> None:
        self._ask("What is the newest conversation about?")
        threads = await self._call(client, "list_conversations", {"limit": 1})
        newest = {"conversation_id": threads["items"][0]["id"], "last_n": 3}
        answer = await self._call(client, "get_conversation", newest)
        self._show(answer["messages"], ["author", "created_at", "content"])

    async def _cleaning(self, client: Client) -> None:
        self._ask("What has to be cleaned today and tomorrow?")
        period = {"start_date": _today().isoformat(), "end_date": (_today() + timedelta(days=1)).isoformat()}
        answer = await self._call(client, "list_tasks", {**period, "type": "cleaning"})
        self._show(answer["items"], ["expected", "property_title", "staff_name", "status"])

    async def _mistake(self, client: Client) -> None:
        self._ask("And when the model makes a mistake?")
        answer = await self._call(client, "list_reservations", {"guest_email": "ines@example.com"})
        error = answer["error"]
        self._console.print(f"  [red]{error['kind']}[/]: {escape(error['message'])}")
        self._console.print(f"  [dim]{escape(error['hint'])}[/]")

    async def _price(self, client: Client) -> None:
        self._ask("Raise the Harbour Loft on Airbnb by ten percent next weekend.")
        found = await self._call(client, "get_pricing_ratios", {"property_id": "Harbour Loft"})
        listing = next(one for one in found["channels"] if one["channel_type"] == "airbnb")
        friday = _today() + timedelta(days=(4 - _today().weekday()) % 7 + 7)
        weekend = {"start_date": f"{friday}", "end_date": f"{friday + timedelta(days=1)}", "percent": 10}
        key = {name: listing[name] for name in ("channel_type", "listing_id")}
        await self._change(client, "update_listing_prices", {**key, "prices": [weekend]})

    async def _reply(self, client: Client) -> None:
        self._ask("Tell the guest of the newest conversation that there is a lift.")
        threads = await self._call(client, "list_conversations", {"limit": 1})
        text = "Yes, there is a lift, and the pushchair fits into it."
        reply = {"conversation_id": threads["items"][0]["id"], "message": text}
        await self._change(client, "send_message", reply)

    async def _change(self, client: Client, tool: str, arguments: Mapping[str, Any]) -> None:
        outcome = await self._call(client, tool, arguments)
        self._console.print(f"  [green]{outcome['status']}[/] [dim]{escape(to_json(outcome['result']))}[/]")

    async def _person(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        """The person at the client, who reads the preview and agrees."""
        self._console.print("  [yellow]The client asks its user:[/]")
        for line in params.message.splitlines():
            self._console.print(f"    {escape(line)}")
        self._console.print("  [yellow]The user accepts.[/]")
        return ElicitResult(action="accept")

    def _ask(self, question: str) -> None:
        self._console.print(f"\n[bold]{question}[/]")

    async def _call(self, client: Client, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        self._console.print(f"  [cyan]{tool}[/] [dim]{escape(to_json(arguments))}[/]")
        result = await client.call_tool(tool, dict(arguments))
        return cast("dict[str, Any]", result.structured_content)

    def _show(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
        if not rows:
            self._console.print("  none")
            return
        table = Table(box=None, header_style="dim", pad_edge=True)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(escape(str(row.get(column, ""))) for column in columns))
        self._console.print(table)


def _today() -> date:
    return datetime.now(UTC).date()
