"""What the first briefing of a morning costs where the account is remembered, and that it misses nothing."""

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from benchmarks.activity import START, Life, remembering
from benchmarks.portfolio import portfolio
from tests.tools.insights.daily_truth import waiting

# Coverage would make them half as slow again, and the tools have tests of their own.
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.no_cover]

LIST, THREAD = "/conversations", "/conversations/{conversation_id}"


async def briefing(life: Life) -> tuple[dict[str, Any], Counter[str]]:
    """A briefing by a process that has just started, without what fences texts, and the calls it took."""
    before = len(life.sandbox.log)
    answer = await life.ask("get_daily_briefing")
    plain = json.loads(re.sub(r"guest-\d+", "guest", json.dumps(answer)))
    return plain, Counter(call.path for call in life.sandbox.log[before:])


async def settled(life: Life) -> list[Counter[str]]:
    """The calls of briefings until all threads are known."""
    calls = list[Counter[str]]()
    while True:
        answer, taken = await briefing(life)
        calls.append(taken)
        if not any("not read yet" in note for note in answer["notes"]):
            return calls


async def test_of_twenty_properties_it_takes_at_most_fifteen_calls_and_has_read_all_threads() -> None:
    async with remembering(Life(portfolio(20, START))) as life:
        cold = await settled(life)
        assert sum(calls[THREAD] for calls in cold) > 50
        assert cold[0].total() <= 20
        assert len(cold) == 2
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
        await settled(life)
        for each in (life, bare):
            each.advance(START + timedelta(days=1))
        answer, calls = await briefing(life)
        assert (calls[LIST], calls[THREAD]) == (1, 1)
        as_of = f"Threads in which nobody wrote since {START:%Y-%m-%dT%H:%MZ} are as they were then."
        assert as_of in answer["notes"]
        expected, read = await briefing(bare)
        assert read[LIST] > 1
        # The other process opens few threads, so that only an account itself says who waits.
        account = life.sandbox.accounts.main
        names = sorted(account.conversations[key]["guest"]["name"] for key in waiting(account, life.now, 14))
        assert sorted(row["guest_name"] for row in answer["waiting"]) == names
        for name in ("arrivals", "departures", "turnovers", "requests", "warnings"):
            assert answer.get(name) == expected.get(name)
        life.advance(START + timedelta(days=8))
        _, calls = await briefing(life)
        assert calls[LIST] > 1
