"""Prices of a property on all its listings, each reported for itself."""

from datetime import timedelta
from typing import Any, cast

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import TODAY, Clock
from tests.support.engine import Call

pytestmark = pytest.mark.anyio

DAY = TODAY + timedelta(days=70)
RANGE = {"start_date": DAY.isoformat(), "end_date": DAY.isoformat()}
HARBOUR_LOFT = 20110001


def steered(sandbox: Sandbox) -> dict[str, int]:
    """Listing id to ratio of the Harbour Loft's listings whose price can be set."""
    links = sandbox.accounts.main.properties[HARBOUR_LOFT]["channels"]
    rates = {
        link["listing_id"]: sandbox.accounts.main.rates.get((link["channel_type"], link["listing_id"]))
        for link in links
    }
    return {listing: rate.ratio for listing, rate in rates.items() if rate and not rate.readonly}


def prices(sandbox: Sandbox) -> dict[str, int | None]:
    sandbox.settle()
    return {key[1]: rate.prices.get(DAY) for key, rate in sandbox.accounts.main.rates.items()}


async def reprice(call: Call, price: int = 150, **more: Any) -> dict[str, Any]:
    ranges = [{**RANGE, "price": price}]
    return await call("update_property_prices", property_id="Harbour Loft", prices=ranges, **more)


async def test_every_listing_gets_the_base_price_times_its_ratio(call: Call, sandbox: Sandbox) -> None:
    outcome = await reprice(call)
    assert outcome["status"] == "done"
    assert {row["status"] for row in outcome["result"]["listings"]} == {"done"}
    now = prices(sandbox)
    assert len(steered(sandbox)) > 1
    for listing, ratio in steered(sandbox).items():
        assert now[listing] == round(150 * ratio / 100)


async def test_a_listing_that_its_channel_prices_is_left_alone(call: Call, sandbox: Sandbox) -> None:
    await reprice(call)
    sent = [request.body["listing_id"] for request in sandbox.log if request.path == "/listings/prices"]
    assert sorted(sent) == sorted(steered(sandbox))


async def test_one_lost_answer_is_told_for_its_listing_and_a_repeat_sends_only_the_rest(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.faults.add("drop_before", operation="POST /listings/prices", times=2)
    first = (await reprice(call))["result"]["listings"]
    statuses = [row["status"] for row in first]
    assert statuses.count("done") == len(statuses) - statuses.count("outcome_unknown")
    assert 0 < statuses.count("outcome_unknown") < len(statuses)
    sandbox.settle()
    before = len([request for request in sandbox.log if request.path == "/listings/prices"])
    again = (await reprice(call))["result"]["listings"]
    after = len([request for request in sandbox.log if request.path == "/listings/prices"])
    assert [row["status"] for row in again].count("unchanged") == statuses.count("done")
    assert after - before == statuses.count("outcome_unknown")
    now = prices(sandbox)
    assert all(now[listing] == round(150 * ratio / 100) for listing, ratio in steered(sandbox).items())


async def test_each_listing_has_the_call_that_restores_it(call: Call, sandbox: Sandbox) -> None:
    before = await call(
        "list_listing_calendars",
        listings=[{"channel_type": "airbnb", "listing_id": "900000000000000101"}],
        **RANGE,
    )
    listings = (await reprice(call))["result"]["listings"]
    undo = next(row["undo"] for row in listings if row["listing_id"] == "900000000000000101")
    sandbox.settle()
    await call(undo["tool"], **undo["arguments"])
    assert prices(sandbox)["900000000000000101"] == before["items"][0]["price"]


async def test_each_listing_says_the_price_that_it_has_now(call: Call, sandbox: Sandbox) -> None:
    listings = (await reprice(call))["result"]["listings"]
    expected = {key: round(150 * ratio / 100) for key, ratio in steered(sandbox).items()}
    told = {row["listing_id"]: (row["currency"], row["prices"]) for row in listings}
    assert told == {key: ("EUR", [{**RANGE, "price": price}]) for key, price in expected.items()}


async def test_a_price_outside_the_guard_rails_stops_all_of_it(call: Call, sandbox: Sandbox) -> None:
    assert (await reprice(call, 99_999))["error"]["kind"] == "blocked"
    assert not [request for request in sandbox.log if request.path == "/listings/prices"]


async def test_a_property_without_listings_is_refused(call: Call) -> None:
    ranges = [{**RANGE, "price": 100}]
    error = (await call("update_property_prices", property_id=20110012, prices=ranges))["error"]
    assert error["fields"][0]["field"] == "property_id"


async def test_the_preview_names_property_currency_and_each_listing(
    client: HostexClient, sandbox: Sandbox
) -> None:
    reachable = select(["all"])
    engine = Engine(reachable, Context(client, reachable.reachable, now=Clock()), "token")
    arguments = {"property_id": HARBOUR_LOFT, "prices": [{**RANGE, "price": 150}]}
    offer = cast("Any", await engine.call("update_property_prices", arguments)).structured_content
    preview = offer["preview"]
    assert preview["target"] == {"property": "Harbour Loft", "currency": "EUR"}
    assert len(preview["changes"]) == len(steered(sandbox))
    assert all(row["after"].startswith("€1") and "before" in row for row in preview["changes"])
    assert not [request for request in sandbox.log if request.path == "/listings/prices"]


async def test_a_listing_of_a_channel_that_hostex_does_not_price_keeps_no_other_from_its_price(
    call: Call, sandbox: Sandbox
) -> None:
    ranges = [{**RANGE, "price": 150}]
    outcome = await call("update_property_prices", property_id="Alfama Terrace", prices=ranges)
    assert outcome["status"] == "done"
    assert {row["listing_id"] for row in outcome["result"]["listings"]} == {
        request.body["listing_id"] for request in sandbox.log if request.path == "/listings/prices"
    }
    assert prices(sandbox)["vr-3003"] is not None
    notes = " ".join(outcome["result"]["notes"])
    assert "staymesh sm-77120 is left out. Hostex says: The selected channel type is invalid." in notes


async def test_a_listing_that_cannot_be_read_for_now_stops_all_of_it(call: Call, sandbox: Sandbox) -> None:
    sandbox.faults.add("http", operation="POST /listings/calendar", times=None, status=503)
    assert "error" in await reprice(call)
    assert not [request for request in sandbox.log if request.path == "/listings/prices"]
