"""The multi-calendar in words: what it says of the demo account, worked out by hand from its rows, and what
it costs."""

from datetime import date, timedelta
from typing import Any

import pytest

from benchmarks.portfolio import portfolio
from hostex_mcp.domain.size import tokens
from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.clock import NOW
from tests.support.encoding import ENCODING
from tests.tools.calendar.drawing import grid
from tests.tools.insights.calendar_world import World, world
from tests.tools.sized_answers import both_halves

pytestmark = pytest.mark.anyio

LOFT, ROOM_1 = 20110001, 20110007
AIRBNB = "airbnb 900000000000000"
MONTH = 30.44


async def rows(host: World, **arguments: Any) -> dict[str, dict[str, Any]]:
    """The rows of an answer by property."""
    got = await host.ask("get_calendar", **{"limit": 100, **arguments})
    return {row["property"]: row for row in got["items"]}


async def test_a_property_is_told_in_a_few_runs() -> None:
    async with world(NOW) as host:
        loft = (await rows(host, property_ids=[LOFT]))["Harbour Loft"]
    assert loft == {
        "property_id": LOFT,
        "property": "Harbour Loft",
        "start_date": "2026-11-24",
        "end_date": "2026-12-24",
        "stays": "24-28 Inês A614;30-Dec4 Tomasz B710;8-13 Esther V819;14-19 Noor A736",
        "prices": "AS €125, Fri Sat €148; B 112%; V 105%",
        "rules": "min3",
        "gaps": "28-29, Dec13",
    }


async def test_blocks_requests_conflicts_and_room_types_are_told() -> None:
    async with world(NOW) as host:
        found = await rows(host)
    assert found["Garden House Estrela"]["blocks"] == 'Dec12-14 "Boiler service"'
    assert "29-Dec2 Camille A339 requested" in found["Belém Riverside Flat"]["stays"]
    assert "11-13 Felix S348 unpaid" in found["Ribeira View Apartment"]["stays"]
    assert found["Belém Riverside Flat"]["conflicts"] == "Dec14-15 closed on B"
    assert found["Douro Room 1"]["units"] == "B up to 2"
    assert found["Loop Pied-à-terre"]["sold"] is False
    assert found["Wicker Park Walk-up"]["prices"] == "ABV $135/165"
    assert [*found] == sorted(found)


async def test_a_season_and_a_closed_day_stand_beside_what_is_usual() -> None:
    async with world(NOW) as host:
        loft = (await rows(host, days=92, property_ids=[LOFT]))["Harbour Loft"]
    assert loft["prices"] == "AS €125/148, Jan1-15 €156/185; B 112%; V 105%"
    assert loft["rules"] == "min3; AB Jan16 no arrival"


async def test_what_most_properties_have_in_common_is_said_once() -> None:
    async with world(NOW) as host:
        got = await host.ask("get_calendar", days=92, limit=100)
        short = await rows(host, start_date="2026-12-29")
    told = {row["property"]: row for row in got["items"]}
    assert "N/M: M on Fri Sat. " in got["notes"][0]
    assert (
        "; B 112%, V 105% if no other is named. If no other is named: min2; Jan16 no arrival."
        in got["notes"][0]
    )
    assert told["Alfama Terrace"]["prices"] == "ABV €110/132, Jan1-15 €138/165"
    assert told["Ribeira View Apartment"]["prices"] == "ASGB €118/140, Jan1-15 €148/175; V €124, Jan1-15 €155"
    assert "rules" not in told["Alfama Terrace"]
    assert told["Harbour Loft"]["rules"] == "min3; AB Jan16 no arrival"
    assert told["Douro Room 1"]["rules"] == "no min"
    # A season of which the first days are in the week of another one.
    assert short["Alfama Terrace"]["prices"] == "ABV €138/165, Dec29-31 €110, Jan16-28 €110/132"


