"""get_performance on the demo account, against sums made night by night from its rows."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, accepted, arrival
from tests.tools.insights.calendar_world import World, world
from tests.tools.insights.money_truth import blocked, money_of, nights, sold

pytestmark = pytest.mark.anyio

MONTH = {"start_date": "2026-05-01", "end_date": "2026-05-31"}
MAY = date(2026, 5, 1), date(2026, 5, 31)
APRIL = date(2026, 4, 1), date(2026, 4, 30)


@pytest.fixture
async def demo() -> AsyncIterator[World]:
    async with world(MOMENTS["an ordinary noon"]) as host:
        yield host


async def test_nights_and_occupancy_of_each_property_are_those_of_its_stays(demo: World) -> None:
    answer = await demo.ask("get_performance", **MONTH)
    assert {row["property_id"] for row in answer["rows"]} == set(demo.account.properties)
    for row in answer["rows"]:
        ident = row["property_id"]
        taken, closed = sold(demo.account, ident, *MAY), blocked(demo.account, ident, *MAY)
        assert (row["nights_sold"], row["nights_blocked"]) == (taken, closed)
        assert row["nights_for_sale"] == 31 - closed
        assert row["occupancy"] == round(100 * taken / (31 - closed), 1)
        assert row["property"] == demo.account.properties[ident]["title"]


async def test_money_of_each_property_is_that_of_its_nights(demo: World) -> None:
    answer = await demo.ask("get_performance", **MONTH)
    for row in answer["rows"]:
        expected = money_of(demo.account, row["property_id"], *MAY)
        sums_of = {sums["currency"]: sums for sums in row.get("money", [])}
        assert sums_of.keys() == expected.keys()
        for currency, sums in expected.items():
            assert sums_of[currency]["revenue"] == sums["revenue"]
            assert sums_of[currency]["room_revenue"] == sums["room"]
            assert sums_of[currency]["commission"] == sums["commission"]
            assert sums_of[currency]["revpar"] == pytest.approx(
                sums["room"] / row["nights_for_sale"], abs=0.01
            )
            assert sums_of[currency]["adr"] == pytest.approx(sums["room"] / row["nights_sold"], abs=0.01)


async def test_the_month_before_stands_beside(demo: World) -> None:
    answer = await demo.ask("get_performance", **MONTH)
    assert (answer["previous_start_date"], answer["previous_end_date"]) == ("2026-04-01", "2026-04-30")
    ids = list(demo.account.properties)
    assert answer["previous_total"]["nights_sold"] == sum(sold(demo.account, home, *APRIL) for home in ids)
    for row in answer["rows"]:
        assert row["previous"]["nights_sold"] == sold(demo.account, row["property_id"], *APRIL)


async def test_channels_share_the_nights_and_have_no_occupancy(demo: World) -> None:
    answer = await demo.ask("get_performance", **MONTH, by="channel")
    assert sum(row["nights_sold"] for row in answer["rows"]) == answer["total"]["nights_sold"]
    assert not any("occupancy" in row or "nights_for_sale" in row for row in answer["rows"])
    for row in answer["rows"]:
        own = [stay for stay in accepted(demo.account) if stay["channel_type"] == row["channel_type"]]
        nights_in_may = sum(MAY[0] <= night <= MAY[1] for stay in own for night in nights(stay))
        assert row["nights_sold"] == nights_in_may


async def test_months_add_up_to_the_whole(demo: World) -> None:
    answer = await demo.ask("get_performance", start_date="2026-03-15", end_date="2026-05-20", by="month")
    assert [row["month"] for row in answer["rows"]] == ["2026-03", "2026-04", "2026-05"]
    assert sum(row["nights_sold"] for row in answer["rows"]) == answer["total"]["nights_sold"]
    revenue = {sums["currency"]: sums["revenue"] for sums in answer["total"]["money"]}
    for currency, total in revenue.items():
        parts = [
            sums["revenue"] for row in answer["rows"] for sums in row["money"] if sums["currency"] == currency
        ]
        assert sum(parts) == pytest.approx(total, abs=0.02)


async def test_the_booking_window_counts_local_days(demo: World) -> None:
    answer = await demo.ask("get_performance", **MONTH)
    windows: list[int] = []
    for stay in accepted(demo.account):
        if MAY[0] <= arrival(stay) <= MAY[1]:
            zone = ZoneInfo(demo.account.properties[stay["property_id"]]["timezone"])
            booked = datetime.fromisoformat(stay["booked_at"]).astimezone(zone).date()
            windows.append((arrival(stay) - booked).days)
    assert answer["total"]["booking_window_days"] == median(windows)


async def test_a_group_or_some_properties_narrow_everything(demo: World) -> None:
    group = next(iter(demo.account.groups.values()))
    answer = await demo.ask("get_performance", **MONTH, group_id=group["id"])
    assert {row["property_id"] for row in answer["rows"]} == set(group["property_ids"])
    home = group["property_ids"][0]
    single = await demo.ask("get_performance", **MONTH, property_ids=[home])
    assert single["total"]["nights_sold"] == sold(demo.account, home, *MAY)


async def test_a_period_of_more_than_two_years_is_refused(demo: World) -> None:
    answer = await demo.answer("get_performance", start_date="2024-01-01", end_date="2026-12-31")
    assert answer["error"]["fields"][0]["field"] == "end_date"


async def test_the_answer_says_what_its_words_mean(demo: World) -> None:
    answer = await demo.ask("get_performance", **MONTH)
    assert "occupancy = nights sold / (all nights - blocked ones)" in answer["notes"][0]


async def test_a_month_before_the_first_guest_is_all_zero_and_its_blocks_are_said_to_be_unknown(
    demo: World,
) -> None:
    answer = await demo.ask("get_performance", start_date="2020-01-01", end_date="2020-01-31")
    assert answer["total"]["nights_sold"] == 0
    assert answer["total"]["occupancy"] == 0
    assert "money" not in answer["total"]
    assert any(note.startswith("Blocks before ") for note in answer["notes"])


async def test_rates_of_a_currency_are_those_of_the_properties_that_sell_in_it(demo: World) -> None:
    answer = await demo.ask("get_performance", **MONTH)
    dollars = [
        place["id"] for place in demo.account.properties.values() if place["timezone"] == "America/Chicago"
    ]
    for currency, ids in {"USD": dollars, "EUR": demo.account.properties.keys() - set(dollars)}.items():
        room = sum(money_of(demo.account, home, *MAY).get(currency, {"room": 0.0})["room"] for home in ids)
        open_nights = sum(31 - blocked(demo.account, home, *MAY) for home in ids)
        (row,) = [sums for sums in answer["total"]["money"] if sums["currency"] == currency]
        assert row["revpar"] == pytest.approx(room / open_nights, abs=0.01)


async def test_rows_are_ranked_within_a_currency_and_never_across(demo: World) -> None:
    def worth(account: SandboxAccount) -> None:
        for stay in account.stays.values():
            if stay["rates"]["rate"]["currency"] == "USD":
                stay["rates"]["rate"]["amount"] *= 1000

    async with world(MOMENTS["an ordinary noon"], change=worth) as host:
        answer = await host.ask("get_performance", **MONTH)
    earned = [(row["money"][0]["currency"], row["money"][0]["revenue"]) for row in answer["rows"]]
    euros, dollars = ([sum_ for currency, sum_ in earned if currency == code] for code in ("EUR", "USD"))
    assert earned == [("EUR", amount) for amount in sorted(euros, reverse=True)] + [
        ("USD", amount) for amount in sorted(dollars, reverse=True)
    ]


async def test_nights_without_a_price_are_counted_and_their_stays_named() -> None:
    chosen: list[Row] = []

    def forget(account: SandboxAccount) -> None:
        chosen.extend(
            stay for stay in accepted(account) if str(stay["check_in_date"]).startswith("2026-05-1")
        )
        for stay in chosen:
            stay["rates"] = {}

    async with world(MOMENTS["an ordinary noon"], change=forget) as host:
        answer = await host.ask("get_performance", **MONTH)
        books = await host.ask("get_month_end")
    lost = sum(MAY[0] <= night <= MAY[1] for stay in chosen for night in nights(stay))
    assert answer["total"]["nights_without_price"] == lost
    (note,) = [note for note in answer["notes"] if "no price in a single currency" in note]
    assert note in books["notes"]
    text = "stays have no price in a single currency, so revenue is understated: "
    assert note.startswith(f"{len(chosen)} {text}")
    assert sum(row["nights"] for row in books["properties"] if "currency" not in row) == lost
    assert not [row for row in books["properties"] if "currency" not in row and "revenue" in row]
    assert sum(row["nights"] for row in books["properties"]) == answer["total"]["nights_sold"]
    assert sum(row["nights"] for row in books["groups"]) == answer["total"]["nights_sold"]


async def test_each_month_stands_beside_all_of_the_one_before(demo: World) -> None:
    period = {"start_date": "2026-01-31", "end_date": "2026-02-28", "by": "month"}
    answer = await demo.ask("get_performance", **period)
    january = date(2026, 1, 1), date(2026, 1, 31)
    row = answer["rows"][1]
    assert row["month"] == "2026-02"
    assert row["previous"]["nights_sold"] == sum(
        sold(demo.account, home, *january) for home in demo.account.properties
    )


async def test_a_month_before_the_first_guest_is_compared_too(demo: World) -> None:
    period = {"start_date": "2020-02-01", "end_date": "2020-03-31", "by": "month"}
    answer = await demo.ask("get_performance", **period)
    assert [row["previous"]["nights_sold"] for row in answer["rows"]] == [0, 0]


async def test_without_the_calendar_there_is_money_and_no_occupancy(demo: World) -> None:
    complete = await demo.ask("get_performance", **MONTH)
    demo.sandbox.faults.add("envelope", "GET /availabilities", times=None, code=403, message="No")
    answer = await demo.ask("get_performance", **MONTH)
    assert "blocked nights: No" in [failure["message"] for failure in answer["failed"]]
    assert answer["total"].keys().isdisjoint({"occupancy", "nights_for_sale", "nights_blocked"})
    for row, expected in zip(answer["total"]["money"], complete["total"]["money"], strict=True):
        assert row == {name: value for name, value in expected.items() if name != "revpar"}


async def test_of_chosen_properties_it_is_said_that_stays_without_one_are_not_read(demo: World) -> None:
    narrowed = await demo.ask("get_performance", **MONTH, property_ids=[20110001, 20110002])
    everything = await demo.ask("get_performance", **MONTH)
    note = "Only the chosen properties: stays that are not allocated to any are not read."
    assert note in narrowed["notes"]
    assert note not in everything["notes"]
