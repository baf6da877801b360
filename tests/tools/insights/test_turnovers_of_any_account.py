"""Plan, readiness and briefing give one verdict on a cleaning, and it is the right one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import arrival, departure
from tests.tools.insights.calendar_truth import local_today, next_stay, stays_of
from tests.tools.insights.calendar_world import world
from tests.tools.insights.turnover_truth import lacking, last_before
from tests.tools.insights.turnover_world import CHICAGO, CLEANINGS, LISBON, STAYS, filled, put
from tests.tools.insights.waiting_worlds import Sketch, thread

pytestmark = pytest.mark.anyio

FEW = settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
OF_CLEANING = {"cleaning task", "who cleans"}
MOMENTS = [
    datetime(2026, 6, 15, 12, tzinfo=UTC),
    datetime(2026, 6, 15, 23, 59, tzinfo=UTC),
    datetime(2026, 6, 16, 0, 1, tzinfo=UTC),
]
KINDS = {"cleaning task": "turnover_without_cleaning", "who cleans": "turnover_without_cleaner"}


def of_cleaning(row: Row) -> set[str]:
    return set(row.get("missing", [])) & OF_CLEANING


@settings(FEW, max_examples=8)
@given(lisbon=STAYS, chicago=STAYS, works=CLEANINGS, now=some.sampled_from(MOMENTS))
async def test_plan_readiness_and_briefing_say_the_same_of_every_cleaning(
    lisbon: Any, chicago: Any, works: Any, now: datetime
) -> None:
    async with world(now) as host:
        account = host.account
        filled(account, now.date(), {LISBON: lisbon, CHICAGO: chicago}, works)
        plan = await host.ask("get_turnover_plan")
        ready = await host.ask("check_arrival_readiness")
        brief = await host.ask("get_daily_briefing")
    for row in plan["turnovers"]:
        leaving = account.stays[row["leaving"]["stay_code"]] if "leaving" in row else None
        coming = account.stays[row["coming"]["stay_code"]] if "coming" in row else None
        if coming:
            leaving = last_before(account, coming)
        assert of_cleaning(row) == lacking(account, leaving, coming), row
    for row in ready["arrivals"]:
        coming = account.stays[row["stay_code"]]
        assert of_cleaning(row) == lacking(account, last_before(account, coming), coming), row
    answers = [
        (row["property"], row.get("date", ""), row["kind"])
        for row in brief.get("warnings", [])
        if row["kind"] in KINDS.values()
    ]
    assert sorted(answers) == sorted(warnings(account, now))


def warnings(account: SandboxAccount, now: datetime) -> list[tuple[str, str, str]]:
    """Of the same-day turnovers of today, which has no date, and tomorrow."""
    expected: list[tuple[str, str, str]] = []
    for home in account.properties:
        today = local_today(account, home, now)
        for stay in stays_of(account, home):
            after = next_stay(account, stay)
            soon = today <= departure(stay) <= today + timedelta(days=1)
            if after and soon and arrival(after) == departure(stay):
                title = account.properties[home]["title"]
                day = "" if departure(stay) == today else f"{departure(stay)}"
                expected += [(title, day, KINDS[part]) for part in lacking(account, stay, after)]
    return expected


@settings(FEW, max_examples=6)
@given(
    asked=some.lists(
        some.tuples(
            some.integers(0, 720),
            some.integers(1, 9),
            some.sampled_from(["wait_accept", "wait_pay", "accepted", "cancelled"]),
        ),
        max_size=8,
    ),
    far=some.lists(some.integers(760, 26_000), max_size=4),
    now=some.sampled_from(MOMENTS),
)
async def test_every_open_request_is_in_the_briefing_whatever_its_dates(
    asked: Any, far: list[int], now: datetime
) -> None:
    """Far ones of a channel, which come with a thread."""
    async with world(now) as host:
        account = host.account
        pattern = next(stay for stay in account.stays.values() if stay["status"] == "accepted")
        filled(account, now.date(), {LISBON: [], CHICAGO: []}, [])
        for number, (ahead, nights, status) in enumerate(asked):
            come = date(2026, 6, 16) + timedelta(ahead)
            put(account, pattern, f"r{number}", LISBON, come, come + timedelta(nights), status=status)
        for number, ahead in enumerate(far):
            come = date(2026, 6, 16) + timedelta(ahead)
            put(account, pattern, f"far{number}", LISBON, come, come + timedelta(9), status="wait_accept")
            talk = thread(number, Sketch("c", [60], "reservation", ahead, 9), LISBON, now)
            talk["activities"][0] |= {"check_out_date": f"{come + timedelta(9)}"}
            account.conversations[talk["id"]] = talk
        brief = await host.ask("get_daily_briefing")
    expected = {f"r{number}" for number, request in enumerate(asked) if request[2].startswith("wait_")}
    expected |= {f"far{number}" for number in range(len(far))}
    assert {row["stay_code"] for row in brief.get("requests", [])} == expected


async def test_arrivals_whose_tasks_or_threads_cannot_be_read_are_counted_apart() -> None:
    now = MOMENTS[0]
    async with world(now) as host:
        complete = await host.ask("check_arrival_readiness")
        host.sandbox.faults.add("envelope", "GET /tasks", times=None, code=403, message="No")
        answer = await host.ask("check_arrival_readiness")
    assert complete["not_known"] == 0
    assert answer["ready"] == 0
    unsure = [row for row in answer["arrivals"] if not row.get("missing")]
    assert unsure
    assert answer["not_known"] == len(unsure)
    assert all("ready" not in row and row["not_known"] == ["cleaning task"] for row in unsure)
    assert answer["not_known"] + answer["not_ready"] == len(answer["arrivals"])
