"""What the answers that combine several reads cost on accounts of three sizes: calls to Hostex, seconds when
each of them takes 200 ms, and tokens, beside the tokens of what was read for it.
Run: python -m benchmarks.insights [TOOL ...], or `calls` for the calls of each answer on two accounts."""

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
from hostex_mcp.toolkit.readings import Readings, Shelf
from hostex_mcp.tools.selection import select

LATENCY = 0.2
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
CALL_SIZES = (20, 300)
BRIEFING = "get_daily_briefing"
MOST_CALLS = "the most of any"


class Slow(httpx2.AsyncBaseTransport):
    """Hostex at a distance."""

    def __init__(self, sandbox: Sandbox, latency: float = LATENCY) -> None:
        self._near = httpx2.ASGITransport(app=sandbox.app)
        self._latency = latency
        self.bodies: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(self._latency)
        response = await self._near.handle_async_request(request)
        self.bodies.append((await response.aread()).decode())
        return response


@asynccontextmanager
async def account(properties: int, latency: float = LATENCY) -> AsyncGenerator[tuple[Engine, Slow]]:
    """An account as a process serves it that has just started, its clock standing."""
    far = Slow(Sandbox(now=lambda: NOW, accounts=portfolio(properties, NOW)), latency)
    async with HostexClient(
        WRITABLE, base_url="https://sandbox.invalid/v3", transport=far, timeout=120
    ) as client:
        shelf, chosen = Shelf(now=lambda: NOW), select(["all"])
        context = Context(
            client, chosen.reachable, now=lambda: NOW, memory=shelf.memory, readings=Readings(shelf)
        )
        yield Engine(chosen, context, "off"), far


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
        "get_daily_briefing, second": ("get_daily_briefing", {}),
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
        "get_pace": ("get_pace", {}),
        "find_offers": ("find_offers", {}),
        "get_inbox": ("get_inbox", {}),
        "search_messages": ("search_messages", {"words": "parking"}),
        "find_guest": ("find_guest", {"guest_name": "Exemplar"}),
        "get_activity": ("get_activity", {}),
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


async def calls(*only: str) -> Table:
    """The calls of each answer, or of some, as the first of a process and as the next after a briefing."""
    rows, sizes = list[tuple[str, ...]](), CALL_SIZES
    most = dict.fromkeys(sizes, 0)
    for tool, arguments in dict(questions().values()).items():
        if only and tool not in only:
            continue
        row = [tool]
        for size in sizes:
            first = await _calls_of(size, [(tool, arguments)])
            after = await _calls_of(size, [(BRIEFING, {}), (tool, arguments)])
            row += [f"{first:,}", f"{after:,}"]
            most[size] = max(most[size], first, after)
        rows.append(tuple(row))
    rows.append((MOST_CALLS, *(cell for size in sizes for cell in (f"{most[size]:,}", ""))))
    columns = [f"{size} properties, {when}" for size in sizes for when in ("first", "after the briefing")]
    return Table("calls", ("Answer", *columns), rows, "Calls to Hostex, with nothing remembered on disk.")


async def _calls_of(size: int, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> int:
    """The calls of the last of several answers."""
    async with account(size, latency=0) as (engine, far):
        for tool, arguments in asked:
            far.bodies.clear()
            result: Any = await engine.call(tool, arguments)
            if result.is_error:
                raise RuntimeError(f"{tool}: {result.structured_content['error']}")
        return len(far.bodies)


if __name__ == "__main__":
    wanted = sys.argv[1:]
    print(as_text(asyncio.run(calls() if wanted == ["calls"] else answers(FULL.sizes, *wanted))))
