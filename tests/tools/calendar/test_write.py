"""Availability, inventory, stay rules and calendar links changed through the engine and read back raw."""

from datetime import timedelta
from typing import Any, cast

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.api.endpoints.calendar import LIST_AVAILABILITIES, LIST_LISTING_CALENDARS, CalendarDay
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import TODAY, Clock, ahead
from tests.support.engine import Call
from tests.support.every_write import AIRBNB, days
from tests.support.requests_sent import refused, sent, take_back

pytestmark = pytest.mark.anyio

LOFT, STUDIO, TERRACE = 20110001, 20110002, 20110003
BOOKING = {"channel_type": "booking.com", "listing_id": "55501001-220011"}
WRITE = "POST /availabilities"


async def open_days(client: HostexClient, *ids: int, last: int = 90) -> dict[int, dict[str, bool]]:
    """Which days of properties are open."""
    query = {"property_ids": ids, "start_date": ahead(0), "end_date": ahead(last)}
    properties = await client.call(LIST_AVAILABILITIES, query=query)
    return {
        home.id: {day.date.isoformat(): day.available for day in home.availabilities} for home in properties
    }


async def calendar(client: HostexClient, listing: dict[str, str], last: int = 90) -> dict[str, CalendarDay]:
    """The days of a listing."""
    body = {"start_date": ahead(0), "end_date": ahead(last), "listings": [listing]}
    (found,) = await client.call(LIST_LISTING_CALENDARS, body=body)
    return {day.date.isoformat(): day for day in found.calendar}


async def test_closing_a_period_closes_every_day_of_it_and_undo_reopens_only_those_that_were_open(
    call: Call, client: HostexClient, sandbox: Sandbox
) -> None:
    before = await open_days(client, LOFT)
    assert False in before[LOFT].values()
    done = await call("update_availabilities", property_ids=["Harbour Loft"], available=False, **days(0, 90))
    assert sent(sandbox, WRITE) == [{"property_ids": [LOFT], "available": False, **days(0, 90)}]
    sandbox.settle()
    assert not any((await open_days(client, LOFT))[LOFT].values())
    assert done["result"]["queued"] is True
    assert "applies it within seconds" in done["result"]["notes"][0]
    await take_back(call, done)
    sandbox.settle()
    assert await open_days(client, LOFT) == before


async def test_single_dates_are_closed_once_each(call: Call, client: HostexClient, sandbox: Sandbox) -> None:
    free = [day for day, is_open in (await open_days(client, TERRACE))[TERRACE].items() if is_open]
    chosen = [free[9], free[3], free[9]]
    done = await call("update_availabilities", property_ids=[TERRACE], available=False, dates=chosen)
    (body,) = sent(sandbox, WRITE)
    assert body == {"property_ids": [TERRACE], "available": False, "dates": [free[3], free[9]]}
    assert [change["start_date"] for change in done["result"]["changes"]] == [free[3], free[9]]
    assert done["undo"]["arguments"]["dates"] == [free[3], free[9]]
    assert done["undo"]["arguments"]["available"] is True


async def test_days_that_are_so_already_are_no_change_and_leave_nothing_to_undo(call: Call) -> None:
    period = days(300, 310)
    done = await call("update_availabilities", property_ids=[LOFT], available=True, **period)
    assert done == {"status": "unchanged", "notes": ["All these days are already open. Nothing was sent."]}


async def test_properties_whose_days_change_alike_share_one_undo(
    call: Call, client: HostexClient, sandbox: Sandbox
) -> None:
    before = await open_days(client, LOFT, STUDIO, last=320)
    ids = [LOFT, STUDIO, LOFT]
    done = await call("update_availabilities", property_ids=ids, available=False, **days(300, 310))
    assert {change["title"] for change in done["result"]["changes"]} == {"Harbour Loft", "Harbour Studio"}
    assert done["undo"]["arguments"] == {
        "property_ids": [LOFT, STUDIO],
        "available": True,
        **days(300, 310),
    }
    sandbox.settle()
    await take_back(call, done)
    sandbox.settle()
    assert await open_days(client, LOFT, STUDIO, last=320) == before


