"""What is opened with the server is closed before the server ends."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.lowlevel import checkpoint
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message

from hostex_mcp.http.serving import Opening

pytestmark = pytest.mark.anyio


async def test_the_end_is_told_when_connections_and_databases_are_closed() -> None:
    order: list[str] = []
    asked = iter(["lifespan.startup", "lifespan.shutdown"])

    @asynccontextmanager
    async def opening() -> AsyncGenerator[ASGIApp]:
        yield Starlette()
        await checkpoint()
        order.append("closed")

    async def receive() -> Message:
        return {"type": next(asked)}

    async def send(message: Message) -> None:
        order.append(message["type"])

    with anyio.fail_after(10):
        await Opening(opening)({"type": "lifespan", "app": None, "state": {}}, receive, send)
    assert order == ["lifespan.startup.complete", "closed", "lifespan.shutdown.complete"]
