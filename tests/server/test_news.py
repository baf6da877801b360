"""What happened is told once, however looks and messages fall together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.news import Mark, read_news
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import NOW, Clock
from tests.support.previewing import demo_sandbox

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def serving(sandbox: Sandbox, clock: Clock) -> AsyncGenerator[Engine]:
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as hostex:
        chosen = select(["all"])
        yield Engine(chosen, Context(hostex, chosen.reachable, now=clock))


def write(sandbox: Sandbox, moment: datetime, text: str) -> None:
    """Have the guest of one thread write."""
    thread: Any = sandbox.accounts.main.conversations["0-2200000003-thr003"]
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    before = next(message for message in thread["messages"] if message["sender_role"] == "guest")
    message = {**before, "id": f"m{stamp}", "content": text, "created_at": stamp}
    thread["messages"].insert(0, message)
    thread["last_message_at"] = stamp


@pytest.mark.parametrize("gap", [3, 5, 9])
async def test_messages_of_a_thread_are_told_once_while_the_first_of_them_fall_out_of_sight(gap: int) -> None:
    sandbox, clock = demo_sandbox(), Clock()
    async with serving(sandbox, clock) as engine:
        _, mark = await read_news(engine, None)
        told: list[str] = []
        write(sandbox, NOW + timedelta(minutes=1), "The first of two")
        write(sandbox, NOW + timedelta(minutes=8), "The second of two")
        clock.advance(minutes=9)
        for _ in range(12):
            rows, mark = await read_news(engine, mark)
            told += [row["says"] for row in rows]
            clock.advance(minutes=gap)
        assert len(told) == 1
        assert "The second of two" in told[0]


async def test_a_message_in_the_minute_of_the_last_look_is_not_lost() -> None:
    sandbox, clock = demo_sandbox(), Clock()
    async with serving(sandbox, clock) as engine:
        _, mark = await read_news(engine, None)
        write(sandbox, NOW + timedelta(seconds=10), "Before the look")
        clock.advance(seconds=20)
        [first], mark = await read_news(engine, mark)
        write(sandbox, NOW + timedelta(seconds=40), "After the look")
        clock.advance(seconds=60)
        [second], mark = await read_news(engine, mark)
        assert "Before the look" in first["says"]
        assert "After the look" in second["says"]
        assert await read_news(engine, mark) == ([], Mark(mark.until, mark.told))
