"""Expected values are read off the demo account's rows."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, arrival, departure, each_moment
from tests.tools.insights.calendar_truth import DAY, clock, local_today, next_stay, stays_of
from tests.tools.insights.calendar_world import world

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]


def leaving_rows(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["leaving"]["stay_code"]: row for row in answer["turnovers"] if "leaving" in row}


def within(account: SandboxAccount, now: datetime, stay: Row, day: date) -> bool:
    """Whether a day is one of the seven from the local today on."""
    today = local_today(account, stay["property_id"], now)
    return today <= day <= today + 6 * DAY


def real_hours(account: SandboxAccount, stay: Row, after: Row) -> float:
    zone = ZoneInfo(account.properties[stay["property_id"]]["timezone"])
    out = datetime.fromisoformat(f"{stay['check_out_date']}T{clock(account, stay, 'out')}").replace(
        tzinfo=zone
    )
    back = datetime.fromisoformat(f"{after['check_in_date']}T{clock(account, after, 'in')}").replace(
        tzinfo=zone
    )
    return (back.astimezone(UTC) - out.astimezone(UTC)).total_seconds() / 3600


@each_moment
async def test_every_check_out_of_the_week_has_a_row_with_what_follows_it(now: datetime) -> None:
    async with world(now) as host:
        answer = await host.ask("get_turnover_plan")
        account = host.account
    rows = leaving_rows(answer)
    expected = [
        stay
        for home in account.properties
        for stay in stays_of(account, home)
        if within(account, now, stay, departure(stay))
    ]
    assert sorted(rows) == sorted(stay["stay_code"] for stay in expected)
    for stay in expected:
        row, after = rows[stay["stay_code"]], next_stay(account, stay)
        assert (row["day"], row["property_id"]) == (stay["check_out_date"], stay["property_id"])
        assert row["out_time"] == clock(account, stay, "out")
        if after and arrival(after) <= now.date() + 30 * DAY:
            assert row["coming"]["stay_code"] == after["stay_code"]
            assert row["in_time"] == clock(account, after, "in")
            assert row["window_hours"] == pytest.approx(real_hours(account, stay, after), abs=0.01)  # pyright: ignore[reportUnknownMemberType]
            assert row.get("same_day", False) is (arrival(after) == departure(stay))


@each_moment
async def test_every_check_in_of_the_week_is_in_a_row_of_its_day(now: datetime) -> None:
    async with world(now) as host:
        answer = await host.ask("get_turnover_plan")
        account = host.account
    rows = {
        (row["day"], row["coming"]["stay_code"])
        for row in answer["turnovers"]
        if "coming" in row and row["coming"]["check_in_date"] == row["day"]
    }
    assert rows == {
        (stay["check_in_date"], code)
        for code, stay in account.stays.items()
        if stay["status"] == "accepted"
        and stay["property_id"]
        and not stay["in_reservation_box"]
        and within(account, now, stay, arrival(stay))
    }


@each_moment
async def test_cleanings_are_those_of_the_stay_and_missing_ones_are_named(now: datetime) -> None:
    async with world(now) as host:
        answer = await host.ask("get_turnover_plan")
        account = host.account
    planned: set[bool] = set()
    for code, row in leaving_rows(answer).items():
        tasks = [
            task
            for task in account.tasks.values()
            if task["stay_code"] == code and task["type"] == "cleaning"
        ]
        planned.add(bool(tasks))
        missing = row.get("missing", [])
        if tasks:
            assert row["cleaning"]["id"] == tasks[0]["id"]
            assert row["cleaning"].get("staff_name") == tasks[0]["staff_name"]
            assert ("who cleans" in missing) == (not tasks[0]["staff_id"])
        assert ("cleaning task" in missing) == (not tasks)
    assert planned == {True, False}


async def test_the_studio_has_a_same_day_turnover_without_a_cleaning() -> None:
    async with world(NOON) as host:
        answer = await host.ask("get_turnover_plan", start_date="2026-06-15", end_date="2026-06-15")
    (row,) = [row for row in answer["turnovers"] if row["property"] == "Harbour Studio"]
    assert (row["out_time"], row["in_time"], row["window_hours"], row["same_day"]) == (
        "11:00",
        "15:00",
        4,
        True,
    )
    assert (row["leaving"]["stay_code"], row["coming"]["stay_code"]) == (
        "2-4310000009-std009",
        "2-4310000010-std010",
    )
    assert (row["coming"]["guest_name"], row["missing"]) == ("Gustav Entwurf", ["cleaning task"])


async def test_agreed_times_of_the_loft_make_the_window() -> None:
    async with world(NOON) as host:
        answer = await host.ask("get_turnover_plan", property_ids=["Harbour Loft"], end_date="2026-06-15")
    (row,) = answer["turnovers"]
    # Out 10:30 as agreed, in 22:30 as agreed.
    assert (row["out_time"], row["in_time"], row["window_hours"]) == ("10:30", "22:30", 12)
    assert row["cleaning"]["staff_name"] == "Rita Modelo"


async def test_each_property_starts_on_its_own_today() -> None:
    # 31 January, 23:59 UTC: in Chicago it is 17:59 of the same day, in Lisbon 23:59.
    late = datetime(2027, 2, 1, 3, tzinfo=UTC)
    async with world(late) as host:
        answer = await host.ask("get_turnover_plan")
        account = host.account
    for row in answer["turnovers"]:
        assert row["day"] >= str(local_today(account, row["property_id"], late))
    chicago = [row["day"] for row in answer["turnovers"] if row["property_id"] >= 20110010]
    assert min(chicago) >= "2027-01-31"


async def test_accepted_arrivals_without_a_property_are_told_apart() -> None:
    async with world(NOON) as host:
        first, last = NOON.date() + 8 * DAY, NOON.date() + 15 * DAY
        answer = await host.ask("get_turnover_plan", start_date=str(first), end_date=str(last))
    assert {row["guest_name"] for row in answer["unplaced"]} == {"Uma Outline", "Pietro Esempio"}


@pytest.mark.parametrize("homes", [["Harbour Loft"], ["Harbour Loft", "Harbour Studio"]])
async def test_a_narrowed_plan_leaves_them_out_however_many_properties_it_has(homes: list[str]) -> None:
    first, last = NOON.date() + 8 * DAY, NOON.date() + 15 * DAY
    async with world(NOON) as host:
        answer = await host.ask(
            "get_turnover_plan", start_date=str(first), end_date=str(last), property_ids=homes
        )
    assert answer.get("unplaced", []) == []


async def test_of_an_account_with_one_property_they_are_told() -> None:
    def shrink(account: SandboxAccount) -> None:
        for ident in [home for home in account.properties if home != 20110001]:
            del account.properties[ident]

    first, last = NOON.date() + 8 * DAY, NOON.date() + 15 * DAY
    async with world(NOON, change=shrink) as host:
        answer = await host.ask("get_turnover_plan", start_date=str(first), end_date=str(last))
    assert {row["guest_name"] for row in answer["unplaced"]} == {"Uma Outline", "Pietro Esempio"}


async def test_a_plan_costs_few_calls_and_a_long_one_is_refused() -> None:
    async with world(NOON) as host:
        assert len(await host.calls_of("get_turnover_plan")) <= 6
        error = (await host.answer("get_turnover_plan", end_date="2026-08-15"))["error"]
        assert error["fields"][0]["field"] == "end_date"
        error = (await host.answer("get_turnover_plan", start_date="2026-06-20", end_date="2026-06-19"))[
            "error"
        ]
        assert error["fields"][0]["problem"] == "is before start_date"


async def test_an_empty_list_of_properties_is_one_not_given() -> None:
    async with world(NOON) as host:
        empty = await host.answer("get_turnover_plan", property_ids=[])
        assert "error" not in empty
        assert empty == await host.answer("get_turnover_plan")
