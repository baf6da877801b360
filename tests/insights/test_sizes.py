"""What the answers cost on accounts of different sizes: calls to Hostex and tokens."""

from typing import Any

import pytest

from benchmarks.portfolio import portfolio
from hostex_mcp.server.answer import tokens
from hostex_mcp.server.render import render, to_json
from tests.insights.calendar_world import world
from tests.sandbox.demo_cases import MOMENTS

pytestmark = pytest.mark.anyio

NOW = MOMENTS["an ordinary noon"]


def cost(answer: dict[str, Any]) -> int:
    return max(tokens(to_json(answer)), tokens(render(answer)))


async def test_the_briefing_of_twenty_properties_is_small_and_soon_cheap() -> None:
    async with world(NOW, portfolio(20, NOW)) as demo:
        first = await demo.ask("get_daily_briefing")
        calls = await demo.calls_of("get_daily_briefing")
    assert cost(first) <= 1_500
    assert len(calls) <= 12, calls


async def test_the_briefing_of_two_hundred_properties_is_no_longer_than_that_of_twenty() -> None:
    async with world(NOW, portfolio(200, NOW)) as demo:
        assert cost(await demo.ask("get_daily_briefing")) <= 1_600


@pytest.mark.parametrize("tool", ["list_guests_waiting", "check_arrival_readiness", "get_month_end"])
async def test_no_answer_outgrows_what_a_model_can_take(tool: str) -> None:
    async with world(NOW, portfolio(200, NOW)) as demo:
        assert cost(await demo.ask(tool)) <= 20_000


async def test_twice_the_properties_cost_at_most_twice_the_calls() -> None:
    calls: list[int] = []
    for size in (100, 200):
        async with world(NOW, portfolio(size, NOW)) as demo:
            asked = {"start_date": "2026-05-01", "end_date": "2026-05-31"}
            calls.append(len(await demo.calls_of("get_performance", **asked)))
    assert calls[1] <= 2 * calls[0]
