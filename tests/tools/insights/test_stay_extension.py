"""Expected values are worked out by hand from the demo account's plan, or read off its rows."""

from datetime import date, datetime
from typing import Any

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS, arrival, departure, some_moments, taken_nights
from tests.tools.insights.calendar_truth import DAY, clock, local_today, price, span, stays_of
from tests.tools.insights.calendar_world import world

pytestmark = pytest.mark.anyio

INES, DEPARTING, TOMASZ, NOOR = (
    "0-HMDEMO0005-ine005",
    "0-HMDEMO0004-dep004",
    "2-4310000006-tax006",
    "0-HMDEMO0002-rep002",
)
NOON = MOMENTS["an ordinary noon"]


def day(ahead: int) -> date:
    return NOON.date() + ahead * DAY


async def check(stay_code: str, **arguments: Any) -> dict[str, Any]:
    async with world(NOON) as host:
        return await host.ask("check_stay_extension", stay_code=stay_code, **arguments)


async def test_ines_can_come_three_hours_after_the_guest_before_her_has_left() -> None:
    early = (await check(INES))["early_check_in"]
    assert (early["verdict"], early["usual"], early["earliest"], early["out_time"]) == (
        "possible",
        "22:30",
        "13:30",
        "10:30",
    )
    assert (early["previous"]["guest_name"], early["previous"]["stay_code"]) == ("Noah Dummy", DEPARTING)
    assert early["cleaning"]["staff_name"] == "Rita Modelo"


async def test_a_wanted_arrival_before_that_is_blocked_and_a_quick_cleaning_makes_it_possible() -> None:
    assert (await check(INES, arrival_time="13:00"))["early_check_in"]["verdict"] == "blocked"
    quick = (await check(INES, arrival_time="13:00", cleaning_hours=2.5))["early_check_in"]
    assert (quick["verdict"], quick["earliest"]) == ("possible", "13:00")


async def test_ines_can_leave_late_as_the_next_guest_comes_two_days_later() -> None:
    late = (await check(INES, departure_time="18:00"))["late_check_out"]
    assert (late["verdict"], late["usual"], late["latest"]) == ("possible", "11:00", "23:59")
    assert (late["next"]["stay_code"], late["next"]["check_in_date"]) == (TOMASZ, str(day(6)))


async def test_the_guest_before_ines_can_stay_until_three_hours_before_her_arrival() -> None:
    late = (await check(DEPARTING, departure_time="20:00"))["late_check_out"]
    assert (late["verdict"], late["latest"], late["in_time"]) == ("blocked", "19:30", "22:30")
    assert late["next"]["stay_code"] == INES


async def test_two_nights_can_be_added_with_their_price_and_the_third_is_taken_by_name() -> None:
    longer = (await check(INES, check_out_date=str(day(6))))["longer_stay"]
    assert (longer["verdict"], longer["added_nights"], longer["free_nights_after"]) == ("possible", 2, 2)
    # A Friday and a Saturday at 148.
    assert (longer["price"], longer["currency"]) == (296, "EUR")
    too_long = (await check(INES, check_out_date=str(day(7))))["longer_stay"]
    assert (too_long["verdict"], too_long["added_nights"]) == ("blocked", 3)
    assert len(too_long["blocked_by"]) == 1
    assert "Tomasz Przyklad" in too_long["blocked_by"][0]
    assert TOMASZ in too_long["blocked_by"][0]


async def test_a_check_in_that_is_past_at_the_property_is_refused_and_no_past_night_is_offered() -> None:
    async with world(NOON) as host:
        refused = await host.answer("check_stay_extension", stay_code=INES, check_in_date=str(day(-1)))
        answer = await host.ask("check_stay_extension", stay_code=INES)
    assert [field["field"] for field in refused["error"]["fields"]] == ["check_in_date"]
    assert answer["longer_stay"]["free_nights_before"] == 0


