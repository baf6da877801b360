"""Arrivals in properties that nobody has lived in for long: who left last, and what was cleaned since."""

from copy import deepcopy
from datetime import date, timedelta

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS
from tests.tools.insights.calendar_world import World, world
from tests.tools.insights.turnover_world import LISBON, filled, put

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
TODAY = NOON.date()
COMES, LEFT = TODAY + timedelta(2), TODAY - timedelta(60)


def emptied(account: SandboxAccount, homes: list[int], departure: date = LEFT) -> None:
    """A guest left each property long ago, and the next one comes in two days."""
    pattern = next(deepcopy(stay) for stay in account.stays.values() if stay["status"] == "accepted")
    filled(account, TODAY, {home: [] for home in homes}, [])
    for home in homes:
        put(account, pattern, f"gone-{home}", home, departure - timedelta(5), departure)
        put(account, pattern, f"next-{home}", home, COMES, COMES + timedelta(20))


def clean(account: SandboxAccount, number: int, day: date, home: int, **more: object) -> None:
    account.tasks[number] = {
        "id": number,
        "type": "cleaning",
        "status": "pending",
        "property_id": home,
        "stay_code": None,
        "staff_id": None,
        "expected_date": str(day),
        "expected_time": None,
        "level": "standard",
        "currency": "EUR",
        "fee": 0,
        "note": "",
        "create_time": None,
        "update_time": None,
        **more,
    }


async def verdicts(host: World) -> list[list[str]]:
    """What plan and readiness say is missing of the cleaning."""
    plan = await host.ask("get_turnover_plan")
    ready = await host.ask("check_arrival_readiness")
    cleaning = {"cleaning task", "who cleans"}
    return [
        [part for part in row.get("missing", []) if part in cleaning]
        for row in [*plan["turnovers"], *ready["arrivals"]]
    ]


async def test_a_cleaning_that_nobody_does_leaves_an_earlier_one_that_is_done_standing() -> None:
    def change(account: SandboxAccount) -> None:
        emptied(account, [LISBON])
        clean(account, 1, LEFT + timedelta(2), LISBON, status="completed")
        clean(account, 2, TODAY, LISBON)

    async with world(NOON, change=change) as host:
        assert await verdicts(host) == [[], []]


async def test_before_a_first_guest_a_cleaning_counts_however_long_ago_it_was() -> None:
    def change(account: SandboxAccount) -> None:
        emptied(account, [LISBON])
        del account.stays[f"gone-{LISBON}"]
        clean(account, 1, TODAY - timedelta(100), LISBON)

    async with world(NOON, change=change) as host:
        assert await verdicts(host) == [["who cleans"], ["who cleans"]]
        answer = await host.ask("get_turnover_plan")
    assert any("so the next one counts as the first: Harbour Loft" in note for note in answer["notes"])


@pytest.mark.parametrize("tool", ["get_turnover_plan", "check_arrival_readiness"])
async def test_many_long_empty_properties_are_asked_about_together(tool: str) -> None:
    async with world(NOON) as host:
        homes = list(host.account.properties)[:11]
        emptied(host.account, homes[:1])
    calls: list[int] = []
    for count in (1, 11):
        async with world(NOON, change=lambda account, n=count: emptied(account, homes[:n])) as host:
            calls.append(len(await host.calls_of(tool)))
            answer = await host.ask(tool)
            rows = answer.get("turnovers") or answer["arrivals"]
            assert [row["missing"][0] for row in rows if "cleaning task" in row["missing"]]
            assert len(rows) == count
    assert calls[0] == calls[1]


@pytest.mark.parametrize(("operation", "before"), [("GET /reservations", 2), ("GET /tasks", 1)])
async def test_what_cannot_be_read_of_the_past_leaves_the_cleaning_not_known(
    operation: str, before: int
) -> None:
    async with world(NOON, change=lambda account: emptied(account, [LISBON])) as host:
        host.sandbox.faults.add("delay", operation, times=before, seconds=0)
        host.sandbox.faults.add("envelope", operation, times=None, code=403, message="No")
        (row,) = (answer := await host.ask("get_turnover_plan"))["turnovers"]
    assert row["not_known"] == ["cleaning task"]
    assert "missing" not in row or "cleaning task" not in row["missing"]
    assert [failure["message"] for failure in answer["failed"]] == ["last guest: No"]
