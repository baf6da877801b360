"""What an answer says when a part of it cannot be read: the rest, and nothing that is not known."""

from typing import Any

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS
from tests.tools.insights.calendar_world import World, world

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
LOFT = "Harbour Loft"


async def without(operation: str, tool: str, **arguments: Any) -> dict[str, Any]:
    """The answer of a tool while Hostex refuses an operation."""
    async with world(NOON) as host:
        return await refused(host, operation, tool, **arguments)


async def refused(host: World, operation: str, tool: str, **arguments: Any) -> dict[str, Any]:
    host.sandbox.faults.add("envelope", operation, times=None, code=403, message="No")
    return await host.ask(tool, **arguments)


def failures(answer: dict[str, Any]) -> list[str]:
    return [failure["message"].split(":")[0] for failure in answer["failed"]]


async def test_turnovers_without_tasks_are_there_and_miss_no_cleaning() -> None:
    answer = await without("GET /tasks", "get_turnover_plan")
    assert failures(answer) == ["tasks"]
    assert any("leaving" in row for row in answer["turnovers"])
    assert not [row for row in answer["turnovers"] if "cleaning" in " ".join(row.get("missing", []))]


async def test_a_briefing_without_tasks_raises_no_alarm_about_cleaning() -> None:
    def unplan(account: SandboxAccount) -> None:
        account.tasks.clear()

    async with world(NOON, change=unplan) as host:
        warned = {row["kind"] for row in (await host.ask("get_daily_briefing"))["warnings"]}
        assert "turnover_without_cleaning" in warned
        answer = await refused(host, "GET /tasks", "get_daily_briefing")
    assert failures(answer) == ["tasks"]
    assert not [row for row in answer["warnings"] if row["kind"] == "turnover_without_cleaning"]
    assert {row["cleaning"] for row in answer["turnovers"]} == {"not known"}


async def test_arrivals_without_tasks_miss_no_cleaning_task() -> None:
    def unplan(account: SandboxAccount) -> None:
        account.tasks.clear()

    async with world(NOON, change=unplan) as host:
        before = await host.ask("check_arrival_readiness")
        assert any("cleaning task" in row.get("missing", []) for row in before["arrivals"])
        answer = await refused(host, "GET /tasks", "check_arrival_readiness")
    assert not any("cleaning task" in row.get("missing", []) for row in answer["arrivals"])


async def test_check_in_details_are_not_known_without_the_automatic_messages() -> None:
    answer = await without("GET /automation/actions", "check_arrival_readiness")
    assert failures(answer) == ["automatic messages"]
    assert {row["check_in_details"] for row in answer["arrivals"]} <= {"sent", "not_known", "no_thread"}
    unsure = [row for row in answer["arrivals"] if row["check_in_details"] == "not_known"]
    assert unsure
    assert not any("check-in details" in row.get("missing", []) for row in unsure)


async def test_an_extension_is_judged_without_tasks() -> None:
    code = "0-HMDEMO0005-ine005"
    complete = await without("GET /webhooks", "check_stay_extension", stay_code=code)
    answer = await without("GET /tasks", "check_stay_extension", stay_code=code)
    assert failures(answer) == ["tasks"]
    assert answer["late_check_out"]["verdict"] == complete["late_check_out"]["verdict"]


@pytest.mark.parametrize("operation", ["GET /pricing_ratios", "GET /room_types"])
async def test_conflicts_are_told_without_ratios_or_room_types(operation: str) -> None:
    answer = await without(operation, "check_calendar_conflicts")
    assert answer["failed"]
    assert {stay["guest_name"] for stay in answer["unplaced"]} == {"Pietro Esempio", "Uma Outline"}


async def test_free_properties_are_found_without_room_types() -> None:
    dates = {"check_in_date": "2026-07-01", "check_out_date": "2026-07-05"}
    answer = await without("GET /room_types", "find_available_properties", **dates)
    assert failures(answer) == ["room types"]
    assert answer["available"]


async def test_stays_are_told_without_the_calendar_that_finds_very_long_ones() -> None:
    answer = await without("GET /availabilities", "get_turnover_plan")
    assert failures(answer) == ["the calendar, by which stays of more than half a year are found"]
    assert answer["turnovers"]


async def test_what_nothing_can_be_said_without_fails_the_call() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /reservations", times=None, code=403, message="No")
        for tool in ("get_turnover_plan", "get_daily_briefing", "check_calendar_conflicts", "get_month_end"):
            assert (await host.answer(tool))["error"]["kind"] == "forbidden", tool


@pytest.mark.parametrize(
    "tool", ["get_turnover_plan", "get_daily_briefing", "find_calendar_gaps", "list_reviews_due"]
)
async def test_a_list_that_is_longer_than_what_is_read_is_told(
    tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hostex_mcp.reads.lists.MOST_ROWS", 3)
    async with world(NOON) as host:
        notes = " ".join((await host.ask(tool))["notes"])
    assert "There are more properties than the 3 that were read: counts based on them are too low." in notes


async def test_listings_that_are_too_many_to_be_read_one_by_one_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lose(account: SandboxAccount) -> None:
        del account.rates["vrbo", "vr-3001"]

    monkeypatch.setattr("hostex_mcp.reads.calendars._MOST_ALONE", 1)
    async with world(NOON, change=lose) as host:
        calls = await host.calls_of("find_calendar_gaps", property_ids=[LOFT])
        answer = await host.ask("find_calendar_gaps", property_ids=[LOFT])
    assert calls.count("POST /listings/calendar") == 2
    assert "more listings were not read; narrow the question." in " ".join(answer["notes"])


async def test_accounts_without_entries_leave_out_what_hangs_on_them() -> None:
    async with world(NOON) as host:
        complete = await host.ask("get_month_end")
        answer = await refused(host, "GET /transactions", "get_month_end")
    assert failures(answer) == ["transactions"]
    assert any("Entries could not be read" in note for note in answer["notes"])
    columns = ("property_id", "property", "currency", "nights", "stays", "revenue", "commission")
    sold = [{name: row[name] for name in columns} for row in complete["properties"] if row["nights"]]
    assert answer["properties"] == sold
    assert all(row.keys().isdisjoint({"result", "expenses"}) for row in answer["groups"])
    assert "account_expenses" not in answer


async def test_accounts_without_groups_have_the_properties() -> None:
    answer = await without("GET /groups", "get_month_end")
    assert failures(answer) == ["property groups"]
    assert answer["properties"][0]["result"]
    assert "groups" not in answer
