"""get_performance beside the period before and last year: what each figure was, and by how much it moved."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import anyio
import pytest
from hypothesis import Phase, given, settings

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, accepted
from tests.tools.insights.calendar_world import world
from tests.tools.insights.money_truth import blocked, earned, money_of, sold
from tests.tools.insights.money_worlds import Made, made
from tests.tools.insights.test_money_reconciles import coins, shown

NOON = MOMENTS["an ordinary noon"]
MAY = {"start_date": "2026-05-01", "end_date": "2026-05-31"}
LAST_MAY = date(2025, 5, 1), date(2025, 5, 31)
YEAR_LATER = {
    "an ordinary noon": ("2027-05-01", "2027-05-31"),
    "the leap day": ("2029-02-01", "2029-02-28"),
    "summer time ends in Europe": ("2027-10-01", "2027-10-31"),
}


def _moved(stay: Row, days: int, **changes: Any) -> Row:
    row = deepcopy(stay)
    for field in ("check_in_date", "check_out_date"):
        row[field] = str(date.fromisoformat(row[field]) + timedelta(days=days))
    return row | {"stay_code": f"{stay['stay_code']}x{days}"} | changes


def _year_before(account: SandboxAccount) -> None:
    """Every second stay was there a year before too, a day off and at another price."""
    for number, stay in enumerate(accepted(account)):
        if number % 2:
            row = _moved(stay, -364, reservation_code=f"{stay['reservation_code']}x")
            row["rates"]["rate"]["amount"] = round(row["rates"]["rate"]["amount"] * 0.7, 2)
            account.stays[row["stay_code"]] = row


@pytest.mark.anyio
async def test_each_property_stands_beside_the_same_days_of_last_year() -> None:
    async with world(NOON, change=_year_before) as host:
        answer = await host.ask("get_performance", **MAY, compare="last_year")
        account = host.account
    assert (answer["previous_start_date"], answer["previous_end_date"]) == ("2025-05-01", "2025-05-31")
    assert sum(row["previous"]["nights_sold"] for row in answer["rows"]) > 50
    for row in answer["rows"]:
        home, before = row["property_id"], row["previous"]
        assert before["nights_sold"] == sold(account, home, *LAST_MAY)
        assert row["change"]["nights_sold"] == row["nights_sold"] - sold(account, home, *LAST_MAY)
        truth = money_of(account, home, *LAST_MAY)
        assert {sums["currency"]: sums["revenue"] for sums in before.get("money", [])} == {
            currency: sums["revenue"] for currency, sums in truth.items()
        }
        for sums in row["change"].get("money", []):
            now = money_of(account, home, date(2026, 5, 1), date(2026, 5, 31)).get(sums["currency"], {})
            then = truth.get(sums["currency"], {})
            assert sums["revenue"] == pytest.approx(now.get("revenue", 0) - then.get("revenue", 0))
            if then:
                percent = 100 * (now.get("revenue", 0) - then["revenue"]) / then["revenue"]
                assert sums["revenue_percent"] == pytest.approx(percent, abs=0.051)


@pytest.mark.anyio
async def test_what_hangs_on_blocks_that_nobody_knows_is_shown_without_a_change_and_that_is_said() -> None:
    async with world(NOON, change=_year_before) as host:
        last_year = await host.ask("get_performance", **MAY, compare="last_year")
        month = await host.ask("get_performance", **MAY)
        account = host.account
    unknown = {"occupancy", "nights_for_sale", "nights_blocked"}
    assert unknown.isdisjoint(last_year["total_change"])
    assert unknown <= last_year["total"].keys() & last_year["previous_total"].keys()
    assert not any("revpar" in sums for sums in last_year["total_change"]["money"])
    assert any("change of occupancy, revpar and nights for sale" in note for note in last_year["notes"])
    for row in month["rows"]:
        home = row["property_id"]
        now = (
            100
            * sold(account, home, date(2026, 5, 1), date(2026, 5, 31))
            / (31 - blocked(account, home, date(2026, 5, 1), date(2026, 5, 31)))
        )
        then = (
            100
            * sold(account, home, date(2026, 4, 1), date(2026, 4, 30))
            / (30 - blocked(account, home, date(2026, 4, 1), date(2026, 4, 30)))
        )
        assert row["change"]["occupancy"] == pytest.approx(now - then, abs=0.11)


def _two_februaries(account: SandboxAccount) -> None:
    """The leap day's February has 3 nights for 300 and a day use for 50; the one before 2 nights for 150."""
    stay = next(stay for stay in accepted(account) if stay["rates"]["rate"]["currency"] == "EUR")
    account.blocks.clear()
    account.stays.clear()
    for code, first, nights, price in (
        ("now", "2028-02-27", 3, 300),
        ("day", "2028-02-10", 0, 50),
        ("then", "2027-02-27", 2, 150),
    ):
        row = deepcopy(stay) | {"stay_code": code, "reservation_code": code, "check_in_date": first}
        row["check_out_date"] = str(date.fromisoformat(first) + timedelta(days=nights))
        charged = {"currency": "EUR", "amount": price / 10}
        row["rates"] = {"rate": {"currency": "EUR", "amount": price}, "commission": charged}
        row["booked_at"] = "2027-12-04T12:00:00+00:00"
        account.stays[code] = row


