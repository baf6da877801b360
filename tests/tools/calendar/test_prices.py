"""Prices, and default prices and rules of listings, changed through the engine and read back raw."""

import copy
from datetime import date, timedelta
from typing import Any

import pytest
from mcp.types import CallToolResult

from hostex_mcp.api import HostexClient
from hostex_mcp.api.endpoints.calendar import LIST_LISTING_CALENDARS
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import TODAY, Clock, ahead
from tests.support.engine import Call
from tests.support.every_write import AIRBNB, days
from tests.support.requests_sent import refused, sent, take_back

pytestmark = pytest.mark.anyio

BOOKING = {"channel_type": "booking.com", "listing_id": "55501001-220011"}
LOFT = AIRBNB["listing_id"]
WRITE = "POST /listings/prices"


async def prices(client: HostexClient, listing: dict[str, str], first: int, last: int) -> dict[str, float]:
    """What Hostex says that each night costs."""
    body = {"start_date": ahead(first), "end_date": ahead(last), "listings": [listing]}
    (calendar,) = await client.call(LIST_LISTING_CALENDARS, body=body)
    return {day.date.isoformat(): day.price for day in calendar.calendar if day.price is not None}


def rules(sandbox: Sandbox, channel: str, listing_id: str) -> dict[str, Any]:
    """The settings that the sandbox holds."""
    held = sandbox.accounts.main.rates[channel, listing_id].price_and_rules
    assert held is not None
    return held


async def test_an_amount_holds_on_both_ends_of_its_range_and_nowhere_else(
    call: Call, client: HostexClient, sandbox: Sandbox
) -> None:
    before = await prices(client, AIRBNB, 19, 23)
    done = await call("update_listing_prices", **AIRBNB, prices=[days(20, 22, price=300)])
    assert sent(sandbox, WRITE) == [{**AIRBNB, "prices": [days(20, 22, price=300)]}]
    sandbox.settle()
    inside = {ahead(20): 300, ahead(21): 300, ahead(22): 300}
    assert await prices(client, AIRBNB, 19, 23) == {**before, **inside}
    assert done["result"]["title"] == "Harbour Loft"
    assert done["result"]["currency"] == "EUR"


async def test_the_result_says_that_the_write_is_queued_and_what_each_price_was(
    call: Call, client: HostexClient
) -> None:
    before = await prices(client, AIRBNB, 20, 29)
    result = (await call("update_listing_prices", **AIRBNB, prices=[days(20, 29, price=300)]))["result"]
    assert result["queued"] is True
    assert "applies it within seconds" in result["notes"][0]
    told: dict[str, float] = {}
    for run in result["changes"]:
        assert run["after"] == {"price": 300}
        start, end = date.fromisoformat(run["start_date"]), date.fromisoformat(run["end_date"])
        for step in range((end - start).days + 1):
            told[(start + timedelta(days=step)).isoformat()] = run["before"]["price"]
    assert told == before


async def test_a_percentage_changes_each_day_by_its_own_price_in_runs_of_equal_result(
    call: Call, client: HostexClient, sandbox: Sandbox
) -> None:
    rates = sandbox.accounts.main.rates["airbnb", LOFT]
    rates.prices.update({TODAY + timedelta(days=day): 125 if day < 25 else 150 for day in range(20, 30)})
    done = await call("update_listing_prices", **AIRBNB, prices=[days(20, 29, percent=-10)])
    (body,) = sent(sandbox, WRITE)
    assert body["prices"] == [days(20, 24, price=113), days(25, 29, price=135)]
    assert any("rounded to whole units" in note for note in done["result"]["notes"])
    sandbox.settle()
    assert set((await prices(client, AIRBNB, 20, 29)).values()) == {113, 135}


async def test_undo_brings_back_every_price(call: Call, client: HostexClient, sandbox: Sandbox) -> None:
    before = await prices(client, AIRBNB, 15, 60)
    wanted = [days(20, 40, percent=33), days(45, 50, price=90)]
    done = await call("update_listing_prices", **AIRBNB, prices=wanted)
    sandbox.settle()
    changed = await prices(client, AIRBNB, 15, 60)
    assert sum(changed[day] != before[day] for day in before) == 27
    await take_back(call, done)
    sandbox.settle()
    assert await prices(client, AIRBNB, 15, 60) == before


async def test_days_more_than_a_year_ahead_can_be_priced(
    call: Call, client: HostexClient, sandbox: Sandbox
) -> None:
    done = await call("update_listing_prices", **AIRBNB, prices=[days(500, 502, price=222)])
    assert done["undo"] is not None
    sandbox.settle()
    assert sandbox.accounts.main.rates["airbnb", LOFT].prices[TODAY + timedelta(days=501)] == 222


