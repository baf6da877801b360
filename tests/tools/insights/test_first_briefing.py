"""What the first briefing of a morning costs where the account is remembered, and that it misses nothing."""

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from benchmarks.activity import START, Life, remembering
from benchmarks.portfolio import portfolio

# Coverage would make them half as slow again, and the tools have tests of their own.
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.no_cover]

LIST, THREAD = "/conversations", "/conversations/{conversation_id}"


async def briefing(life: Life) -> tuple[dict[str, Any], Counter[str]]:
    """A briefing by a process that has just started, without what fences texts, and the calls it took."""
    before = len(life.sandbox.log)
    answer = await life.ask("get_daily_briefing")
    plain = json.loads(re.sub(r"guest-\d+", "guest", json.dumps(answer)))
    return plain, Counter(call.path for call in life.sandbox.log[before:])


async def test_of_twenty_properties_it_takes_at_most_fifteen_calls_and_has_read_all_threads() -> None:
    async with remembering(Life(portfolio(20, START))) as life:
        _, cold = await briefing(life)
        assert cold.total() > 70
        life.advance(START + timedelta(days=1))
        written = sum(happening.kind == "message" for happening in life.script.happened)
        answer, calls = await briefing(life)
    assert written == 1
    assert calls.total() <= 15
    assert calls[THREAD] == written
    assert not any("not read yet" in note for note in answer["notes"])


async def test_the_list_of_threads_is_read_only_as_far_as_it_changed_and_nothing_is_missed() -> None:
    bare = Life(portfolio(40, START))
    async with remembering(Life(portfolio(40, START))) as life:
        for _ in range(3):
            await briefing(life)
        for each in (life, bare):
            each.advance(START + timedelta(days=1))
        answer, calls = await briefing(life)
        assert (calls[LIST], calls[THREAD]) == (1, 1)
        as_of = f"Threads in which nobody wrote since {START:%Y-%m-%dT%H:%MZ} are as they were then."
        assert as_of in answer["notes"]
        expected, read = await briefing(bare)
        assert read[LIST] > 1
        # One process reads at most a hundred threads, so that the other list may be longer, never shorter.
        assert {json.dumps(row) for row in expected["waiting"]} <= {
            json.dumps(row) for row in answer["waiting"]
        }
        for name in ("arrivals", "departures", "turnovers", "requests", "warnings"):
            assert answer.get(name) == expected.get(name)
        life.advance(START + timedelta(days=8))
        _, calls = await briefing(life)
        assert calls[LIST] > 1
