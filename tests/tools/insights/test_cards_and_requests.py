"""What a channel puts into a thread as if the guest had written it is no message that waits, and a request is
told once."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS
from tests.tools.insights.calendar_truth import DAY
from tests.tools.insights.calendar_world import world
from tests.tools.insights.daily_truth import waiting
from tests.tools.insights.turnover_world import CHICAGO, LISBON, put
from tests.tools.insights.waiting_worlds import CARDS, SENDERS, Sketch, filled, sketches

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
SIGNS = some.text("gghhba" + CARDS, min_size=1, max_size=6)
STATES = some.sampled_from(["wait_accept", "wait_pay", "accepted", "cancelled"])


def carded(drawn: list[tuple[Sketch, str, str]]) -> Any:
    """Threads with cards, each of a stay in some state."""
    talks = [
        replace(sketch, signs=signs, apart=[*sketch.apart, 5], kind="reservation")
        for sketch, signs, _ in drawn
    ]

    def fill(account: SandboxAccount) -> None:
        pattern = next(stay for stay in account.stays.values() if stay["status"] == "accepted")
        account.stays.clear()
        filled(talks, NOON)(account)
        for (number, thread), (sketch, _, state) in zip(
            sorted((int(row["guest"]["name"].split()[1]), row) for row in account.conversations.values()),
            drawn,
            strict=True,
        ):
            comes = NOON.date() + sketch.comes_in * DAY
            code, home = f"s-{number}", [LISBON, CHICAGO][number % 2]
            facts = {"status": state, "conversation_id": thread["id"]}
            put(account, pattern, code, home, comes, comes + sketch.nights * DAY, **facts)
            thread["activities"][0] |= {"reservation_code": code}

    return fill


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(some.lists(some.tuples(sketches, SIGNS, STATES), min_size=1, max_size=12))
async def test_no_card_waits_every_message_does_and_every_request_is_there_once(
    drawn: list[tuple[Sketch, str, str]],
) -> None:
    async with world(NOON, change=carded(drawn)) as host:
        listed = await host.ask("list_guests_waiting", limit=100)
        day = await host.briefing()
        account = host.account
    by_month, by_fortnight = waiting(account, NOON, 30), waiting(account, NOON, 14)
    assert sorted(row["conversation_id"] for row in listed["items"]) == sorted(by_month)
    assert listed["total"] == len(by_month)
    names = sorted(account.conversations[code]["guest"]["name"] for code in by_fortnight)
    assert sorted(row["guest_name"] for row in day.get("waiting", [])) == names
    requests = [
        stay["stay_code"]
        for stay in account.stays.values()
        if stay["status"].startswith("wait_") and stay["check_out_date"] > f"{NOON.date()}"
    ]
    assert sorted(row["stay_code"] for row in day.get("requests", [])) == sorted(requests)


@pytest.mark.parametrize("sign", CARDS)
async def test_a_thread_of_a_card_alone_waits_for_nobody(sign: str) -> None:
    drawn = Sketch(sign, [60] * 5, "reservation", 3, 4)
    async with world(NOON, change=carded([(drawn, sign, "wait_accept")])) as host:
        listed = await host.ask("list_guests_waiting", limit=100)
        day = await host.briefing()
    assert SENDERS[sign][0] == "guest" or SENDERS[sign][1] is None
    assert listed["items"] == []
    assert "waiting" not in day or day["waiting"] == []
    assert [row["stay_code"] for row in day["requests"]] == ["s-1"]
