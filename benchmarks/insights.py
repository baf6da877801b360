"""What the answers that combine several reads cost on accounts of three sizes: calls to Hostex, seconds when
each of them takes 200 ms, and tokens, beside the tokens of what was read for it.
Run: python -m benchmarks.insights [TOOL ...]"""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from benchmarks.measuring import FULL, Table
from benchmarks.page import as_text
from benchmarks.portfolio import portfolio
from benchmarks.tokens import cost
from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select

LATENCY = 0.2
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


class Slow(httpx2.AsyncBaseTransport):
    """Hostex at a distance."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._near = httpx2.ASGITransport(app=sandbox.app)
        self.bodies: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(LATENCY)
        response = await self._near.handle_async_request(request)
        self.bodies.append((await response.aread()).decode())
        return response


@asynccontextmanager
async def account(properties: int) -> AsyncGenerator[tuple[Engine, Slow]]:
    far = Slow(Sandbox(now=lambda: NOW, accounts=portfolio(properties, NOW)))
    async with HostexClient(
        WRITABLE, base_url="https://sandbox.invalid/v3", transport=far, timeout=120
    ) as client:
        chosen = select(["all"])
        yield Engine(chosen, Context(client, chosen.reachable, now=lambda: NOW), "off"), far


def questions() -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    today = NOW.date()
    ahead = {"start_date": f"{today}", "end_date": f"{today + timedelta(days=30)}"}
    week = {"start_date": f"{today}", "end_date": f"{today + timedelta(days=7)}"}
    stay = {
        "check_in_date": f"{today + timedelta(days=20)}",
        "check_out_date": f"{today + timedelta(days=24)}",
    }
    return {
        "get_daily_briefing, cold": ("get_daily_briefing", {}),
        "get_daily_briefing, warm": ("get_daily_briefing", {}),
        "list_guests_waiting": ("list_guests_waiting", {}),
        "check_arrival_readiness": ("check_arrival_readiness", {}),
        "list_reviews_due": ("list_reviews_due", {}),
        "get_turnover_plan": ("get_turnover_plan", week),
        "find_available_properties": ("find_available_properties", stay),
        "find_calendar_gaps": ("find_calendar_gaps", ahead),
        "check_calendar_conflicts": ("check_calendar_conflicts", ahead),
        "get_performance": ("get_performance", {"start_date": "2026-05-01", "end_date": "2026-05-31"}),
        "get_month_end": ("get_month_end", {}),
    }


@dataclass(frozen=True)
class Measured:
    """What one answer took, its tokens (of the larger half), and those of what was read for it."""

    calls: int
    seconds: float
    tokens: int
    read: int


async def measured(size: int, wanted: Sequence[str]) -> dict[str, Measured]:
    found: dict[str, Measured] = {}
    async with account(size) as (engine, far):
        for name, (tool, arguments) in questions().items():
            if wanted and tool not in wanted:
                continue
            far.bodies.clear()
            started = time.perf_counter()
            result: Any = await engine.call(tool, arguments)
            seconds = time.perf_counter() - started
            if result.is_error:
                raise RuntimeError(f"{name}: {result.structured_content['error']}")
            halves = (cost(result.structured_content), cost(result.content[0].text))
            found[name] = Measured(len(far.bodies), seconds, max(halves), sum(map(cost, far.bodies)))
    return found


async def answers(sizes: Sequence[int], *wanted: str) -> Table:
    rows = [
        (
            name,
            f"{size:,}",
            f"{figures.calls:,}",
            f"{figures.seconds:.1f}",
            f"{figures.calls * LATENCY:.1f}",
            f"{figures.tokens:,}",
            f"{figures.read:,}",
        )
        for size in sizes
        for name, figures in (await measured(size, wanted)).items()
    ]
    columns = (
        "Answer",
        "Properties",
        "Calls to Hostex",
        "Seconds",
        "One call after another, s",
        "Tokens",
        "Tokens of what was read",
    )
    return Table(
        "briefing", columns, rows, f"Each call to Hostex takes {LATENCY * 1000:.0f} ms and its own work."
    )


if __name__ == "__main__":
    print(as_text(asyncio.run(answers(FULL.sizes, *sys.argv[1:]))))
