"""get_month_end on the demo account, against its rows."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.tools.insights.month_end_rows import as_csv
from tests.support.demo_cases import MOMENTS, departure
from tests.tools.insights.calendar_world import World, world
from tests.tools.insights.money_truth import cents, money_of, sold

pytestmark = pytest.mark.anyio

MONEY = (
    "revenue",
    "commission",
    "income",
    "expenses",
    "outstanding",
    "outstanding_expenses",
    "result",
)
MAY = date(2026, 5, 1), date(2026, 5, 31)


@pytest.fixture
async def demo() -> AsyncIterator[World]:
    async with world(MOMENTS["an ordinary noon"]) as host:
        yield host


def entries(account: SandboxAccount, property_id: int | None) -> list[Row]:
    """The entries of a property, or of none, that took effect in May by the operator's clock."""
    zone, own = ZoneInfo(account.timezone), list[Row]()
    for entry in account.transactions.values():
        day = datetime.fromisoformat(entry["action_at"]).astimezone(zone).date()
        if entry["property_id"] == property_id and MAY[0] <= day <= MAY[1]:
            own.append(entry)
    return own


def total(rows: list[Row], direction: str, currency: str, status: str = "paid") -> float:
    chosen = [
        Fraction(str(row["amount"]))
        for row in rows
        if (row["direction"], row["currency"], row["status"]) == (direction, currency, status)
    ]
    return cents(sum(chosen, Fraction()))


async def test_without_dates_it_is_the_last_whole_month(demo: World) -> None:
    answer = await demo.ask("get_month_end")
    assert (answer["start_date"], answer["end_date"]) == ("2026-05-01", "2026-05-31")


@pytest.mark.parametrize(
    ("zone", "moment", "month"),
    [
        ("America/Chicago", "2026-07-01T03:00:00+00:00", "2026-05"),
        ("America/Chicago", "2026-07-01T06:00:00+00:00", "2026-06"),
        ("Pacific/Auckland", "2026-06-30T13:00:00+00:00", "2026-06"),
    ],
)
async def test_a_month_is_over_when_it_is_over_at_the_properties(zone: str, moment: str, month: str) -> None:
    def move(account: SandboxAccount) -> None:
        for place in account.properties.values():
            place["timezone"] = zone

    async with world(datetime.fromisoformat(moment), change=move) as host:
        answer = await host.ask("get_month_end")
    assert answer["start_date"] == f"{month}-01"


async def test_a_day_of_changes_begins_at_midnight_of_the_property() -> None:
    chosen: list[str] = []

    def book(account: SandboxAccount) -> None:
        stays = (stay for stay in account.stays.values() if stay["property_id"] == 20110010)
        for made in ("2026-06-10T04:59:00+00:00", "2026-06-10T05:00:00+00:00"):
            row = next(stay for stay in stays if stay["check_in_date"] >= "2026-06-12")
            row |= {"booked_at": made, "cancelled_at": None}
            chosen.append(row["reservation_code"])

    async with world(MOMENTS["an ordinary noon"], change=book) as stays:
        answer = await stays.ask(
            "get_month_end",
            start_date="2026-06-01",
            end_date="2026-12-31",
            changed_since="2026-06-10",
            property_ids=[20110010],
        )
    booked = {row["reservation_code"]: row["when"] for row in answer["changes"] if row["what"] == "booked"}
    assert chosen[0] not in booked
    assert booked[chosen[1]] == "2026-06-10T00:00-05:00"


async def test_each_property_has_its_nights_money_and_entries(demo: World) -> None:
    answer = await demo.ask("get_month_end")
    assert answer["properties"]
    for row in answer["properties"]:
        ident, currency = row["property_id"], row["currency"]
        earned = money_of(demo.account, ident, *MAY).get(currency, {"revenue": 0.0, "commission": 0.0})
        own = entries(demo.account, ident)
        assert row["nights"] == sold(demo.account, ident, *MAY)
        assert (row["revenue"], row["commission"]) == (earned["revenue"], earned["commission"])
        assert row["expenses"] == total(own, "expense", currency)
        assert row["income"] == total(own, "income", currency)
        assert row["outstanding"] == total(own, "income", currency, "outstanding")
        assert row["outstanding_expenses"] == total(own, "expense", currency, "outstanding")
        expected = row["revenue"] - row["commission"] - row["expenses"]
        assert row["result"] == pytest.approx(expected, abs=0.015)