async def test_full_detail_has_codes_and_listings_in_lists() -> None:
    async with world(NOW) as host:
        (loft,) = (await rows(host, property_ids=[LOFT], detail="full")).values()
    assert loft["currency"] == "EUR"
    assert loft["stays"][1] == {
        "guest_name": "Tomasz Przyklad",
        "check_in_date": "2026-11-30",
        "check_out_date": "2026-12-04",
        "channel_type": "booking.com",
        "amount": 709.78,
        "stay_code": "2-4310000006-tax006",
    }
    assert loft["prices"] == [
        {
            "listings": [
                "airbnb 900000000000000101",
                "booking_site 300101-40001",
                "airbnb 900000000000000199",
            ],
            "runs": [{"weekdays": "Sun-Thu", "price": 125}, {"weekdays": "Fri Sat", "price": 148}],
        },
        {"listings": ["booking.com 55501001-220011"], "percent": 112},
        {"listings": ["vrbo vr-3001"], "percent": 105},
    ]
    assert loft["gaps"][0] == {
        "start_date": "2026-11-28",
        "end_date": "2026-11-29",
        "problem": "minimum stay 3",
        "channels": ["airbnb", "booking.com", "booking_site"],
    }


async def test_the_text_has_a_line_for_each_property_with_what_its_row_says() -> None:
    async with world(NOW) as host:
        _, text = await both_halves(host, "get_calendar")
        found = await rows(host)
    lines = text.split("\n")
    assert lines[:2] == ["12 of 12 rows", "Tue 24 Nov to Thu 24 Dec 2026"]
    assert "A Airbnb, B Booking.com, V Vrbo" in lines[-1]
    for title, row in found.items():
        (line,) = (line for line in lines if line.startswith(f"{title}: "))
        said = [value for name, value in row.items() if isinstance(value, str) and name not in NAMED]
        assert all(value in line for value in said), line


NAMED = ("property", "start_date", "end_date")


async def test_stays_without_a_property_are_named_though_they_have_no_row() -> None:
    async with world(NOW) as host:
        notes = (await host.ask("get_calendar"))["notes"]
    assert notes[-1] == ("2 stays have no property and no row: 2-4310000015-box015, 2-4310000025-una025.")


@pytest.mark.parametrize(("days", "most"), [(92, (26, 34, 45)), (62, (32, 43, 60)), (31, (52, 69, 106))])
async def test_a_month_of_a_property_costs_few_tokens(days: int, most: tuple[int, int, int]) -> None:
    async with world(NOW) as host:
        data, text = await both_halves(host, "get_calendar", days=days)
    lines = "\n".join(text.split("\n")[2:-1])
    months = 12 * days / MONTH
    spent = [len(ENCODING.encode(part)) / months for part in (lines, text, data)]
    assert all(tokens <= bound for tokens, bound in zip(spent, most, strict=True)), spent
    assert tokens(lines) / months <= most[0]


async def test_a_month_of_ordinary_density_costs_forty_tokens() -> None:
    """Ordinary are two or three stays that take 45 to 70 % of the nights. Of the months that begin every ten
    days up to now, all such months of all properties count."""
    costs: list[tuple[int, int]] = []
    async with world(NOW) as host:
        for back in range(60, -1, -10):
            start = NOW.date() - timedelta(days=back)
            _, text = await both_halves(host, "get_calendar", start_date=f"{start}")
            lines = dict(line.split(": ", 1) for line in text.split("\n")[2:-1])
            for row in (await grid(host, start_date=start))["items"]:
                sold = row["nights"].count("s") / row["days"]
                if len(row["stays"]) in (2, 3) and 0.45 <= sold <= 0.7:
                    line = f"{row['property']}: {lines[row['property']]}\n"
                    costs.append((len(ENCODING.encode(line)), tokens(line)))
    assert len(costs) > 15
    for counted in zip(*costs, strict=True):
        assert sum(counted) / len(counted) / 31 * MONTH <= 40


async def test_the_calls_to_hostex_are_few_and_none_is_for_each_property() -> None:
    async with world(NOW) as host:
        few = await host.calls_of("get_calendar")
    async with world(NOW, portfolio(100, NOW)) as host:
        many = await host.calls_of("get_calendar", limit=100)
    assert len(few) <= 7, few
    assert len(many) <= 16, many