@pytest.mark.parametrize(
    ("ranges", "field"),
    [
        ([days(20, 22, price=0)], "prices.0"),
        ([days(20, 22, price=-5)], "prices.0.price"),
        ([days(20, 22, percent=-100)], "prices.0.percent"),
        ([days(20, 22, percent=-99.9)], "prices.0.percent"),
        ([days(20, 22, percent="nan")], "prices.0.percent"),
        ([days(20, 22)], "prices.0"),
        ([days(20, 22, price=100, percent=5)], "prices.0"),
        ([days(22, 20, price=100)], "prices.0.end_date"),
        ([days(-2, 3, price=100)], "prices.0.start_date"),
        ([days(20, 22, price=100), days(22, 25, price=120)], "prices.1.start_date"),
        ([days(1, 401, price=100)], "prices"),
        ([days(20, 22, price=99.5)], "prices.0.price"),
        ([], "prices"),
    ],
)
async def test_prices_that_make_no_sense_are_refused_and_nothing_is_sent(
    call: Call, sandbox: Sandbox, ranges: list[dict[str, Any]], field: str
) -> None:
    assert refused(await call("update_listing_prices", **AIRBNB, prices=ranges)) == {field}
    assert sent(sandbox, WRITE) == []


async def test_a_listing_that_its_channel_prices_is_refused(call: Call, sandbox: Sandbox) -> None:
    steered = {"channel_type": "airbnb", "listing_id": "900000000000000199"}
    answer = await call("update_listing_prices", **steered, prices=[days(20, 22, price=100)])
    assert refused(answer) == {"listing_id"}
    assert sent(sandbox, WRITE) == []


async def test_a_listing_of_a_room_type_is_named_by_it(call: Call) -> None:
    pooled = {"channel_type": "booking.com", "listing_id": "55502010-220071"}
    done = await call("update_listing_prices", **pooled, prices=[days(20, 22, price=100)])
    assert (done["result"]["title"], done["result"]["currency"]) == ("Douro Double Room", "EUR")


def with_ctrip(sandbox: Sandbox) -> dict[str, str]:
    """A ctrip listing, priced like the Airbnb one and sold by no property."""
    rates = sandbox.accounts.main.rates
    rates["ctrip", "ct-1"] = copy.deepcopy(rates["airbnb", LOFT])
    listings = sandbox.accounts.main.listings
    known = {**next(iter(listings.values())), "id": 1, "channel_type": "ctrip", "listing_id": "ct-1"}
    listings[1] = known
    return {"channel_type": "ctrip", "listing_id": "ct-1"}


async def test_a_percentage_on_ctrip_is_refused_with_the_reason(call: Call, sandbox: Sandbox) -> None:
    ctrip = with_ctrip(sandbox)
    answer = await call("update_listing_prices", **ctrip, prices=[days(20, 22, percent=5)])
    assert refused(answer) == {"prices.0.percent"}
    assert "floor price" in answer["error"]["message"]
    assert sent(sandbox, WRITE) == []


async def test_floor_prices_of_ctrip_are_never_offered_as_an_undo(call: Call, sandbox: Sandbox) -> None:
    done = await call("update_listing_prices", **with_ctrip(sandbox), prices=[days(20, 22, price=180)])
    assert done["undo"] is None
    assert done["result"]["changes"][0]["before"] == {}
    assert any("floor prices" in note for note in done["result"]["notes"])


async def test_prices_that_differ_every_day_are_taken_for_a_shorter_period_only(
    call: Call, sandbox: Sandbox
) -> None:
    rates = sandbox.accounts.main.rates["airbnb", LOFT]
    rates.prices.update({TODAY + timedelta(days=day): 100 + day for day in range(400)})
    answer = await call("update_listing_prices", **AIRBNB, prices=[days(1, 300, percent=10)])
    assert refused(answer) == {"prices"}
    assert "at most 250" in answer["error"]["message"]
    done = await call("update_listing_prices", **AIRBNB, prices=[days(1, 250, percent=10)])
    assert len(done["undo"]["arguments"]["prices"]) == 250
    assert len(done["result"]["changes"]) == 60
    assert any("60 of 250" in note for note in done["result"]["notes"])


