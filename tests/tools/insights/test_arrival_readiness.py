"""Whether arrivals are prepared, on the demo account."""

from datetime import date, datetime, timedelta

import pytest

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, arrival, each_moment
from tests.tools.insights.calendar_world import world
from tests.tools.insights.daily_truth import accepted, day_of

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]


async def rows_at(now: datetime, **arguments: object) -> dict[str, Row]:
    async with world(now) as host:
        answer = await host.ask("check_arrival_readiness", **arguments)
    return {row["guest_name"]: row for row in answer["arrivals"]}


@each_moment
async def test_every_arrival_of_a_week_is_there(now: datetime) -> None:
    async with world(now) as host:
        answer = await host.ask("check_arrival_readiness")
        expected = {
            stay["stay_code"]
            for stay in accepted(host.account)
            if timedelta() <= arrival(stay) - day_of(host.account, stay, now) <= timedelta(days=6)
        }
    assert {row["stay_code"] for row in answer["arrivals"]} == expected
    assert answer["ready"] + answer["not_ready"] == len(expected)
    assert answer["ready"] == sum(row["ready"] for row in answer["arrivals"])


async def test_a_balance_that_the_host_collects_is_missing_and_a_channels_payout_is_not() -> None:
    rows = await rows_at(NOON)
    assert rows["Patrick Standin"]["balance_due"] == {"amount": 378.5, "currency": "USD"}
    assert "balance" in rows["Patrick Standin"]["missing"]
    assert "balance_due" not in rows["Inês Exemplar"]


async def test_lock_codes_are_set_or_missing_and_never_shown() -> None:
    rows = await rows_at(NOON)
    assert rows["Inês Exemplar"]["lock_code"] == "set"
    assert rows["Filipa Exemplar"]["lock_code"] == "missing"
    assert "4821" not in str(rows)


async def test_a_place_without_a_cleaning_task_before_the_arrival_is_not_ready() -> None:
    rows = await rows_at(NOON)
    assert "cleaning task" in rows["Gustav Entwurf"]["missing"]
    assert rows["Inês Exemplar"]["cleaning"]["staff_name"] == "Rita Modelo"
    assert rows["Inês Exemplar"]["cleaning"]["expected"].startswith("2026-06-15")


async def test_check_in_details_count_as_sent_once_the_guides_address_stands_in_the_thread() -> None:
    def tell(account: SandboxAccount) -> None:
        stay = next(stay for stay in account.stays.values() if stay["guest_name"] == "Inês Exemplar")
        message = account.conversations[stay["conversation_id"]]["messages"][1]
        message["content"] = f"It is all here: {stay['check_in_details']['check_in_guide_url']}"

    async with world(NOON, change=tell) as host:
        answer = await host.ask("check_arrival_readiness")
    rows = {row["guest_name"]: row for row in answer["arrivals"]}
    assert rows["Inês Exemplar"]["check_in_details"] == "sent"
    assert rows["Gustav Entwurf"]["check_in_details"] == "not_seen"
    assert rows["Patrick Standin"]["check_in_details"] == "no_thread"
    assert rows["Emil Eksempel"]["check_in_details"] == "scheduled"


async def test_a_stay_without_a_property_is_not_ready() -> None:
    rows = await rows_at(NOON, start_date="2026-06-25", end_date="2026-06-30")
    assert rows["Uma Outline"]["ready"] is False
    assert "property" in rows["Uma Outline"]["missing"]


async def test_a_missing_document_and_a_missing_cleaner_are_named() -> None:
    def change(account: SandboxAccount) -> None:
        stay = next(stay for stay in account.stays.values() if stay["guest_name"] == "Haruto Mihon")
        stay["check_in_details"]["id_required"] = "required"
        for task in account.tasks.values():
            if task["property_id"] == stay["property_id"]:
                task["staff_id"] = task["staff_name"] = None

    async with world(NOON, change=change) as host:
        answer = await host.ask("check_arrival_readiness", property_ids=[20110006])
    row = next(row for row in answer["arrivals"] if row["guest_name"] == "Haruto Mihon")
    assert {"identity check", "who cleans"} <= set(row["missing"])


async def test_a_period_that_is_too_long_or_ends_before_it_starts_is_refused() -> None:
    async with world(NOON) as host:
        for end in (NOON.date() + timedelta(days=40), date(2026, 6, 1)):
            answer = await host.answer("check_arrival_readiness", start_date="2026-06-15", end_date=f"{end}")
            assert [field["field"] for field in answer["error"]["fields"]] == ["end_date"]


async def test_tasks_that_cannot_be_read_are_told() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /tasks", times=None, code=403, message="No")
        answer = await host.ask("check_arrival_readiness")
    assert answer["failed"] == [{"kind": "forbidden", "message": "tasks: No"}]
