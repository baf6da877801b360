"""An application for one local user, in this process, and ways to call it by hand."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hostex_mcp.api import HostexClient
from hostex_mcp.http.app import assemble, local_app
from hostex_mcp.http.config import READ, Address
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.ports import Ports
from hostex_mcp.http.transport.rate_limits import Limits
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import Settings
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select

HERE = Address("http://127.0.0.1:8000")
PUBLIC = Address("https://mcp.example.com")
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
MODERN = {**JSON, "MCP-Protocol-Version": "2026-07-28"}


def call(name: str, arguments: Mapping[str, Any] | None = None, number: int = 1) -> str:
    """The body of a call of a tool, in the form of the handshake eras."""
    params = {"name": name, "arguments": arguments or {}}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})


def modern_call(
    tool: str, given: Mapping[str, Any] | None = None, /, **headers: str
) -> tuple[dict[str, str], str]:
    """Headers and body of a call in the newest era."""
    message = json.loads(call(tool, given))
    message["params"]["_meta"] = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    return {**MODERN, "Mcp-Method": "tools/call", "Mcp-Name": tool, **headers}, json.dumps(message)


@cache
def _demo() -> Sandbox:
    return Sandbox()


def sandbox_engine(*, read_only: bool = False) -> Engine:
    """An engine over the demo account that these tests share."""
    transport = httpx2.ASGITransport(app=_demo().app)
    client = HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport)
    selection = select(["core"], read_only=read_only)
    return Engine(selection, Context(client, selection.reachable))


@asynccontextmanager
async def running(
    app: Starlette, address: Address = HERE, client: str = "198.51.100.7"
) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client of a running application, which sees it come from this address."""
    transport = httpx2.ASGITransport(app=app, client=(client, 5000))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url=address.origin) as http,
    ):
        yield http


def local(address: Address = HERE, **settings: Any) -> Starlette:
    """The application of one local user of the demo account."""
    return local_app(Settings(**settings), address, sandbox_engine())


@dataclass(frozen=True)
class Names:
    """Believes whoever names an account in the Authorization header. With `r:` before it the grant is
    read-only; with `t:` it is a token of the caller's own; `broken` cannot be looked up."""

    async def identify(self, headers: Headers) -> Caller | Response:
        name = headers.get("authorization")
        if name == "broken":
            raise OSError("the database is away")
        if name is None:
            return PlainTextResponse("Who are you?", 401)
        if name.startswith("t:"):
            return Caller(name, token=SecretStr(name))
        return Caller(name, frozenset([READ])) if name.startswith("r:") else Caller(name)


@dataclass(frozen=True)
class Rooms:
    """One engine for readers, one for everybody else."""

    reader: Engine
    writer: Engine

    async def engine(self, caller: Caller, narrowing: Mapping[str, str]) -> Engine:
        return self.reader if caller.account.startswith("r:") or "read_only" in narrowing else self.writer


async def form(_: Any) -> Response:
    return PlainTextResponse("taken")


def shared(limits: Limits | None = None, address: Address = HERE, **settings: Any) -> Starlette:
    """An application for several accounts, told apart by name, with a route beside `/mcp`."""
    rooms = Rooms(sandbox_engine(read_only=True), sandbox_engine())
    inside = Ports(
        identifies=Names(),
        engines=rooms,
        challenge='Bearer error="insufficient_scope"',
        writing=["call_write_tool", "create_task"],
        routes=[Route(path, form, methods=["GET", "POST"]) for path in ("/token", "/register", "/connect")],
    )
    return assemble(Settings(**settings), address, inside, limits=limits)