async def test_groups_are_the_sums_of_their_properties(demo: World) -> None:
    answer = await demo.ask("get_month_end")
    with_members = {key for key, group in demo.account.groups.items() if group["property_ids"]}
    assert {group["group_id"] for group in answer["groups"]} == with_members
    for row in answer["groups"]:
        members = demo.account.groups[row["group_id"]]["property_ids"]
        own = [
            home
            for home in answer["properties"]
            if home["property_id"] in members and home["currency"] == row["currency"]
        ]
        assert own
        for name in ("nights", "stays", *MONEY):
            assert row[name] == pytest.approx(sum(home[name] for home in own), abs=0.05), name


async def test_totals_of_a_currency_are_the_sums_of_all_properties_and_what_stands_apart(demo: World) -> None:
    answer = await demo.ask("get_month_end")
    assert [row["currency"] for row in answer["totals"]] == ["EUR", "USD"]
    for row in answer["totals"]:
        every = [*answer["properties"], *answer["apart"]]
        own = [part for part in every if part["currency"] == row["currency"]]
        for name in ("nights", "stays", *MONEY):
            assert row[name] == pytest.approx(sum(part.get(name, 0) for part in own), abs=0.1), name


async def test_what_is_not_received_is_listed_once_for_each_order(demo: World) -> None:
    answer = await demo.ask("get_month_end", start_date="2026-04-01", end_date="2026-06-15")
    orders: dict[str, list[Row]] = {}
    for stay in demo.account.stays.values():
        if stay["status"] == "accepted":
            orders.setdefault(stay["reservation_code"], []).append(stay)
    owed = {
        code: stays[0]["payment"]["balance_amount"]
        for code, stays in orders.items()
        if stays[0]["payment"]["balance_amount"]
        and date(2026, 4, 1) <= max(map(departure, stays)) <= date(2026, 6, 15)
    }
    assert {balance["reservation_code"]: balance["amount"] for balance in answer["unreceived"]} == owed


async def test_expenses_of_no_property_stand_apart_and_only_for_the_whole_account(demo: World) -> None:
    answer = await demo.ask("get_month_end")
    expected = total(entries(demo.account, None), "expense", "EUR")
    assert expected
    (row,) = [row for row in answer["apart"] if row["row"] == "account"]
    assert (row["currency"], row["expenses"], row["result"]) == ("EUR", expected, -expected)
    first = next(iter(demo.account.properties))
    narrowed = await demo.ask("get_month_end", property_ids=[first])
    assert narrowed.keys().isdisjoint({"apart", "reconciliation"})
    assert {row["property_id"] for row in narrowed["properties"]} == {first}


async def test_entries_of_which_no_property_is_known_are_counted() -> None:
    def detach(account: SandboxAccount) -> None:
        (row, *_) = (entry for entry in entries(account, 20110001) if entry["reservation_code"])
        row |= {"property_id": None, "reservation_code": "0-LONGAGO-x", "stay_code": "0-LONGAGO-x"}

    note = "1 entry could not be assigned to a property and is in no property row."
    async with world(MOMENTS["an ordinary noon"], change=detach) as host:
        for choice in ({}, {"property_ids": [20110001]}):
            assert note in (await host.ask("get_month_end", **choice))["notes"]


async def test_changes_since_a_day_are_those_written_since(demo: World) -> None:
    since = "2026-06-10"
    answer = await demo.ask(
        "get_month_end", start_date="2026-06-01", end_date="2026-06-30", changed_since=since
    )
    assert answer["changes"]
    assert all(change["when"] >= since for change in answer["changes"])
    booked = {change["reservation_code"] for change in answer["changes"] if change["what"] == "booked"}
    for stay in demo.account.stays.values():
        touches = stay["check_in_date"] <= "2026-06-30" and stay["check_out_date"] > "2026-06-01"
        made = datetime.fromisoformat(stay["booked_at"]).astimezone(ZoneInfo("UTC"))
        if touches and made.date() >= date(2026, 6, 10) and stay["property_id"]:
            assert stay["reservation_code"] in booked
    assert "changes" not in await demo.ask("get_month_end")