async def test_of_many_prices_the_person_is_shown_each_before_they_agree(client: HostexClient) -> None:
    selection = select(["all"])
    asking = Engine(selection, Context(client, selection.reachable, now=Clock()), "token")
    wanted = {**AIRBNB, "prices": [days(day, day, price=300 + day % 2) for day in range(10, 110)]}
    answer: Any = await asking.call("update_listing_prices", wanted)
    preview = answer.structured_content["preview"]
    each = [f"{date.fromisoformat(ahead(day)):%a %-d %b %Y}" for day in range(10, 110)]
    assert [row["what"] for row in preview["changes"]] == each
    assert all(day in answer.content[0].text for day in each)
    assert not any("are shown" in warning for warning in preview.get("warnings", ()))


async def test_of_many_days_that_close_none_is_said_to_be_left_out(client: HostexClient) -> None:
    selection = select(["all"])
    asking = Engine(selection, Context(client, selection.reachable, now=Clock()), "token")
    every_other = [ahead(day) for day in range(10, 210, 2)]
    closing = {"property_ids": [20110012], "available": False, "dates": every_other}
    answer: Any = await asking.call("update_availabilities", closing)
    preview = answer.structured_content["preview"]
    assert len(preview["changes"]) > 60
    assert not any("are shown" in warning for warning in preview.get("warnings", ()))


async def test_the_preview_shows_old_and_new_price_with_name_and_currency(client: HostexClient) -> None:
    selection = select(["all"])
    asking = Engine(selection, Context(client, selection.reachable, now=Clock()), "token")
    wanted = {**AIRBNB, "prices": [days(20, 20, price=300)]}
    answer = await asking.call("update_listing_prices", wanted)
    assert isinstance(answer, CallToolResult)
    offered: dict[str, Any] = answer.structured_content or {}
    assert offered["status"] == "confirmation_required"
    assert offered["preview"]["target"]["currency"] == "EUR"
    (change,) = offered["preview"]["changes"]
    present = (await prices(client, AIRBNB, 20, 20))[ahead(20)]
    assert change == {
        "what": f"{date.fromisoformat(ahead(20)):%a %-d %b %Y}",
        "before": f"€{present}",
        "after": "€300",
    }


async def test_only_airbnb_settings_that_change_are_sent(call: Call, sandbox: Sandbox) -> None:
    held = rules(sandbox, "airbnb", LOFT)
    done = await call(
        "update_airbnb_price_and_rules",
        listing_id=LOFT,
        base_price=held["base_price"] + 5,
        cleaning_fee=held["cleaning_fee"],
        check_in_start_time=16,
    )
    (body,) = sent(sandbox, "POST /listings/airbnb/price_and_rules")
    assert body == {"listing_id": LOFT, "settings": {"base_price": 130, "check_in_start_time": 16}}
    told = {change["setting"]: (change["before"], change["after"]) for change in done["result"]["changes"]}
    assert told == {"base_price": (125, 130), "check_in_start_time": (15, 16)}
    assert done["result"]["listing_currency"] == "EUR"


async def test_undo_brings_back_all_airbnb_settings(call: Call, sandbox: Sandbox) -> None:
    before = copy.deepcopy(rules(sandbox, "airbnb", LOFT))
    done = await call(
        "update_airbnb_price_and_rules",
        listing_id=LOFT,
        base_price=140.5,
        pet_fee=30,
        minimum_stay=before["minimum_stay"] + 2,
        instant_booking=not before["instant_booking"],
        cancellation_policy="firm",
        check_in_start_time="17",
        check_in_end_time="25",
        long_term_discount=[{"discount": 10, "days": 7}],
        mobile_only_discount=True,
        clear=["weekend_price", "extra_guest_fee", "last_minute_discount"],
    )
    held = rules(sandbox, "airbnb", LOFT)
    assert (held["base_price"], held["weekend_price"], held["extra_guest_fee"]) == (140.5, None, None)
    assert (held["check_in_end_time"], held["last_minute_discount"]) == (25, [])
    assert held["cancellation_policy"] == "firm"
    assert done["undo"]["arguments"]["clear"] == ["pet_fee"]
    await take_back(call, done)
    # Hostex works the quota out itself.
    after = {**rules(sandbox, "airbnb", LOFT), "mobile_only_discount_blackout_dates_quota": None}
    assert after == {**before, "mobile_only_discount_blackout_dates_quota": None}


