"""A chat app in front of a model: what it declares, and what of each answer reaches the model."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import httpx2
from anyio import lowlevel
from mcp import Client
from mcp.client.extension import advertise
from mcp.client.session import ElicitationFnT
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from hostex_mcp.api import HostexClient
from hostex_mcp.http.app import local_app
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.app import create_server
from hostex_mcp.server.audit import AuditLog
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import Settings, Views
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import Selection, select
from tests.support.clock import Clock
from tests.support.local import HERE, running
from tests.support.previewing import demo_sandbox

Json = dict[str, Any]
Way = Literal["stdio, handshake", "stdio, 2026", "http, handshake", "http, 2026"]
WAYS: tuple[Way, ...] = ("stdio, handshake", "stdio, 2026", "http, handshake", "http, 2026")

EXTENSION = "io.modelcontextprotocol/ui"
SHOWS = {EXTENSION: {"mimeTypes": ["text/html;profile=mcp-app"]}}
SECRET = "hostex/secret"
BOOKING = {"reservation_code": "5-DEMO30PAT"}


def told_in(result: CallToolResult) -> Json:
    """The structured half of a result."""
    return cast("Json", result.structured_content)


class Page:
    """A page to which nobody goes unasked; it counts the changes for which somebody was sent there, and
    knows how long calls had waited by then."""

    present = True

    def __init__(self) -> None:
        self.asked: dict[str, float] = {}
        self.waited = 0.0

    @property
    def invited(self) -> int:
        return len(self.asked)

    def address(self, change: Any) -> str:
        return f"https://page.example/{change.id}"

    async def invite(self, change: Any) -> str:
        self.asked.setdefault(change.id, self.waited)
        return "The user decides on their page."


@dataclass
class Chat:
    """A person's app, connected."""

    client: Client
    engine: Engine
    sandbox: Sandbox
    page: Page
    clock: Clock

    async def call(self, tool: str, /, **arguments: Any) -> CallToolResult:
        """What the app gets for a call."""
        return await self.client.call_tool(tool, arguments)

    async def answer(self, tool: str, /, **arguments: Any) -> Json:
        """The structured result of a call."""
        return told_in(await self.call(tool, **arguments))

    async def card(self, tool: str, /, **arguments: Any) -> "Card":
        """The card that a call ends with."""
        result = await self.call(tool, **arguments)
        assert result.meta is not None, result
        told = told_in(result)
        change_id = told.get("change_id") or told["change"]["id"]
        secret = str(result.meta[SECRET])
        return Card(self, change_id, secret, told)

    async def names(self) -> list[str]:
        """The tools that are listed."""
        return [tool.name for tool in (await self.client.list_tools()).tools]


@dataclass
class Card:
    """A card in the chat: the change, its secret, and the answer it came with."""

    chat: Chat
    change_id: str
    secret: str
    told: Json

    async def read(self) -> Json:
        """The change as it stands."""
        return (await self.chat.answer("read_change", change_id=self.change_id, secret=self.secret))["change"]

    async def press(self, approve: bool = True, **more: Any) -> Json:
        """The answer to a button, pressed below what is shown now."""
        seen = more.pop("seen", None) or (await self.read())["seen"]
        given = {"change_id": self.change_id, "secret": self.secret, "approve": approve, "seen": seen}
        return await self.chat.answer("decide_change", **given | more)


@dataclass
class Served:
    """How an account is served."""

    views: Views = "on"
    confirm: str = "auto"
    selection: Selection = field(default_factory=lambda: select(["all"]))
    desk: Mapping[str, Any] = field(default_factory=dict[str, Any])
    audit: AuditLog | None = None
    privacy: Any = "standard"


@asynccontextmanager
async def chatting(
    way: Way = "stdio, 2026",
    served: Served | None = None,
    *,
    extensions: Mapping[str, Any] = SHOWS,
    person: ElicitationFnT | None = None,
) -> AsyncGenerator[Chat]:
    """An app that declares these extensions, in front of the demo account."""
    served, sandbox, page, clock = served or Served(), demo_sandbox(), Page(), Clock()
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as hostex:

        async def pause(seconds: float) -> None:
            page.waited += seconds
            await lowlevel.checkpoint()

        reachable = served.selection.reachable
        engine = Engine(
            served.selection,
            Context(hostex, reachable, now=clock, pause=pause, privacy=served.privacy),
            served.confirm,
            audit=served.audit,
            desk=ChangeDesk(page=page, **served.desk),
            views=served.views,
        )
        async with connected(way, engine, extensions, person) as client:
            yield Chat(client, engine, sandbox, page, clock)


@asynccontextmanager
async def connected(
    way: Way, engine: Engine, extensions: Mapping[str, Any], person: ElicitationFnT | None = None
) -> AsyncGenerator[Client]:
    """A client of an engine."""
    asks: Any = {
        "mode": "legacy" if way.endswith("handshake") else "auto",
        "extensions": [advertise(name, settings) for name, settings in extensions.items()],
        "elicitation_callback": person,
    }
    if way.startswith("stdio"):
        async with Client(create_server(lambda _: engine), **asks) as client:
            yield client
        return
    async with (
        running(local_app(Settings(), HERE, engine)) as http,
        Client(streamable_http_client(f"{HERE.origin}/mcp", http_client=http), **asks) as client,
    ):
        yield client
