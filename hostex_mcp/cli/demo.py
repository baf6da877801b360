"""`hostex-mcp demo`: a host's questions and two changes, by a real client and server on the demo account."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import click
from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult
from rich.console import Console, RenderableType
from rich.text import Text

from hostex_mcp.cli import showing
from hostex_mcp.cli.look import Block, console, waiting
from hostex_mcp.cli.session import load_settings, usual_log_level
from hostex_mcp.cli.show import show
from hostex_mcp.cli.tools import approximate_tokens, roughly

_SERVER = StdioServerParameters(
    command=sys.executable,
    args=["-m", "hostex_mcp", "stdio", "--sandbox"],
    env={"HOSTEX_MCP_LOG_LEVEL": "warning"},
)

Row = Mapping[str, Any]
Scene = Callable[[Client], Awaitable[None]]


@click.command("demo")
@click.option("--look", is_flag=True, help="Look at the demo account's day in the browser instead.")
def command(look: bool) -> None:
    """Show the server at work on the demo account: four questions, an error, and two confirmed changes."""
    if look:
        show("day", load_settings(log_level=usual_log_level("warning"), sandbox=True))
    else:
        asyncio.run(_demonstrate(console()))


async def _demonstrate(out: Console) -> None:
    demo = Demo(out, datetime.now(UTC).date())
    with waiting("Starting the server…") as status:
        async with Client(_SERVER, elicitation_callback=demo.person) as client:
            await demo.meet(client, status.stop)
            for scene in demo.scenes():
                await scene(client)
    farewell = Text("Use it with your own account: set HOSTEX_ACCESS_TOKEN, then ")
    out.print()
    out.print(Block(farewell.append("hostex-mcp doctor", "bold")))


class Demo:
    """A show of questions, calls and answers over MCP. `today` is the demo account's day."""

    def __init__(self, out: Console, today: date) -> None:
        self._out = out
        self._today = today

    def scenes(self) -> Sequence[Scene]:
        """Return everything there is to show, in the order of a day."""
        questions = (self.arrivals, self.waiting, self.free_nights, self.cleaning)
        return (*questions, self.mistake, self.price, self.reply)

    async def meet(self, client: Client, started: Callable[[], None]) -> None:
        """Show what the client finds when it connects; `started` is called once the server has answered."""
        tools = (await client.list_tools()).tools
        started()
        definitions = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]
        cost = sum(map(approximate_tokens, definitions))
        self._out.print(Block(Text("A real MCP client and server on a demo account", "dim")))
        size = f"{len(tools)} tools, {roughly(cost)} tokens in the model's context"
        self._out.print(Block(Text(size, "dim")))

    async def arrivals(self, client: Client) -> None:
        """Show what a day brings."""
        self._ask("Who arrives today? And what needs attention?")
        answer = await self._call(client, "get_daily_briefing", {})
        more = answer.get("more", {})
        self._rows(answer["arrivals"], "time", "guest_name", "property", "guests")
        self._more(more.get("arrivals", 0))
        self._out.print()
        self._rows(answer["warnings"], "kind", "property", "detail")
        self._more(more.get("warnings", 0))

    async def waiting(self, client: Client) -> None:
        """Show who wrote and has no answer."""
        self._ask("Which guests are waiting for an answer?")
        answer = await self._call(client, "list_guests_waiting", {"limit": 3})
        self._rows(answer["items"], "guest_name", "waiting_hours", "says")
        self._more(answer["total"] - answer["returned"])

    async def free_nights(self, client: Client) -> None:
        """Show nights that can still be sold."""
        self._ask("When is the Harbour Loft free in the next two weeks?")
        period = {"start_date": f"{self._today}", "end_date": f"{self._today + timedelta(days=13)}"}
        answer = await self._call(client, "list_availabilities", {"property_ids": ["Harbour Loft"], **period})
        self._rows([span for span in answer["items"] if span["available"]], "start_date", "end_date")

    async def cleaning(self, client: Client) -> None:
        """Show work for the team."""
        self._ask("What has to be cleaned today and tomorrow?")
        period = {"start_date": f"{self._today}", "end_date": f"{self._today + timedelta(days=1)}"}
        answer = await self._call(client, "list_tasks", {**period, "type": "cleaning"})
        self._rows(answer["items"], "expected", "property_title", "staff_name")

    async def mistake(self, client: Client) -> None:
        """Show a misspelt argument, which Hostex itself would drop without a word."""
        self._ask("And when the model makes a mistake?")
        answer = await self._call(client, "list_conversations", {"page_size": 5})
        self._show(showing.error(answer["error"]))

    async def price(self, client: Client) -> None:
        """Show a change of prices, previewed and confirmed."""
        self._ask("Raise the Harbour Loft on Airbnb by ten percent next weekend.")
        ratios = await self._call(client, "get_pricing_ratios", {"property_id": "Harbour Loft"})
        listing = next(link for link in ratios["channels"] if link["channel_type"] == "airbnb")
        friday = self._today + timedelta(days=(4 - self._today.weekday()) % 7 + 7)
        weekend = {"start_date": f"{friday}", "end_date": f"{friday + timedelta(days=1)}", "percent": 10}
        key = {name: listing[name] for name in ("channel_type", "listing_id")}
        await self._change(client, "update_listing_prices", {**key, "prices": [weekend]})

    async def reply(self, client: Client) -> None:
        """Show a message that a guest will read, previewed and confirmed."""
        self._ask("Tell the guest of the newest conversation that there is a lift.")
        threads = await self._call(client, "list_conversations", {"limit": 1})
        text = "Yes, there is a lift, and the pushchair fits into it."
        message = {"conversation_id": threads["items"][0]["id"], "message": text}
        await self._change(client, "send_message", message)

    async def person(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        """Play the person at the client, who reads the preview and agrees."""
        self._show(Text("The client asks its user:", "yellow"))
        self._show(showing.question(params.message), deeper=2)
        self._show(Text("The user accepts.", "yellow"))
        return ElicitResult(action="accept")

    def _ask(self, question: str) -> None:
        self._out.print()
        self._out.print(Block(Text(f"> {question}", "bold")))

    async def _call(self, client: Client, tool: str, arguments: Row) -> dict[str, Any]:
        self._show(showing.call_line(tool, arguments))
        result = await client.call_tool(tool, dict(arguments))
        return cast("dict[str, Any]", result.structured_content)

    async def _change(self, client: Client, tool: str, arguments: Row) -> None:
        outcome = await self._call(client, tool, arguments)
        undo = outcome["undo"]
        self._show(Text(outcome["status"], "bold green"))
        if undo:
            self._show(Text("It can be undone with:", "dim"))
            self._show(showing.call_line(undo["tool"], undo["arguments"]))

    def _rows(self, rows: Sequence[Row], *columns: str) -> None:
        cells = [{name: row.get(name, "") for name in columns} for row in rows]
        self._show(showing.TableRows(cells) if cells else Text("none"))

    def _more(self, count: int) -> None:
        if count:
            self._show(Text(f"and {count} more", "dim"))

    def _show(self, content: RenderableType, deeper: int = 0) -> None:
        self._out.print(Block(content, 2 + deeper))