async def test_every_row_is_told_once_although_a_wide_calendar_does_not_fit_into_one_answer() -> None:
    async with world(NOW, portfolio(100, NOW)) as host:
        got = await host.ask("get_calendar", days=92, limit=100)
        assert got["truncated"]
        assert (got["total"], 100 > got["returned"] > 80) == (100, True)
        told, pages = [row["property_id"] for row in got["items"]], 1
        while "next_cursor" in got:
            got = await host.ask("get_calendar", cursor=got["next_cursor"], limit=100)
            told += [row["property_id"] for row in got["items"]]
            pages += 1
    assert (len(told), len(set(told)), pages) == (100, 100, 2)


async def test_a_long_period_is_told_in_rows_of_92_days() -> None:
    async with world(NOW) as host:
        got = await host.ask("get_calendar", property_ids=[LOFT, ROOM_1], days=200)
    spans = [(row["property_id"], row["start_date"], row["end_date"]) for row in got["items"]]
    periods = [("2026-11-24", "2027-02-23"), ("2027-02-24", "2027-05-26"), ("2027-05-27", "2027-06-11")]
    assert spans == [(home, *period) for period in periods for home in (ROOM_1, LOFT)]
    assert got["total"] == 6


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            {"start_date": "2026-12-02", "end_date": "2026-12-01"},
            "end_date: is before start_date, 2026-12-02",
        ),
        (
            {"start_date": "2026-12-01", "end_date": "2027-12-02"},
            "end_date: is more than 366 days from start_date; ask for a year at most and then for the rest",
        ),
        (
            {"start_date": "2025-11-01"},
            "start_date: is too long ago: Hostex shows calendars from 2025-11-25",
        ),
        ({"start_date": "2028-11-20"}, "end_date: is too far ahead; choose 2028-11-23 or earlier"),
        ({"end_date": "2026-12-01", "days": 9}, "days: contradicts end_date; leave one of them out"),
        ({"end_date": "2026-11-01"}, "end_date: is before start_date, 2026-11-24"),
        ({"days": 367}, "days: must be at most 366"),
        ({"property_ids": [1]}, "property_ids: unknown property ids: 1"),
    ],
)
async def test_days_that_cannot_be_shown_are_refused_with_what_to_do(
    arguments: dict[str, Any], problem: str
) -> None:
    async with world(NOW) as host:
        error = (await host.answer("get_calendar", **arguments))["error"]
    assert error["kind"] in ("invalid_arguments", "not_found")
    assert problem in f"{error['message']} {error['fields']}".replace("', 'problem': '", ": ").replace(
        "'", ""
    )


async def test_an_end_that_fits_the_number_of_days_is_no_contradiction() -> None:
    async with world(NOW) as host:
        (loft,) = (await rows(host, property_ids=[LOFT], end_date="2026-12-23", days=30)).values()
    assert (loft["start_date"], loft["end_date"]) == ("2026-11-24", "2026-12-23")


async def test_days_that_are_over_are_told_as_they_were() -> None:
    async with world(NOW) as host:
        (loft,) = (await rows(host, property_ids=[LOFT], start_date="2026-11-19", days=5)).values()
    assert loft["stays"] == "19-24 Noah A799"
    assert "gaps" not in loft
    assert date.fromisoformat(loft["end_date"]) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Freja B. Utkast", "Freja B. Utkast"),
        ("Anna. No channel", '"Anna. No channel"'),
        ("Anna B. No channel", '"Anna B. No channel"'),
        ("Anna Smith.", '"Anna Smith."'),
        ("Mrs Smith", "Mrs Smith"),
        ("Anna requested", '"Anna requested"'),
        ("Anna V unpaid", '"Anna V unpaid"'),
        ("Anna (Blo\uff43ked)", '"Anna (Blo\uff43ked)"'),
    ],
)
async def test_a_name_that_could_end_a_part_of_a_line_or_be_one_is_in_quotes(name: str, told: str) -> None:
    def change(account: SandboxAccount) -> None:
        # A first name is told whole where another guest has it too.
        for number, stay in enumerate(account.stays.values()):
            stay["guest_name"] = name if number % 2 else f"{name.split()[0]} Zett"

    async with world(NOW, change=change) as host:
        _, text = await both_halves(host, "get_calendar")
    assert f" {told} A" in text
