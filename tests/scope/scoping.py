"""The demo account through a scope: five served properties, one of them half of a room type."""

from collections.abc import Callable
from typing import Any, cast

from mcp.types import CallToolResult

from hostex_mcp.api import Client
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.scope import ScopedClient
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.engine import Call

Row = dict[str, Any]

LOFT, STUDIO, TERRACE, GARDEN, RIVERSIDE, RIBEIRA, ROOM_1, ROOM_2 = range(20110001, 20110009)
SERVED = (LOFT, STUDIO, TERRACE, RIVERSIDE, ROOM_1)
OTHER = (GARDEN, RIBEIRA, ROOM_2, *range(20110009, 20110013))


def scoped_call(client: Client, *property_ids: int) -> Call:
    """Call a tool of a server that serves only these properties, the five unless others are given."""
    selection = select(["all"])
    scoped = ScopedClient(client, property_ids or SERVED)
    engine = Engine(selection, Context(scoped, selection.reachable, now=Clock()), "off")

    async def ask(tool: str, **arguments: Any) -> dict[str, Any]:
        result = await engine.call(tool, arguments)
        assert isinstance(result, CallToolResult)
        return cast("dict[str, Any]", result.structured_content)

    return ask


def first(rows: dict[Any, Row], fits: Callable[[Row], object]) -> Row:
    """The first row that fits."""
    return next(row for row in rows.values() if fits(row))


def changes(sandbox: Sandbox) -> list[str]:
    """The operations that were called and are no reads."""
    names = [f"{entry.method} {entry.path}" for entry in sandbox.log if entry.method != "GET"]
    return [name for name in names if name != "POST /listings/calendar"]