@pytest.mark.anyio
async def test_a_leap_february_is_compared_whole_with_numbers_worked_out_by_hand() -> None:
    february = {"start_date": "2028-02-01", "end_date": "2028-02-29", "compare": "last_year"}
    async with world(MOMENTS["the leap day"], change=_two_februaries) as host:
        answer = await host.ask("get_performance", **february, by="month")
        homes = await host.ask("get_performance", **february)
    assert (answer["previous_start_date"], answer["previous_end_date"]) == ("2027-02-01", "2027-02-28")
    (row,) = answer["rows"]
    assert (row["nights_sold"], row["previous"]["nights_sold"]) == (3, 2)
    assert row["change"] == answer["total_change"]
    assert row["change"] == {
        "nights_sold": 1,
        "nights_sold_percent": 50.0,
        "stays": 0,
        "bookings_apart": 1,
        "booking_window_days": 85,
        "money": [
            {
                "currency": "EUR",
                "revenue": 200.0,
                "revenue_percent": 133.3,
                "room_revenue": 150.0,
                "commission": 20.0,
                "adr": 25.0,
                "adr_percent": 33.3,
            }
        ],
    }
    (day_use,) = [row for row in homes["rows"] if row.get("row") == "day use"]
    assert day_use["change"] == {
        "bookings_apart": 1,
        "money": [{"currency": "EUR", "revenue": 50.0, "commission": 5.0}],
    }


@pytest.mark.anyio
async def test_two_years_are_compared_with_the_years_that_overlap_them() -> None:
    period = {"start_date": "2025-07-01", "end_date": "2027-06-30", "compare": "last_year"}
    async with world(NOON, change=_year_before) as host:
        answer = await host.ask("get_performance", **period)
        account = host.account
    earlier = date(2024, 7, 1), date(2026, 6, 30)
    assert answer["previous_total"]["nights_sold"] == sum(
        sold(account, home, *earlier) for home in account.properties
    )


@pytest.mark.slow
@pytest.mark.no_cover
@settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(made())
def test_every_amount_of_a_month_is_what_the_month_a_year_later_stands_beside(account: Made) -> None:
    start, end = YEAR_LATER[account.moment]

    async def ask() -> Any:
        async with world(account.now, change=account.change) as host:
            return await host.ask("get_performance", start_date=start, end_date=end, compare="last_year")

    answer = anyio.run(ask)
    lines = earned(account.stays, *account.month)
    total = coins(("", line[2], line[3]) for line in lines)
    assert shown([answer["previous_total"]], "row") == total
    gone = {key: -amount for key, amount in total.items()}
    assert shown([answer["total_change"]], "row") == gone
    rows = [{**row, **row["previous"]} for row in answer.get("rows", [])]
    homes = coins((line[1]["property_id"], line[2], line[3]) for line in lines if not line[0])
    assert shown((row for row in rows if "property_id" in row), "property_id") == homes
