"""The grid that views draw, against what a careful person reads off the account day by day."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from tests.support.demo_cases import MOMENTS, each_moment
from tests.tools.calendar import grid_truth as truth
from tests.tools.calendar.drawing import grid
from tests.tools.insights.calendar_truth import listings_of, local_today
from tests.tools.insights.calendar_world import World, world

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
NOON = MOMENTS["an ordinary noon"]


def verify(host: World, row: Mapping[str, Any]) -> None:
    """Compare a row with the account, day by day."""
    account, home, count = host.account, row["property_id"], row["days"]
    start = date.fromisoformat(row["start_date"])
    days = [start + DAY * number for number in range(count)]
    assert row["nights"] == "".join(truth.letter(account, home, day) for day in days)
    assert {stay["stay_code"] for stay in row["stays"]} == truth.shown_stays(account, home, days)
    for stay in row["stays"]:
        told = account.stays[stay["stay_code"]]
        assert start + DAY * stay["start"] == date.fromisoformat(told["check_in_date"])
        assert start + DAY * (stay["start"] + stay["nights"]) == date.fromisoformat(told["check_out_date"])
        assert stay["status"] == told["status"]
    blocked = truth.of_each_day([[block["start"], block["nights"]] for block in row["blocks"]], count)
    assert blocked == [letter == "b" or None for letter in row["nights"]]
    shown = {(entry["channel_type"], entry["listing_id"]): entry for entry in row["listings"]}
    # Of Staymesh Hostex tells no calendar.
    assert set(shown) == {key for key in listings_of(account, home) if key[0] != "staymesh"}
    for key, entry in shown.items():
        verify_listing(host, key, entry, days)


def verify_listing(host: World, key: truth.Listing, entry: Mapping[str, Any], days: list[date]) -> None:
    account, count = host.account, len(days)
    columns = {name: truth.of_each_day(entry.get(name, []), count) for name in COLUMNS}
    assert columns["price"] == [truth.price(account, key, day) for day in days]
    assert columns["units"] == [truth.units(account, key, day) for day in days]
    assert columns["min_stay"] == [truth.min_stay(account, key, day) for day in days]
    for name, of in (("no_arrival", "closed_on_arrival"), ("no_departure", "closed_on_departure")):
        assert columns[name] == [bool(truth.rule(account, key, day, of)) or None for day in days]


COLUMNS = ("price", "units", "min_stay", "no_arrival", "no_departure")


@each_moment
async def test_the_demo_account_is_drawn_as_it_is(now: Any) -> None:
    async with world(now) as host:
        got = await grid(host)
        for row in got["items"]:
            verify(host, row)
            assert row["today"] == f"{local_today(host.account, row['property_id'], now)}"
        assert got["returned"] == got["total"] == 12
        assert {row["days"] for row in got["items"]} == {31}


@pytest.mark.parametrize("seed", range(6))
async def test_any_account_is_drawn_as_it_is(seed: int) -> None:
    today = NOON.date()
    async with world(NOON, change=lambda account: truth.shuffle(account, seed, today)) as host:
        for row in (await grid(host, start_date=today - DAY * 10, days=60))["items"]:
            verify(host, row)


@pytest.mark.parametrize("seed", range(4))
async def test_nights_that_rules_keep_from_being_sold_are_all_told(seed: int) -> None:
    today = NOON.date()
    async with world(NOON, change=lambda account: truth.shuffle(account, seed, today)) as host:
        for row in (await grid(host, days=25))["items"]:
            home = row["property_id"]
            start = local_today(host.account, home, NOON)
            days = [start + DAY * number for number in range(25)]
            told = {
                (channel, gap["start"] + number)
                for gap in row["gaps"]
                for channel in gap["channels"]
                for number in range(gap["nights"])
                if 0 <= gap["start"] + number < 25
            }
            listings = [(entry["channel_type"], entry["listing_id"]) for entry in row["listings"]]
            expected = {
                (listing[0], (night - date.fromisoformat(row["start_date"])).days)
                for listing in listings
                for night in truth.stuck(host.account, home, listing, days)
            }
            assert told == {pair for pair in expected if pair[1] < 25}, row["property"]


async def test_conflicts_are_those_of_the_calendars() -> None:
    async with world(NOON) as host:
        rows = (await grid(host, days=60))["items"]
        odd = {
            (row["property_id"], conflict["kind"], conflict.get("channel_type"), conflict["start"] + number)
            for row in rows
            for conflict in row["conflicts"]
            for number in range(conflict["nights"])
        }
        account, expected = host.account, set[Any]()
        for row in rows:
            home, today = row["property_id"], local_today(host.account, row["property_id"], NOON)
            for number in range(60):
                night = date.fromisoformat(row["start_date"]) + DAY * number
                for listing in listings_of(account, home):
                    free = sum(
                        truth.is_free(account, other, night)
                        for other in account.properties
                        if listing in listings_of(account, other)
                    )
                    units = truth.units(account, listing, night)
                    kind = "open" if units > free else "closed" if units < 1 <= free else ""
                    if kind and night >= today:
                        expected.add((home, f"{kind}_on_channel", listing[0], number))
    assert odd == expected
    assert expected
