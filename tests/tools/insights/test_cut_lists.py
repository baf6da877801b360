"""Lists that are cut say how many rows they lack."""

from copy import deepcopy

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS
from tests.tools.insights.calendar_world import world

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
BOXED = "2-4310000015-box015"


def copies(account: SandboxAccount, stay_code: str, count: int, **facts: object) -> None:
    """More stays like one of the account."""
    for number in range(count):
        stay = deepcopy(account.stays[stay_code])
        stay |= {"stay_code": f"{stay_code}-{number}", **facts}
        account.stays[stay["stay_code"]] = stay


async def test_stays_without_a_property_are_all_counted_in_the_turnover_plan() -> None:
    def crowd(account: SandboxAccount) -> None:
        copies(account, BOXED, 15, reservation_code="x")

    dates = {"start_date": "2026-06-25", "end_date": "2026-06-25"}
    async with world(NOON, change=crowd) as host:
        answer = await host.ask("get_turnover_plan", **dates)
    assert len(answer["unplaced"]) == 10
    assert answer["more"]["unplaced"] == 6


async def test_the_other_stays_of_an_order_are_all_counted() -> None:
    async with world(NOON, change=lambda account: copies(account, BOXED, 19)) as host:
        answer = await host.ask("get_stay", stay_code=BOXED)
    assert len(answer["other_stays"]) == 15
    assert answer["more"]["other_stays"] == 4


async def test_messages_of_a_stay_that_are_not_shown_are_counted() -> None:
    async with world(NOON) as host:
        (stay,) = (stay for stay in host.account.stays.values() if stay["stay_code"] == BOXED)
        thread = host.account.conversations[stay["conversation_id"]]
        thread["messages"] = [deepcopy(thread["messages"][0]) for _ in range(30)]
        answer = await host.ask("get_stay", stay_code=BOXED)
    assert (len(answer["messages"]), answer["more"]["messages"]) == (8, 22)


async def test_threads_that_could_not_be_read_are_all_counted() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add(
            "envelope", "GET /conversations/{conversation_id}", times=15, code=403, message="No"
        )
        answer = await host.ask("list_guests_waiting", limit=100)
    assert len(answer["failed"]) == 10
    assert answer["more"] == {"failed": 5}
