"""What the answers cost on accounts of different sizes: calls to Hostex and tokens."""

from datetime import datetime
from typing import Any

import pytest

from benchmarks.portfolio import portfolio
from hostex_mcp.sandbox.state import Accounts
from hostex_mcp.server.answer import tokens
from hostex_mcp.server.render import render, to_json
from tests.support.demo_cases import MOMENTS
from tests.support.encoding import ENCODING
from tests.tools.insights.calendar_world import world
from tests.tools.sized_answers import both_halves

# Coverage would make them half as slow again, and the tools have tests of their own.
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.no_cover]

NOW = MOMENTS["an ordinary noon"]


def cost(answer: dict[str, Any]) -> int:
    return max(tokens(to_json(answer)), tokens(render(answer)))


def quiet(accounts: Accounts, most: int) -> Accounts:
    """An account on which not more than so many guests come today, leave, and have written."""
    main, today = accounts.main, f"{NOW.date()}"
    for field in ("check_in_date", "check_out_date"):
        moving = [code for code, stay in main.stays.items() if stay[field] == today]
        for code in moving[most:]:
            del main.stays[code]
    for ident in list(main.conversations)[most:]:
        del main.conversations[ident]
    return accounts


async def test_the_briefing_of_twenty_properties_is_soon_cheap() -> None:
    async with world(NOW, portfolio(20, NOW)) as demo:
        await demo.briefing()
        calls = await demo.calls_of("get_daily_briefing")
    assert len(calls) <= 12, calls


async def test_the_briefing_of_fifty_properties_on_a_usual_day_costs_at_most_3000_tokens() -> None:
    async with world(NOW, quiet(portfolio(50, NOW), 8)) as demo:
        halves = await both_halves(demo, "get_daily_briefing")
        answer = await demo.ask("get_daily_briefing")
    real = [len(ENCODING.encode(half)) for half in halves]
    assert 2_500 <= max(real) <= 3_000, real
    assert {*answer["more"]} <= {"in_house", "reviews", "tasks"}


@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS.keys())
async def test_the_text_of_a_crowded_day_of_fifty_properties_costs_at_most_3000_tokens(now: datetime) -> None:
    async with world(now, portfolio(50, now)) as demo:
        data, text = await both_halves(demo, "get_daily_briefing")
    assert len(ENCODING.encode(text)) <= 3_000
    assert len(ENCODING.encode(data)) <= 5_200


async def test_twenty_stays_with_their_amounts_cost_at_most_1200_tokens_as_text() -> None:
    async with world(NOW) as demo:
        data, text = await both_halves(demo, "list_reservations", limit=20)
    assert text.count(" EUR |") + text.count(" USD |") == 20
    assert len(ENCODING.encode(text)) <= 1_200
    assert len(ENCODING.encode(data)) <= 1_600


async def test_a_briefing_grows_with_its_complete_lists_and_these_have_fifty_rows_at_most() -> None:
    async with world(NOW, portfolio(200, NOW)) as demo:
        answer = await demo.ask("get_daily_briefing")
    complete = ("warnings", "requests", "waiting", "arrivals", "turnovers", "departures")
    assert max(len(answer[name]) for name in complete) == 50
    assert cost(answer) <= 12_500
    assert not [name for name in ("in_house", "reviews", "tasks") if name in answer]


@pytest.mark.parametrize("tool", ["list_guests_waiting", "check_arrival_readiness", "get_month_end"])
async def test_no_answer_outgrows_what_a_model_can_take(tool: str) -> None:
    async with world(NOW, portfolio(200, NOW)) as demo:
        assert cost(await demo.ask(tool)) <= 20_000


async def test_twice_the_properties_cost_at_most_twice_the_calls() -> None:
    calls: list[int] = []
    for size in (100, 200):
        async with world(NOW, portfolio(size, NOW)) as demo:
            period = {"start_date": "2026-05-01", "end_date": "2026-05-31"}
            calls.append(len(await demo.calls_of("get_performance", **period)))
    assert calls[1] <= 2 * calls[0]
