"""The count of tokens, against a real tokenizer on our own answers."""

import pytest

from hostex_mcp.domain.size import tokens
from tests.support.demo_cases import MOMENTS
from tests.support.encoding import ENCODING
from tests.tools.insights.calendar_world import world
from tests.tools.sized_answers import SCRIPTS, both_halves, every_answer

# Coverage would make them half as slow again, and the tools have tests of their own.
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.no_cover]

NOON = MOMENTS["an ordinary noon"]
A_FEW = 5
"""Tokens by which the count of a tiny answer may be wrong all the same."""


@pytest.mark.parametrize("script", SCRIPTS)
async def test_every_answer_is_counted_to_a_tenth_in_every_script(script: str) -> None:
    answers = await every_answer(NOON, script)
    wrong = [
        (tool, half, counted, real)
        for tool, *halves in answers
        for half, text in zip(("structured", "text"), halves, strict=True)
        if abs((counted := tokens(text)) - (real := len(ENCODING.encode(text)))) > real / 10 + A_FEW
    ]
    assert len({tool for tool, _, _ in answers}) > 40
    assert wrong == []


async def test_a_full_list_of_stays_uses_its_room_and_no_more() -> None:
    async with world(NOON) as host:
        arguments = {"start_check_in_date": "2026-05-01", "end_check_in_date": "2026-07-31"}
        halves = await both_halves(host, "list_reservations", **arguments, detail="full", limit=100)
    real = sum(len(ENCODING.encode(half)) for half in halves)
    assert 16_500 <= real <= 20_000