async def test_settings_that_are_so_already_send_nothing(call: Call, sandbox: Sandbox) -> None:
    held = rules(sandbox, "airbnb", LOFT)
    done = await call("update_airbnb_price_and_rules", listing_id=LOFT, base_price=held["base_price"])
    assert sent(sandbox, "POST /listings/airbnb/price_and_rules") == []
    assert done == {"status": "unchanged", "notes": ["Everything is already as requested. Nothing was sent."]}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "listing_id"),
        ({"base_price": -2}, "base_price"),
        ({"cleaning_fee": -1}, "cleaning_fee"),
        ({"minimum_stay": -1}, "minimum_stay"),
        ({"check_in_start_time": "7"}, "check_in_start_time"),
        ({"check_out_before": 24}, "check_out_before"),
        ({"cancellation_policy": "none at all"}, "cancellation_policy"),
        ({"long_term_discount": [{"discount": 101, "days": 7}]}, "long_term_discount.0.discount"),
        ({"early_bird_discount": [{"discount": 5}]}, "early_bird_discount.0.days"),
        ({"weekend_price": 200, "clear": ["weekend_price"]}, "clear"),
        ({"clear": ["base_price"]}, "clear.0"),
        ({"cleaning_fees": 50}, "cleaning_fees"),
    ],
)
async def test_airbnb_settings_that_make_no_sense_are_refused(
    call: Call, sandbox: Sandbox, given: dict[str, Any], field: str
) -> None:
    answer = await call("update_airbnb_price_and_rules", listing_id=LOFT, **given)
    assert refused(answer) == {field}
    assert sent(sandbox, "POST /listings/airbnb/price_and_rules") == []


async def test_a_pet_fee_by_period_is_not_overwritten(call: Call, sandbox: Sandbox) -> None:
    fee = {"amount": 20, "charge_type": "PER_PET", "charge_period": "PER_NIGHT"}
    rules(sandbox, "airbnb", LOFT)["pet_fee_obj"] = fee
    answer = await call("update_airbnb_price_and_rules", listing_id=LOFT, pet_fee=15)
    assert refused(answer) == {"pet_fee"}


async def test_a_vrbo_base_price_replaces_nightly_rates_and_undo_brings_them_back(
    call: Call, sandbox: Sandbox
) -> None:
    before = copy.deepcopy(rules(sandbox, "vrbo", "vr-3001"))
    assert before["base_price"] is None
    done = await call("update_vrbo_price_and_rules", listing_id="vr-3001", base_price=140)
    held = rules(sandbox, "vrbo", "vr-3001")
    assert (held["base_price"], held["nightly_rate"]) == (140, None)
    told = {change["setting"] for change in done["result"]["changes"]}
    assert told == {"base_price", "nightly_rate"}
    await take_back(call, done)
    assert rules(sandbox, "vrbo", "vr-3001") == before


async def test_undo_brings_back_all_vrbo_settings(call: Call, sandbox: Sandbox) -> None:
    held = rules(sandbox, "vrbo", "vr-3003")
    held |= {"base_price": 115, "nightly_rate": None, "extra_guest_fee": None, "weekly_discount": None}
    before = copy.deepcopy(held)
    week = dict.fromkeys(["sunday", "monday", "tuesday", "wednesday", "thursday"], 100)
    done = await call(
        "update_vrbo_price_and_rules",
        listing_id="vr-3003",
        nightly_rate={**week, "friday": 130, "saturday": 135},
        extra_guest_fee=12,
        weekly_discount=9,
        check_in_start_time="17:00",
        clear=["monthly_discount", "cleaning_fee"],
    )
    (body,) = sent(sandbox, "POST /listings/vrbo/price_and_rules")
    assert body["settings"]["cleaning_fee"] == 0
    changed = rules(sandbox, "vrbo", "vr-3003")
    assert (changed["base_price"], changed["cleaning_fee"], changed["monthly_discount"]) == (None, None, None)
    assert (changed["nightly_rate"]["saturday"], changed["check_in_start_time"]) == (135, "17:00")
    await take_back(call, done)
    assert rules(sandbox, "vrbo", "vr-3003") == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"nightly_rate": {"sunday": 100}}, "nightly_rate.monday"),
        ({"weekly_discount": 100}, "weekly_discount"),
        ({"base_price": -1}, "base_price"),
        ({"weekend_price": 100}, "weekend_price"),
    ],
)
async def test_vrbo_settings_that_make_no_sense_are_refused(
    call: Call, sandbox: Sandbox, given: dict[str, Any], field: str
) -> None:
    answer = await call("update_vrbo_price_and_rules", listing_id="vr-3001", **given)
    assert field in refused(answer)
    assert sent(sandbox, "POST /listings/vrbo/price_and_rules") == []


async def test_a_vrbo_base_price_beside_nightly_rates_is_refused(call: Call) -> None:
    week = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
    rates = dict.fromkeys(week, 100)
    answer = await call(
        "update_vrbo_price_and_rules", listing_id="vr-3001", base_price=90, nightly_rate=rates
    )
    assert refused(answer) == {"nightly_rate"}
