"""Expected values are read off the demo account's rows."""

from datetime import date, datetime
from typing import Any

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS, some_moments, taken_nights
from tests.tools.insights.calendar_truth import (
    DAY,
    RULED,
    free_stretches,
    is_on_sale,
    listings_of,
    local_today,
    orphans,
    rule,
    span,
)
from tests.tools.insights.calendar_world import World, world

pytestmark = pytest.mark.anyio

LOFT, BELEM, ROOM_1, ROOM_2 = 20110001, 20110005, 20110007, 20110008
NOON = MOMENTS["an ordinary noon"]


async def every_gap(host: World, days: int) -> list[dict[str, Any]]:
    """The rows of all properties, asked for one by one, as one answer holds only the first."""
    last = str(host.now.date() + (days - 1) * DAY)
    rows: list[dict[str, Any]] = []
    for property_id in host.account.properties:
        answer = await host.ask("find_calendar_gaps", property_ids=[property_id], end_date=last)
        assert "more" not in answer
        rows += answer["gaps"]
    return rows


def first_night(row: dict[str, Any]) -> date:
    return date.fromisoformat(row["first_night"])


def written(row: dict[str, Any]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Listing to the ranges of its change."""
    for change in row.get("changes", []):
        assert change["tool"] == "update_listing_restrictions"
    calls = [change["arguments"] for change in row.get("changes", [])]
    return {(call["channel_type"], call["listing_id"]): call["restrictions"] for call in calls}


@some_moments
async def test_orphan_gaps_are_found_on_each_listing_with_the_minimum_stay_of_the_gap(now: datetime) -> None:
    async with world(now) as host:
        rows = await every_gap(host, 60)
        expected = list(orphans(host.account, now, 60))
    assert expected
    gaps = {
        (row["property_id"], (first_night(row), row["nights"]), listing, ranges[0]["min_stay_on_arrival"])
        for row in rows
        if row["problem"] == "min_stay_on_arrival"
        for listing, ranges in written(row).items()
    }
    assert gaps == {(place, gap, listing, gap[1]) for place, gap, listing, _ in expected}


@some_moments
async def test_nights_closed_to_arrival_are_found_where_they_are_free(now: datetime) -> None:
    async with world(now) as host:
        rows = await every_gap(host, 60)
        account = host.account
    gaps = {
        (row["property_id"], listing)
        for row in rows
        if row["problem"] == "closed_on_arrival" and row["first_night"] == str(now.date() + 53 * DAY)
        for listing in [*written(row), *_unchangeable(row)]
    }
    shut = now.date() + 53 * DAY
    # A free night in a gap that is too short anyway is told as that.
    short = {(home, listing) for home, gap, listing, _ in orphans(account, now, 60) if shut in span(*gap)}
    expected = {
        (home, listing)
        for home in account.properties
        if shut not in taken_nights(account, home)
        for listing in listings_of(account, home)
        if rule(account, listing, shut, "closed_on_arrival")
    }
    assert gaps == expected - short


def _unchangeable(row: dict[str, Any]) -> list[tuple[str, str]]:
    pairs = [listing.split(" ", 1) for listing in row.get("unchangeable", [])]
    return [(channel, listing_id) for channel, listing_id in pairs]


async def test_nights_without_units_on_a_channel_are_named_and_left_to_the_host() -> None:
    async with world(NOON) as host:
        answer = await host.ask("find_calendar_gaps", property_ids=[BELEM])
        account = host.account
    listing = ("booking.com", "55501005-220051")
    (row,) = [row for row in answer["gaps"] if row["problem"] == "inventory"]
    nights = span(first_night(row), row["nights"])
    assert nights == [NOON.date() + 20 * DAY, NOON.date() + 21 * DAY]
    assert not any(is_on_sale(account, listing, night) for night in nights)
    assert "changes" not in row
    assert row["unchangeable"] == ["booking.com 55501005-220051"]


@some_moments
async def test_changes_stay_inside_the_gap_and_never_go_below_it_nor_back_in_time(now: datetime) -> None:
    async with world(now) as host:
        rows = await every_gap(host, 60)
        account = host.account
    opened: list[int] = []
    for row in rows:
        property_id, start = row["property_id"], first_night(row)
        today = local_today(account, property_id, now)
        nights = set(span(start, row["nights"]))
        assert start >= today
        assert not nights & taken_nights(account, property_id)
        stretches = free_stretches(account, property_id, today, today + 300 * DAY)
        (around,) = [gap for gap in stretches if start in span(*gap)]
        for listing, ranges in written(row).items():
            assert listing[0] in RULED
            for change in ranges:
                first, last = (date.fromisoformat(change[name]) for name in ("start_date", "end_date"))
                assert {first, last} <= nights
                lowered = [value for name, value in change.items() if name.startswith("min_stay")]
                assert all(value == around[1] for value in lowered)
                opened += lowered
    assert opened


async def test_the_ready_calls_open_the_gaps() -> None:
    async with world(NOON) as host:
        before = await host.ask("find_calendar_gaps", property_ids=[LOFT])
        calls = [call for row in before["gaps"] for call in row.get("changes", [])]
        assert calls
        for call in calls:
            done = await host.ask(call["tool"], **call["arguments"])
            assert done["status"] == "done"
        host.sandbox.settle()
        after = await host.ask("find_calendar_gaps", property_ids=[LOFT])
    assert after["gaps"] == []


async def test_no_change_opens_a_stay_shorter_than_the_host_takes() -> None:
    async with world(NOON) as host:
        answer = await host.ask("find_calendar_gaps", property_ids=[LOFT], shortest_stay=2)
    by_nights = {row["nights"]: row for row in answer["gaps"] if row["problem"] == "min_stay_on_arrival"}
    assert "changes" in by_nights[2]
    assert "changes" not in by_nights[1]
    assert len(by_nights[1]["unchangeable"]) == 4


async def test_the_guests_on_both_sides_are_named_with_the_rule_and_the_prices() -> None:
    async with world(NOON) as host:
        answer = await host.ask("find_calendar_gaps", property_ids=[LOFT])
    row = answer["gaps"][0]
    assert (row["first_night"], row["nights"], row["property"]) == ("2026-06-19", 2, "Harbour Loft")
    assert row["before"] == {
        "guest_name": "Inês Exemplar",
        "stay_code": "0-HMDEMO0005-ine005",
        "check_out_date": "2026-06-19",
    }
    assert row["after"] == {
        "guest_name": "Tomasz Przyklad",
        "stay_code": "2-4310000006-tax006",
        "check_in_date": "2026-06-21",
    }
    # A Friday and a Saturday: 148 each, and round(148 * 1.12) = 166 on Booking.com.
    assert row["prices"] == [
        "airbnb €296",
        "booking.com €332",
        "booking_site €296",
        "airbnb €296",
    ]
    assert row["rules"][0] == "minimum stay 3"


async def test_rules_of_a_room_type_are_left_to_the_host() -> None:
    def stricter(account: SandboxAccount) -> None:
        account.rates["booking.com", "55502010-220071"].min_stay = 20

    async with world(NOON, change=stricter) as host:
        answer = await host.ask("find_calendar_gaps", property_ids=[ROOM_1, ROOM_2])
    assert answer["gaps"]
    assert all("changes" not in row for row in answer["gaps"])


async def test_a_listing_that_the_channel_has_lost_is_reported_and_the_others_are_read() -> None:
    def lose(account: SandboxAccount) -> None:
        del account.rates["vrbo", "vr-3001"]

    async with world(NOON, change=lose) as host:
        answer = await host.ask("find_calendar_gaps", property_ids=[LOFT])
    assert answer["gaps"]
    (failure,) = answer["failed"]
    assert (failure["property_id"], failure["kind"]) == (LOFT, "not_found")
    assert failure["message"].startswith("vrbo vr-3001: ")


async def test_past_days_and_long_periods_are_not_looked_at() -> None:
    async with world(NOON) as host:
        answer = await host.ask("find_calendar_gaps", start_date="2026-05-01", property_ids=[LOFT])
        assert all(row["first_night"] >= "2026-06-15" for row in answer["gaps"])
        error = (await host.answer("find_calendar_gaps", end_date="2027-06-01"))["error"]
        assert error["fields"][0]["field"] == "end_date"
        assert len(await host.calls_of("find_calendar_gaps")) <= 8


async def test_short_gaps_between_two_stays_that_sell_only_whole_are_named_apart() -> None:
    async with world(NOON) as host:
        answer = await host.ask("find_calendar_gaps", property_ids=[20110006])
        stays = host.account.stays
    assert answer["only_whole"]
    for row in answer["only_whole"]:
        leaves, comes = stays[row["before"]["stay_code"]], stays[row["after"]["stay_code"]]
        assert leaves["check_out_date"] == row["first_night"] == row["before"]["check_out_date"]
        free = date.fromisoformat(comes["check_in_date"]) - date.fromisoformat(leaves["check_out_date"])
        assert free.days == row["nights"] <= 7
        assert row["prices"]
    assert any(note.startswith("only_whole, a separate list: ") for note in answer["notes"])