async def test_properties_whose_days_change_differently_have_no_single_undo(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.accounts.main.blocks[STUDIO] = {TODAY + timedelta(days=305): "Painting"}
    done = await call("update_availabilities", property_ids=[LOFT, STUDIO], available=False, **days(300, 310))
    assert done["undo"] is None
    assert any("no single undo" in note for note in done["result"]["notes"])


async def test_opening_a_block_says_that_its_remarks_are_lost(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.blocks[STUDIO] = {TODAY + timedelta(days=305): "Painting"}
    done = await call("update_availabilities", property_ids=[STUDIO], available=True, **days(300, 310))
    (change,) = done["result"]["changes"]
    assert (change["start_date"], change["end_date"]) == (ahead(305), ahead(305))
    assert change["before"] == {"available": False, "remarks": "Painting"}
    assert any("Remarks" in note for note in done["result"]["notes"])
    assert done["undo"]["arguments"]["start_date"] == ahead(305)


@pytest.mark.parametrize(
    ("period", "field"),
    [
        ({}, "dates"),
        ({**days(5, 6), "dates": [ahead(5)]}, "dates"),
        ({"start_date": ahead(5)}, "end_date"),
        (days(6, 5), "end_date"),
        (days(-2, 5), "start_date"),
        (days(1, 401), "start_date"),
        ({"dates": [ahead(5), ahead(-2)]}, "dates"),
    ],
)
async def test_days_that_make_no_sense_are_refused_and_nothing_is_sent(
    call: Call, sandbox: Sandbox, period: dict[str, Any], field: str
) -> None:
    answer = await call("update_availabilities", property_ids=[LOFT], available=False, **period)
    assert refused(answer) == {field}
    assert sent(sandbox, WRITE) == []


async def test_an_unknown_property_is_not_found_before_anything_is_sent(call: Call, sandbox: Sandbox) -> None:
    answer = await call("update_availabilities", property_ids=[LOFT, 1], available=False, **days(5, 6))
    assert answer["error"]["kind"] == "not_found"
    assert sent(sandbox, WRITE) == []


async def test_inventory_is_set_on_one_channel_and_undo_brings_it_back(
    call: Call, client: HostexClient, sandbox: Sandbox
) -> None:
    before, elsewhere = await calendar(client, AIRBNB), await calendar(client, BOOKING)
    done = await call("update_listing_inventories", **AIRBNB, inventories=[days(20, 80, inventory=0)])
    assert sent(sandbox, "POST /listings/inventories") == [
        {**AIRBNB, "inventories": [days(20, 80, inventory=0)]}
    ]
    sandbox.settle()
    changed = await calendar(client, AIRBNB)
    assert {day.inventory for name, day in changed.items() if ahead(20) <= name <= ahead(80)} == {0}
    assert await calendar(client, BOOKING) == elsewhere
    assert done["result"]["queued"] is True
    assert any("master calendar" in note for note in done["result"]["notes"])
    await take_back(call, done)
    sandbox.settle()
    assert await calendar(client, AIRBNB) == before


async def test_a_negative_inventory_is_refused(call: Call, sandbox: Sandbox) -> None:
    answer = await call("update_listing_inventories", **AIRBNB, inventories=[days(1, 2, inventory=-1)])
    assert refused(answer) == {"inventories.0.inventory"}
    assert sent(sandbox, "POST /listings/inventories") == []


async def test_rules_are_set_beside_those_not_named_and_undo_brings_them_back(
    call: Call, client: HostexClient, sandbox: Sandbox
) -> None:
    before = await calendar(client, BOOKING)
    wanted = [
        days(20, 60, min_stay_on_arrival=4, closed_on_arrival=True),
        days(61, 70, max_advance_reservation="30D12H", exact_stay_on_arrival=3),
    ]
    done = await call("update_listing_restrictions", **BOOKING, restrictions=wanted)
    assert sent(sandbox, "POST /listings/restrictions") == [{**BOOKING, "restrictions": wanted}]
    sandbox.settle()
    rules = (await calendar(client, BOOKING))[ahead(30)].restrictions
    assert rules is not None
    assert (rules.min_stay_on_arrival, rules.closed_on_arrival) == (4, True)
    assert rules.max_advance_reservation == "365D"
    assert done["result"]["changes"][0]["after"] == {"min_stay_on_arrival": 4, "closed_on_arrival": True}
    await take_back(call, done)
    sandbox.settle()
    assert await calendar(client, BOOKING) == before


async def test_an_exact_length_is_cleared_by_name_and_undo_brings_it_back(
    call: Call, client: HostexClient, sandbox: Sandbox
) -> None:
    await call("update_listing_restrictions", **BOOKING, restrictions=[days(5, 6, exact_stay_on_arrival=3)])
    sandbox.settle()
    cleared = [days(5, 6, clear=["exact_stay_on_arrival"])]
    done = await call("update_listing_restrictions", **BOOKING, restrictions=cleared)
    assert sent(sandbox, "POST /listings/restrictions")[-1]["restrictions"] == [
        days(5, 6, exact_stay_on_arrival=0)
    ]
    assert done["undo"]["arguments"]["restrictions"] == [days(5, 6, exact_stay_on_arrival=3)]


async def test_a_stay_of_no_nights_is_no_rule(call: Call, sandbox: Sandbox) -> None:
    filled = dict.fromkeys(["max_stay_on_arrival", "min_stay_through", "exact_stay_on_arrival"], 0)
    await call(
        "update_listing_restrictions", **BOOKING, restrictions=[days(5, 6, min_stay_on_arrival=4, **filled)]
    )
    (body,) = sent(sandbox, "POST /listings/restrictions")
    assert body["restrictions"] == [days(5, 6, min_stay_on_arrival=4)]


@pytest.mark.parametrize(
    ("listing", "given", "field"),
    [
        (AIRBNB, {"min_stay_through": 3}, "restrictions.0.min_stay_through"),
        (BOOKING, {"min_advance_reservation": "4 days"}, "restrictions.0.min_advance_reservation"),
        (BOOKING, {"min_advance_reservation": "soon"}, "restrictions.0.min_advance_reservation"),
        (BOOKING, {"min_stay_on_arrival": -1}, "restrictions.0.min_stay_on_arrival"),
        (BOOKING, {"min_nights": 2}, "restrictions.0.min_nights"),
        (BOOKING, {}, "restrictions.0"),
        (BOOKING, {"min_stay_on_arrival": 0, "max_stay_on_arrival": 0}, "restrictions.0"),
        (
            BOOKING,
            {"exact_stay_on_arrival": 3, "clear": ["exact_stay_on_arrival"]},
            "restrictions.0.clear",
        ),
    ],
)
async def test_rules_that_a_channel_lacks_or_that_make_no_sense_are_refused(
    call: Call, sandbox: Sandbox, listing: dict[str, str], given: dict[str, Any], field: str
) -> None:
    answer = await call("update_listing_restrictions", **listing, restrictions=[days(5, 6, **given)])
    assert refused(answer) == {field}
    assert sent(sandbox, "POST /listings/restrictions") == []


async def test_a_rule_that_was_not_told_before_leaves_no_undo(call: Call, sandbox: Sandbox) -> None:
    vrbo = {"channel_type": "vrbo", "listing_id": "vr-3001"}
    rule = days(5, 6, min_stay_on_arrival=3)
    done = await call("update_listing_restrictions", **vrbo, restrictions=[rule])
    assert done["undo"] is None
    assert any("There is no undo" in note for note in done["result"]["notes"])


async def test_a_link_for_chosen_properties_is_made_and_undo_deletes_it(call: Call, sandbox: Sandbox) -> None:
    done = await call("create_calendar_share_link", scope="partial", property_ids=["Harbour Loft", STUDIO])
    link = sandbox.accounts.main.share_links[done["result"]["id"]]
    assert (link["scope"], link["property_ids"]) == ("partial", [LOFT, STUDIO])
    assert done["result"]["url"] == link["url"]
    await take_back(call, done)
    assert done["result"]["id"] not in sandbox.accounts.main.share_links


async def test_the_link_for_everything_is_made_once_and_told_to_who_asks_again(
    call: Call, sandbox: Sandbox
) -> None:
    links = sandbox.accounts.main.share_links
    for key in [key for key, link in links.items() if link["scope"] == "entire"]:
        del links[key]
    first = await call("create_calendar_share_link", scope="entire")
    again = await call("create_calendar_share_link", scope="entire")
    assert sent(sandbox, "POST /calendar_share_links") == [{"scope": "entire"}]
    assert first["undo"]["arguments"] == {"id": first["result"]["id"]}
    assert again["status"] == "unchanged"
    assert f"{first['result']['url']} (id {first['result']['id']})" in again["notes"][0]


@pytest.mark.parametrize(
    "given", [{"scope": "partial"}, {"scope": "entire", "property_ids": [LOFT]}, {"scope": "all"}]
)
async def test_a_link_needs_properties_exactly_when_it_is_partial(
    call: Call, sandbox: Sandbox, given: dict[str, Any]
) -> None:
    refused(await call("create_calendar_share_link", **given))
    assert sent(sandbox, "POST /calendar_share_links") == []


async def test_deleting_a_link_tells_what_it_was_and_offers_no_undo(call: Call, sandbox: Sandbox) -> None:
    made = await call("create_calendar_share_link", scope="partial", property_ids=[LOFT])
    done = await call("delete_calendar_share_link", id=made["result"]["id"])
    assert done["result"] == made["result"]
    assert done["undo"] is None
    assert made["result"]["id"] not in sandbox.accounts.main.share_links


async def test_a_link_that_does_not_exist_is_not_found(call: Call) -> None:
    answer = await call("delete_calendar_share_link", id=987654)
    assert answer["error"]["kind"] == "not_found"


async def test_opening_days_that_somebody_has_booked_is_warned_of_by_name(
    client: HostexClient, sandbox: Sandbox
) -> None:
    stay = next(
        stay
        for stay in sandbox.accounts.main.stays.values()
        if stay["stay_status"] == "checkin_pending"
        and stay["status"] == "accepted"
        and stay["property_id"]
        and stay["check_in_date"] > ahead(3)
    )
    arguments = {
        "property_ids": [stay["property_id"]],
        "available": True,
        "start_date": stay["check_in_date"],
        "end_date": stay["check_in_date"],
    }
    reachable = select(["all"])
    engine = Engine(reachable, Context(client, reachable.reachable, now=Clock()), "token")
    offer = cast("Any", await engine.call("update_availabilities", arguments)).structured_content
    warnings = " ".join(offer["preview"]["warnings"])
    assert "Already booked" in warnings
    assert stay["guest_name"] in warnings


async def test_a_rule_that_cannot_be_set_back_to_nothing_leaves_no_undo(call: Call, sandbox: Sandbox) -> None:
    rates = sandbox.accounts.main.rates[BOOKING["channel_type"], BOOKING["listing_id"]]
    day = TODAY + timedelta(days=5)
    rates.restrictions[day] = {"min_stay_through": 2, "max_stay_through": 0}
    wanted = [days(5, 5, min_stay_through=3, max_stay_through=30)]
    done = await call("update_listing_restrictions", **BOOKING, restrictions=wanted)
    assert (done["status"], done["undo"]) == ("done", None)


async def test_listings_of_properties_with_one_title_are_told_apart(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.properties[STUDIO]["title"] = sandbox.accounts.main.properties[LOFT]["title"]
    answer = await call("update_listing_inventories", **BOOKING, inventories=[days(5, 6, inventory=0)])
    said = str(answer)
    assert str(LOFT) in said
    assert str(STUDIO) not in said
