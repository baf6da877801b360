"""Expected values are worked out by hand from the demo account's plan, or read off its rows."""

from datetime import date, datetime
from typing import Any

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS, some_moments, taken_nights
from tests.tools.insights.calendar_truth import DAY, local_today, price, span
from tests.tools.insights.calendar_world import world

pytestmark = pytest.mark.anyio

LOFT, BELEM, RIBEIRA, ROOM_1 = 20110001, 20110005, 20110006, 20110007
NOON = MOMENTS["an ordinary noon"]


def day(ahead: int) -> date:
    return NOON.date() + ahead * DAY


def move(account: SandboxAccount, code: str, come: date, go: date) -> None:
    """Let a stay have other dates, without asking who is there."""
    account.stays[code] |= {"check_in_date": str(come), "check_out_date": str(go)}


def open_anyway(account: SandboxAccount, channel: str, listing_id: str, nights: list[date]) -> None:
    account.rates[channel, listing_id].inventories |= dict.fromkeys(nights, 1)


@some_moments
async def test_the_demo_account_is_closed_on_one_channel_and_has_no_double_booking(now: datetime) -> None:
    async with world(now) as host:
        answer = await host.ask("check_calendar_conflicts")
    assert "overlaps" not in answer
    (row,) = answer["channels"]
    assert (row["property_id"], row["channel_type"], row["state"]) == (BELEM, "booking.com", "closed")
    assert (row["first_night"], row["nights"]) == (str(now.date() + 20 * DAY), 2)
    assert "change" not in row


@some_moments
async def test_the_vrbo_price_of_ribeira_is_out_of_proportion_on_weekends(now: datetime) -> None:
    async with world(now) as host:
        answer = await host.ask("check_calendar_conflicts", property_ids=[RIBEIRA])
        account = host.account
    today = local_today(account, RIBEIRA, now)
    free = [night for night in span(today, 90) if night not in taken_nights(account, RIBEIRA)]
    weekend = [night for night in free if night.weekday() in (4, 5)]
    (row,) = answer["price_differences"]
    assert (row["channel_type"], row["listing_id"], row["ratio"]) == ("vrbo", "vr-3006", 105)
    assert row["nights"] == len(weekend)
    amount = price(account, ("vrbo", "vr-3006"), weekend[0])
    base = price(account, ("airbnb", "900000000000000106"), weekend[0])
    assert row["first"]["night"] == str(weekend[0])
    assert (row["first"]["price"], row["first"]["expected"]) == (amount, round(base * 1.05, 2))


async def test_a_wider_tolerance_lets_the_difference_pass() -> None:
    async with world(NOON) as host:
        answer = await host.ask("check_calendar_conflicts", property_ids=[RIBEIRA], tolerance_percent=20)
    assert "price_differences" not in answer


async def test_two_stays_on_the_same_nights_are_named() -> None:
    def double(account: SandboxAccount) -> None:
        move(account, "0-HMDEMO0002-rep002", day(8), day(13))

    async with world(NOON, change=double) as host:
        answer = await host.ask("check_calendar_conflicts", property_ids=[LOFT])
    (row,) = answer["overlaps"]
    assert (row["property"], row["first_night"], row["nights"]) == ("Harbour Loft", str(day(8)), 2)
    assert [stay["stay_code"] for stay in row["stays"]] == ["2-4310000006-tax006", "0-HMDEMO0002-rep002"]
    assert [stay["guest_name"] for stay in row["stays"]] == ["Tomasz Przyklad", "Noor Voorbeeld"]


async def test_a_channel_open_on_booked_nights_is_named_with_the_stay_and_the_call_that_closes_it() -> None:
    def oversell(account: SandboxAccount) -> None:
        open_anyway(account, "booking.com", "55501001-220011", [day(7), day(8)])

    async with world(NOON, change=oversell) as host:
        answer = await host.ask("check_calendar_conflicts", property_ids=[LOFT])
        (row,) = answer["channels"]
        assert (row["state"], row["first_night"], row["nights"]) == ("open", str(day(7)), 2)
        assert "Tomasz Przyklad" in row["held_by"][0]
        assert "2-4310000006-tax006" in row["held_by"][0]
        change: dict[str, Any] = row["change"]
        done = await host.ask(change["tool"], **change["arguments"])
        assert done["status"] == "done"
        host.sandbox.settle()
        assert "channels" not in await host.ask("check_calendar_conflicts", property_ids=[LOFT])


async def test_a_channel_open_on_blocked_nights_is_named_with_the_remarks() -> None:
    def oversell(account: SandboxAccount) -> None:
        open_anyway(account, "airbnb", "900000000000000104", [day(18)])

    async with world(NOON, change=oversell) as host:
        answer = await host.ask("check_calendar_conflicts", property_ids=["Garden House Estrela"])
    (row,) = answer["channels"]
    assert row["state"] == "open"
    assert row["held_by"] == [
        f"1 night from {day(18):%a} {day(18).day} Jul 2026: blocked in the calendar, Boiler service"
    ]


async def test_a_room_type_that_sells_more_rooms_than_are_free_is_named_without_a_change() -> None:
    def oversell(account: SandboxAccount) -> None:
        account.rates["booking.com", "55502010-220071"].inventories[day(10)] = 1

    async with world(NOON, change=oversell) as host:
        answer = await host.ask("check_calendar_conflicts", property_ids=[ROOM_1, ROOM_1 + 1])
    (row,) = answer["channels"]
    assert (row["state"], row["listing_id"], row["first_night"]) == ("open", "55502010-220071", str(day(10)))
    assert len(row["held_by"]) == 2
    assert "change" not in row


async def test_stays_without_a_property_are_told() -> None:
    async with world(NOON) as host:
        answer = await host.ask("check_calendar_conflicts")
    assert {stay["guest_name"] for stay in answer["unplaced"]} == {"Pietro Esempio", "Uma Outline"}


async def test_ratios_that_cannot_be_read_are_reported_and_the_others_compared() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /pricing_ratios", code=404, message="Property not found.")
        answer = await host.ask("check_calendar_conflicts")
    (failure,) = answer["failed"]
    assert (failure["property_id"], failure["kind"]) == (LOFT, "not_found")
    assert [row["property_id"] for row in answer["price_differences"]] == [RIBEIRA]


async def test_ratios_cost_one_call_for_each_property_that_has_several_listings() -> None:
    async with world(NOON) as host:
        calls = await host.calls_of("check_calendar_conflicts")
        several = [place for place in host.account.properties.values() if len(place["channels"]) > 1]
    assert calls.count("GET /pricing_ratios") == len(several)
    assert len(calls) <= len(several) + 8