async def test_the_night_before_is_taken_by_the_guest_who_leaves() -> None:
    longer = (await check(TOMASZ, check_in_date=str(day(3))))["longer_stay"]
    assert longer["verdict"] == "blocked"
    assert "Inês Exemplar" in longer["blocked_by"][0]


@some_moments
async def test_free_nights_around_stays_are_as_the_rows_say(now: datetime) -> None:
    async with world(now) as host:
        account = host.account
        coming = [
            stay
            for stay in stays_of(account, 20110004)
            if now.date() < arrival(stay) and departure(stay) < now.date() + 60 * DAY
        ]
        assert coming
        for stay in coming:
            answer = await host.ask("check_stay_extension", stay_code=stay["stay_code"])
            taken = taken_nights(account, 20110004)
            behind = [night not in taken for night in span(departure(stay), 30)]
            before = [arrival(stay) - n * DAY not in taken for n in range(1, 31)]
            longer = answer["longer_stay"]
            assert longer["free_nights_after"] == [*behind, False].index(False)
            ahead = (arrival(stay) - local_today(account, 20110004, now)).days
            assert longer["free_nights_before"] == min(ahead, [*before, False].index(False))


@some_moments
async def test_the_price_of_added_nights_is_that_of_the_own_listing(now: datetime) -> None:
    async with world(now) as host:
        account = host.account
        stay = account.stays[INES]
        wanted = departure(stay) + 2 * DAY
        answer = await host.ask("check_stay_extension", stay_code=INES, check_out_date=str(wanted))
    own = (stay["channel_type"], stay["listing_id"])
    added = span(departure(stay), 2)
    assert answer["longer_stay"]["price"] == sum(price(account, own, night) for night in added)
    assert answer["late_check_out"]["usual"] == clock(account, stay, "out")


async def test_a_block_behind_a_stay_leaves_the_answer_to_the_host() -> None:
    def block(account: SandboxAccount) -> None:
        account.blocks[20110001] = {departure(account.stays[INES]): "Painter"}

    async with world(NOON, change=block) as host:
        answer = await host.ask("check_stay_extension", stay_code=INES, check_out_date=str(day(5)))
    late = answer["late_check_out"]
    assert late["verdict"] == "unknown"
    assert late["blocked_by"].endswith("blocked in the calendar, Painter")
    assert answer["longer_stay"]["verdict"] == "blocked"
    assert answer["longer_stay"]["free_nights_after"] == 0


async def test_a_guest_who_is_in_the_house_is_not_told_about_check_in() -> None:
    assert "early_check_in" not in await check(DEPARTING)


async def test_a_direct_booking_has_no_listing_and_no_price() -> None:
    answer = await check("5-DEMO30PAT", check_out_date=str(day(8)))
    assert answer["longer_stay"]["verdict"] == "possible"
    assert "price" not in answer["longer_stay"]


@pytest.mark.parametrize(
    ("code", "arguments", "field"),
    [
        ("2-4310000032-can032", {}, "stay_code"),
        ("2-4310000025-una025", {}, "stay_code"),
        ("2-4310000015-box015", {}, "stay_code"),
        ("0-HMDEMO0001-rep001", {}, "stay_code"),
        (INES, {"check_out_date": "2026-06-15"}, "check_out_date"),
        (INES, {"check_out_date": "2026-12-31"}, "check_out_date"),
        (INES, {"check_in_date": "2026-01-01"}, "check_in_date"),
        (INES, {"arrival_time": "1 pm"}, "arrival_time"),
    ],
)
async def test_what_cannot_be_extended_is_refused(code: str, arguments: dict[str, Any], field: str) -> None:
    async with world(NOON) as host:
        error = (await host.answer("check_stay_extension", stay_code=code, **arguments))["error"]
    assert (error["kind"], error["fields"][0]["field"]) == ("invalid_arguments", field)


async def test_an_unknown_stay_is_not_found() -> None:
    async with world(NOON) as host:
        error = (await host.answer("check_stay_extension", stay_code="0-NOBODY-x"))["error"]
    assert error["kind"] == "not_found"
