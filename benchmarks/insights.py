"""What the answers that combine several reads cost on accounts of 5, 50 and 500 properties: calls to Hostex,
seconds when each of them takes 200 ms, and tokens. Run: python -m benchmarks.insights [TOOL ...]"""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from benchmarks.portfolio import portfolio
from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.answer import tokens
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.render import to_json
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.selection import select

SIZES = (5, 50, 500)
LATENCY = 0.2
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


class Slow(httpx2.AsyncBaseTransport):
    """Hostex at a distance."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._near = httpx2.ASGITransport(app=sandbox.app)
        self.calls = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.calls += 1
        await asyncio.sleep(LATENCY)
        return await self._near.handle_async_request(request)


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


async def measured(size: int, wanted: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    async with account(size) as (engine, far):
        for name, (tool, arguments) in questions().items():
            if wanted and tool not in wanted:
                continue
            before, started = far.calls, time.perf_counter()
            result: Any = await engine.call(tool, arguments)
            seconds, calls = time.perf_counter() - started, far.calls - before
            cost = max(tokens(to_json(result.structured_content)), tokens(result.content[0].text))
            problem = f"  {result.structured_content['error']['message']}" if result.is_error else ""
            found[name] = f"{calls:>5} {seconds:>6.1f} {cost:>7,}{problem}"
    return found


async def main() -> None:
    wanted = set(sys.argv[1:])
    columns = [await measured(size, wanted) for size in SIZES]
    print(f"Each call to Hostex takes {LATENCY * 1000:.0f} ms. calls, seconds, tokens (the larger half)\n")
    print(f"{'':<28}" + "".join(f"{f'{size} properties':>22}" for size in SIZES))
    for name in columns[0]:
        print(f"{name:<28}" + "".join(f"{column[name]:>22}" for column in columns))


if __name__ == "__main__":
    asyncio.run(main())