async def test_changes_of_some_properties_are_theirs_alone(demo: World) -> None:
    dates = {"start_date": "2026-05-01", "end_date": "2026-06-30", "changed_since": "2026-01-01"}
    changes = (await demo.ask("get_month_end", **dates))["changes"]
    home = next(iter(demo.account.properties))
    assert any("transaction_id" in row and row.get("property_id") != home for row in changes)
    narrowed = await demo.ask("get_month_end", **dates, property_ids=[home])
    assert {row["property_id"] for row in narrowed["changes"]} == {home}


async def test_a_whole_month_of_the_whole_account_names_its_table(demo: World) -> None:
    assert (await demo.ask("get_month_end"))["csv"] == "hostex://month-end/2026-05.csv"
    assert "csv" not in await demo.ask("get_month_end", property_ids=[20110001])
    assert "csv" not in await demo.ask("get_month_end", start_date="2026-05-01", end_date="2026-05-30")


async def test_groups_that_are_not_whole_are_told(demo: World) -> None:
    answer = await demo.ask("get_month_end", property_ids=[20110001, 20110002, 20110010])
    note = "Of these groups only the chosen properties are in the sums: Lisbon 2 of 5, Chicago 1 of 3."
    assert note in answer["notes"]
    for choice in ({}, {"group_id": 7101}):
        notes = (await demo.ask("get_month_end", **choice))["notes"]
        assert "only the chosen properties" not in " ".join(notes)


async def test_the_table_is_a_row_for_each_property_and_currency(demo: World) -> None:
    answer = await demo.ask("get_month_end")
    table = list(csv.DictReader(io.StringIO(as_csv(answer["properties"]))))
    assert [row["property"] for row in table] == [row["property"] for row in answer["properties"]]
    assert [float(row["result"]) for row in table] == [row["result"] for row in answer["properties"]]


@pytest.mark.parametrize(
    "title", ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", "\r=1", "=", "-", "\uff1d1", "\uff20x", '"=1']
)
def test_a_title_cannot_become_a_formula(title: str) -> None:
    rows: list[dict[str, Any]] = [{"property_id": 1, "property": title, "result": -5.0}]
    [row] = csv.DictReader(io.StringIO(as_csv(rows)))
    assert row["property"] == f"'{title}"
    assert row["result"] == "-5.0"


@pytest.mark.parametrize("sign", [";", "\t"])
def test_a_title_cannot_begin_a_formula_where_a_spreadsheet_parts_cells(sign: str) -> None:
    [row] = csv.DictReader(io.StringIO(as_csv([{"property": f"Loft{sign} =HYPERLINK(1)"}])))
    assert row["property"] == f"Loft{sign}' =HYPERLINK(1)"


def test_a_title_with_a_quotation_mark_is_no_formula_where_a_spreadsheet_parts_cells() -> None:
    table = as_csv([{"property": 'Loft;"=HYPERLINK(1);"'}])
    _, line = csv.reader(io.StringIO(table), delimiter=";")
    assert not any(cell.startswith("=") for cell in line), line


@pytest.mark.parametrize("title", ["Loft =", "1-2", "'quoted'", 'a "b", c', "Ünïcode"])
def test_other_titles_stand_as_they_are(title: str) -> None:
    [row] = csv.DictReader(io.StringIO(as_csv([{"property_id": 1, "property": title}])))
    assert row["property"] == title


async def test_the_table_adds_up_to_the_totals(demo: World) -> None:
    answer = await demo.ask("get_month_end")
    table = list(csv.DictReader(io.StringIO(as_csv([*answer["properties"], *answer["apart"]]))))
    assert [row["row"] for row in table if row["row"]] == ["account"]
    for row in answer["totals"]:
        spent = [Fraction(line["expenses"]) for line in table if line["currency"] == row["currency"]]
        assert cents(sum(spent, Fraction())) == row["expenses"]
