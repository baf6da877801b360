"""Tokens (o200k) of the tool lists, and of answers to fixed questions beside Hostex's own raw answer.
Run: python -m benchmarks.tokens"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import bpe_openai  # pyright: ignore[reportMissingTypeStubs]
import httpx2
from mcp.types import CallToolResult

from benchmarks.measuring import Table
from benchmarks.page import as_text
from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.app import wire_form
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.catalogue import TOOLSETS
from hostex_mcp.tools.selection import select

Ask = Callable[[httpx2.AsyncClient], Awaitable[httpx2.Response]]

BASE = "https://sandbox.invalid/v3"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ENCODING = bpe_openai.get_encoding("o200k_base")


def cost(value: object) -> int:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(ENCODING.encode(text))


def day(days: int) -> str:
    return (NOW.date() + timedelta(days=days)).isoformat()


def lists() -> Table:
    rows: list[tuple[str, ...]] = []
    for toolset in ("core", *TOOLSETS, "all"):
        costs = sorted(cost(wire_form(tool)) for tool in select([toolset]).listed.values())
        numbers = (len(costs), sum(costs), costs[len(costs) // 2], costs[-1])
        rows.append((toolset, *(f"{number:,}" for number in numbers)))
    return Table("tool-lists", ("Toolset", "Tools", "Tokens", "Median tool", "Largest tool"), rows)


def questions(sandbox: Sandbox) -> dict[str, tuple[str, dict[str, Any], Ask]]:
    """Question to tool, its arguments, and how Hostex is asked the same."""
    account = sandbox.accounts.main
    thread = max(account.conversations.values(), key=lambda conversation: len(conversation["messages"]))["id"]
    channel, listing = next(key for key in account.rates if key[0] == "booking.com")
    stays = {"start_check_in_date": day(-60), "end_check_in_date": day(90)}
    period = {"start_date": day(0), "end_date": day(89)}
    month = {"start_date": day(-30), "end_date": day(0)}
    keys = [{"channel_type": channel, "listing_id": listing}]
    page = {"offset": 0, "limit": 20}

    def get(path: str, query: dict[str, Any]) -> Ask:
        return lambda http: http.get(f"{BASE}{path}", params=query)

    return {
        "20 reservations": ("list_reservations", stays, get("/reservations", {**stays, **page})),
        "a thread of 108 messages": (
            "get_conversation",
            {"conversation_id": thread, "last_n": 200},
            get(f"/conversations/{thread}", {}),
        ),
        "90 days of a calendar": (
            "list_listing_calendars",
            {"listings": keys, **period, "limit": 100},
            lambda http: http.post(f"{BASE}/listings/calendar", json={"listings": keys, **period}),
        ),
        "90 days of availability": (
            "list_availabilities",
            {"property_ids": [20110001], **period, "limit": 100},
            get("/availabilities", {"property_ids": "20110001", **period}),
        ),
        "a month of transactions": (
            "list_transactions",
            {**month, "limit": 100},
            get("/transactions", {**month, "offset": 0, "limit": 100}),
        ),
    }


async def answers() -> Table:
    sandbox = Sandbox(today=NOW.date(), now=lambda: NOW)
    transport = httpx2.ASGITransport(app=sandbox.app)
    reachable = select(["all"])
    rows: list[tuple[str, ...]] = []
    async with (
        HostexClient(WRITABLE, base_url=BASE, transport=transport) as client,
        httpx2.AsyncClient(transport=transport, headers={"Hostex-Access-Token": WRITABLE}) as http,
    ):
        engine = Engine(reachable, Context(client, reachable.reachable, now=lambda: NOW))
        for name, (tool, arguments, ask) in questions(sandbox).items():
            raw = (await ask(http)).json()["data"]
            result = await engine.call(tool, arguments)
            assert isinstance(result, CallToolResult)
            assert not result.is_error
            assert not result.structured_content.get("truncated"), name
            text = cost(getattr(result.content[0], "text", ""))
            numbers = (cost(json.dumps(raw, indent=2)), cost(raw), cost(result.structured_content), text)
            rows.append((name, *(f"{number:,}" for number in numbers), f"{numbers[1] / text:.1f}"))
    columns = ("Question", "Raw, indented", "Raw, compact", "Structured", "Text", "Compact / text")
    return Table("results", columns, rows)


if __name__ == "__main__":
    for table in (lists(), asyncio.run(answers())):
        print(as_text(table))
