"""Expected values are read off the demo account's rows."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS, arrival, departure, each_moment, taken_nights
from tests.tools.insights.calendar_truth import DAY, is_free, listings_of, local_today, price, rule, span
from tests.tools.insights.calendar_world import world

pytestmark = pytest.mark.anyio

LOFT, STUDIO, LOOP = 20110001, 20110002, 20110012


def named(answer: dict[str, Any], part: str) -> dict[int, dict[str, Any]]:
    return {row["property_id"]: row for row in answer.get(part, [])}


@each_moment
@pytest.mark.parametrize(("ahead", "nights"), [(10, 4), (50, 6)])
async def test_free_properties_are_those_whose_nights_nobody_holds(
    now: datetime, ahead: int, nights: int
) -> None:
    async with world(now) as host:
        check_in = now.date() + ahead * DAY
        answer = await host.ask(
            "find_available_properties",
            check_in_date=str(check_in),
            check_out_date=str(check_in + nights * DAY),
        )
        account = host.account
    free = {home for home in account.properties if is_free(account, home, check_in, nights)}
    free_rows = {
        **named(answer, "available"),
        **{key: row for key, row in named(answer, "near_misses").items() if "prices" in row},
    }
    assert set(free_rows) == free
    assert answer["nights"] == nights
    taken = {**named(answer, "near_misses"), **named(answer, "taken")}
    assert set(taken) | free == set(account.properties)


@each_moment
async def test_prices_are_the_sums_of_the_nights_on_each_listing(now: datetime) -> None:
    async with world(now) as host:
        check_in = now.date() + 36 * DAY
        answer = await host.ask(
            "find_available_properties",
            check_in_date=str(check_in),
            check_out_date=str(check_in + 5 * DAY),
        )
        account = host.account
    rows = [*answer["available"], *(row for row in answer.get("near_misses", []) if "prices" in row)]
    assert rows
    for row in rows:
        expected = _quotes(account, row["property_id"], check_in, 5)
        assert {
            (offer["channel_type"], offer["listing_id"]): offer["total"] for offer in row["prices"]
        } == expected
        assert all(
            offer["average"] == pytest.approx(offer["total"] / 5, abs=0.005) for offer in row["prices"]
        )  # pyright: ignore[reportUnknownMemberType]
        currencies = {link["currency"] for link in account.properties[row["property_id"]]["channels"]}
        assert {offer["currency"] for offer in row["prices"]} <= currencies | {"EUR"}


def _quotes(
    account: SandboxAccount, property_id: int, check_in: date, nights: int
) -> dict[tuple[str, str], int]:
    return {
        listing: sum(price(account, listing, night) for night in span(check_in, nights))
        for listing in listings_of(account, property_id)
        if listing[0] != "staymesh"
    }


@each_moment
async def test_a_listing_whose_minimum_stay_is_longer_says_so(now: datetime) -> None:
    async with world(now) as host:
        start = now.date() + 40 * DAY
        account = host.account
        check_in = next(day for day in span(start, 100) if is_free(account, LOFT, day, 2))
        answer = await host.ask(
            "find_available_properties",
            check_in_date=str(check_in),
            check_out_date=str(check_in + 2 * DAY),
            property_ids=[LOFT],
        )
    (row,) = [*answer["available"], *answer.get("near_misses", [])]
    for offer in row["prices"]:
        least = rule(account, (offer["channel_type"], offer["listing_id"]), check_in, "min_stay_on_arrival")
        assert ("minimum stay 3" in offer.get("obstacles", [])) == (least > 2)
    assert row in answer["available"]  # vrbo shows no minimum stay


@each_moment
async def test_a_taken_property_names_who_holds_the_nights_and_dates_that_would_do(now: datetime) -> None:
    async with world(now) as host:
        account = host.account
        check_in = now.date() + 10 * DAY
        answer = await host.ask(
            "find_available_properties", check_in_date=str(check_in), check_out_date=str(check_in + 3 * DAY)
        )
    stretch = set(span(check_in, 3))
    rows = {**named(answer, "near_misses"), **named(answer, "taken")}
    assert rows
    for property_id, row in rows.items():
        text = " ".join(row.get("blocked_by", []))
        holders = [
            code
            for code, stay in account.stays.items()
            if stay["property_id"] == property_id
            and stay["status"] in ("accepted", "wait_accept", "wait_pay")
            and stretch & set(span(arrival(stay), (departure(stay) - arrival(stay)).days))
        ]
        assert all(f"stay {code})" in text for code in holders)
        for dates in row.get("free_instead", []):
            come, go = date.fromisoformat(dates["check_in_date"]), date.fromisoformat(dates["check_out_date"])
            assert not set(span(come, (go - come).days)) & taken_nights(account, property_id)
            assert come >= local_today(account, property_id, now)
    free_rows = [row for row in answer.get("near_misses", []) if "free_instead" in row]
    assert {row["property_id"] for row in free_rows} >= {
        home
        for home in account.properties
        if not is_free(account, home, check_in, 3)
        and any(is_free(account, home, check_in + n * DAY, 3) for n in range(-3, 4))
    }


async def test_a_property_without_listings_is_free_without_prices() -> None:
    now = MOMENTS["an ordinary noon"]
    async with world(now) as host:
        taken = taken_nights(host.account, LOOP)
        check_in = next(day for day in span(now.date() + 40 * DAY, 99) if not {*span(day, 2)} & taken)
        answer = await host.ask(
            "find_available_properties",
            check_in_date=str(check_in),
            check_out_date=str(check_in + 2 * DAY),
            property_ids=["Loop Pied-à-terre"],
        )
    assert [(row["property_id"], row["prices"]) for row in answer["available"]] == [(LOOP, [])]


async def test_an_answer_costs_few_calls_and_tokens() -> None:
    now = MOMENTS["an ordinary noon"]
    async with world(now) as host:
        first = now.date() + 10 * DAY
        dates = {"check_in_date": str(first), "check_out_date": str(first + 4 * DAY)}
        calls = await host.calls_of("find_available_properties", **dates)
    assert len(calls) <= 8
    assert calls.count("POST /listings/calendar") == 1


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"check_in_date": "2026-06-20", "check_out_date": "2026-06-20"}, "check_out_date"),
        ({"check_in_date": "2026-06-20", "check_out_date": "2027-06-20"}, "check_out_date"),
        ({"check_in_date": "2026-06-13", "check_out_date": "2026-06-20"}, "check_in_date"),
        (
            {"check_in_date": "2026-06-20", "check_out_date": "2026-06-22", "property_ids": [1]},
            "property_ids",
        ),
        ({"check_in_date": "2026-06-20", "check_out_date": "2026-06-22", "group_id": 1}, "group_id"),
    ],
)
async def test_dates_and_properties_that_cannot_be_meant_are_refused(
    arguments: dict[str, Any], field: str
) -> None:
    async with world(MOMENTS["an ordinary noon"]) as host:
        error = (await host.answer("find_available_properties", **arguments))["error"]
    assert (error["kind"], error["fields"][0]["field"]) == ("invalid_arguments", field)


async def test_a_group_narrows_and_an_empty_group_has_nothing() -> None:
    now = MOMENTS["an ordinary noon"]
    dates = {"check_in_date": "2026-07-20", "check_out_date": "2026-07-22"}
    async with world(now) as host:
        lisbon = await host.ask("find_available_properties", group_id=7101, **dates)
        nobody = await host.ask("find_available_properties", group_id=7104, **dates)
    rows = [*lisbon["available"], *lisbon.get("near_misses", []), *lisbon.get("taken", [])]
    assert {row["property_id"] for row in rows} == {20110001, 20110002, 20110003, 20110004, 20110005}
    assert nobody["available"] == []


async def test_dates_more_than_a_year_away_are_answered() -> None:
    now = MOMENTS["an ordinary noon"]
    far = now.date() + timedelta(days=400)
    async with world(now) as host:
        answer = await host.ask(
            "find_available_properties", check_in_date=str(far), check_out_date=str(far + 3 * DAY)
        )
    assert len(answer["available"]) + len(answer.get("near_misses", [])) == 12
