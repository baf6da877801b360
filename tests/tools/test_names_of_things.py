"""Properties by number or title, reservations by either code, channels by their usual names; and what is not
there is said to be so by every tool."""

from typing import Any

import pytest

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.support.engine import Call
from tests.support.every_write import AIRBNB, LOFT, STAY, STUDIO, every_write
from tests.support.previewing import demo_sandbox
from tests.support.requests_sent import refused, sent, written
from tests.tools.every_read import every_read

pytestmark = pytest.mark.anyio

Row = dict[str, Any]
CODES = ("reservation_code", "stay_code")
NOT_THERE: Row = {
    "property_id": 999,
    "property_ids": [999],
    "add_property_ids": [999],
    "group_id": 999,
    "tag_id": 999,
    "room_type_id": 999,
    "room_type_ids": [999],
    "channel_account_id": 999,
    "staff_id": 999,
    "id": 999,
    "plan_id": 999,
    "custom_channel_id": 999,
    "income_method_id": 999,
    "item_id": 999,
    "payment_method_id": 999,
    "listing_id": "999",
    "reservation_code": "0-999-x",
    "stay_code": "0-999-x",
    "conversation_id": "0-999-x",
    "special_offer_id": "999",
    "listings": [{"channel_type": "airbnb", "listing_id": "999"}],
}
CLOSING = ("POST", "/availabilities")
_ACCOUNT = demo_sandbox().accounts.main
CALLS = {**every_read(_ACCOUNT), **every_write(_ACCOUNT)}
NAMED = [
    (tool.name, argument) for tool in CATALOGUE.values() for argument in NOT_THERE if argument in tool.hints
]
WITHOUT = {
    "create_task": ["stay_code"],
    "create_transaction": ["property_id"],
    "get_stay": ["stay_code"],
    "get_pricing_ratios": ["property_id"],
    "update_property_tag": ["add_property_ids", "room_type_ids"],
    "update_property_group": ["remove_property_ids"],
}


@pytest.fixture
def sandbox() -> Sandbox:
    return demo_sandbox()


@pytest.mark.parametrize(("tool", "argument"), NAMED)
async def test_what_is_not_there_is_said_so_by_every_tool(
    call: Call, sandbox: Sandbox, tool: str, argument: str
) -> None:
    others = {name: value for name, value in CALLS[tool].items() if name not in WITHOUT.get(tool, ())}
    if tool in ("list_listings", "list_channel_accounts") and argument == "listing_id":
        others["channel_type"] = "airbnb"
    answer = await call(tool, **{**others, argument: NOT_THERE[argument]})
    assert answer.get("error", {}).get("kind") in ("not_found", "invalid_arguments"), answer
    assert [request for request in written(sandbox) if request != "POST /listings/calendar"] == []


async def test_a_number_is_an_id_where_there_is_one_else_a_title(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.properties[LOFT]["title"] = "101"
    for named in (101, "101", " 101 "):
        answer = await call("list_tasks", property_id=named)
        assert {row["property_id"] for row in answer["items"]} == {LOFT}
    by_id = await call("list_tasks", property_id=str(STUDIO))
    assert {row["property_id"] for row in by_id["items"]} == {STUDIO}


async def test_where_both_fit_the_id_is_taken_and_both_are_named(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.properties[STUDIO]["title"] = str(LOFT)
    read = await call("list_tasks", property_id=LOFT)
    assert {row["property_id"] for row in read["items"]} == {LOFT}
    told = f"property_id: {LOFT} was taken as an id; the property titled {LOFT} has the id {STUDIO}."
    assert read["notes"] == [told]
    made = await call("create_task", type="other", expected_date="2027-01-05", property_id=LOFT)
    assert (sent(sandbox, "POST /tasks")[0]["property_id"], made["notes"]) == (LOFT, [told])


async def test_an_empty_list_says_by_which_filters_it_is(call: Call) -> None:
    answer = await call("list_tasks", property_id="Harbour Loft", status="cancelled", type="room_service")
    assert answer["items"] == []
    assert answer["notes"] == [
        f"Empty: nothing fits property_id {LOFT}, type room_service, status cancelled."
    ]


async def test_a_reservation_is_found_by_the_code_of_its_channel(call: Call, sandbox: Sandbox) -> None:
    code = sandbox.accounts.main.stays[STAY]["channel_id"]
    assert code == "HM03B0IH4S"
    whole = await call("get_stay", reservation_code=code)
    assert whole["stay"]["stay_code"] == STAY
    listed = await call("list_reservations", reservation_code=code)
    assert [row["stay_code"] for row in listed["items"]] == [STAY]
    done = await call("update_reservation_stay_status", stay_code=code, stay_status="in_house")
    assert done["result"]["stay_code"] == STAY
    fields = await call("get_reservation_custom_fields", stay_code=code)
    assert fields["stay_code"] == STAY


@pytest.mark.parametrize("code", ["hm03b0ih4s", "#HM03B0IH4S", "# hm03b0ih4s", f"#{STAY}"])
async def test_a_code_is_found_in_small_letters_and_behind_a_number_sign(call: Call, code: str) -> None:
    assert (await call("get_stay", reservation_code=code))["stay"]["stay_code"] == STAY


async def test_the_code_of_no_channel_is_not_found(call: Call) -> None:
    for tool, argument in (("get_stay", "reservation_code"), ("list_reservations", "reservation_code")):
        error = (await call(tool, **{argument: "HMNONE"}))["error"]
        assert (error["kind"], "channel's" in error["message"]) == ("not_found", True)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Airbnb", "airbnb"),
        ("AIRBNB", "airbnb"),
        ("Booking.com", "booking.com"),
        ("booking", "booking.com"),
        ("VRBO", "vrbo"),
        ("direct", "hostex_direct"),
        ("Direct booking", "hostex_direct"),
        ("Trip.com", "trip.com"),
        ("booking site", "booking_site"),
        ("Meituan Hotel", "meituan_hotel"),
        ("Air B&B", "airbnb"),
        ("https://www.airbnb.com", "airbnb"),
        ("Agoda.com", "agoda"),
        ("FeWo-direkt", "vrbo"),
        ("爱彼迎", "airbnb"),
        ("携程", "ctrip"),
    ],
)
async def test_a_channel_is_known_by_its_usual_name(
    call: Call, sandbox: Sandbox, name: str, code: str
) -> None:
    await call("list_reservations", channel_type=name)
    (asked,) = (request for request in sandbox.log if request.path == "/reservations")
    assert asked.query["channel_type"] == code


async def test_a_channel_that_is_none_is_refused_naming_those_that_are(call: Call, sandbox: Sandbox) -> None:
    answer = await call("list_reservations", channel_type="Airbnbb")
    assert refused(answer) == {"channel_type"}
    assert "airbnb, booking.com, agoda" in answer["error"]["fields"][0]["problem"]
    assert sandbox.log == []


@pytest.mark.parametrize("tool", [name for name, tool in CATALOGUE.items() if "channel_type" in tool.hints])
async def test_every_tool_knows_a_channel_by_its_usual_name(call: Call, sandbox: Sandbox, tool: str) -> None:
    arguments = {**CALLS[tool], "channel_type": "AirBnB"}
    if "listing_id" in CATALOGUE[tool].hints:
        arguments |= AIRBNB | {"channel_type": "AirBnB"}
    answer = await call(tool, **arguments)
    assert "error" not in answer, answer
    assert not any("AirBnB" in repr((request.query, request.body)) for request in sandbox.log)


@pytest.mark.parametrize("tool", [name for name, tool in CATALOGUE.items() if "currency" in tool.hints])
async def test_every_tool_knows_a_currency_in_small_letters_but_not_its_sign(call: Call, tool: str) -> None:
    if tool == "list_transactions":
        dates = {"start_date": "2026-11-01", "end_date": "2026-11-20"}
        upper, lower = [(await call(tool, **dates, currency=code))["items"] for code in ("EUR", "eur")]
        assert upper == lower != []
    assert refused(await call(tool, **{**CALLS[tool], "currency": "€"})) == {"currency"}


async def test_properties_are_named_between_commas_and_with_a_number_sign(
    call: Call, sandbox: Sandbox
) -> None:
    days = {"start_date": "2027-06-01", "end_date": "2027-06-02", "available": False}
    for named in ("Harbour Loft, Harbour Studio", f"{LOFT};Harbour Studio", [f"#{LOFT}, {STUDIO}.0"]):
        before = len(sandbox.log)
        await call("update_availabilities", property_ids=named, **days)
        bodies = [
            request.body for request in sandbox.log[before:] if (request.method, request.path) == CLOSING
        ]
        assert {number for body in bodies for number in body["property_ids"]} == {LOFT, STUDIO}
        await call("update_availabilities", property_ids=[LOFT, STUDIO], **{**days, "available": True})
    sandbox.accounts.main.properties[STUDIO]["title"] = f"#{LOFT}"
    titled = await call("list_tasks", property_id=f"#{LOFT}")
    assert {row["property_id"] for row in titled["items"]} == {STUDIO}
    sandbox.accounts.main.properties[LOFT]["title"] = "Harbour, Loft"
    whole = await call("list_tasks", property_id="Harbour, Loft")
    assert {row["property_id"] for row in whole["items"]} == {LOFT}


async def test_what_is_no_title_is_told_where_titles_are(call: Call) -> None:
    problem = (await call("list_tasks", property_id="qqqq"))["error"]["fields"][0]["problem"]
    assert problem == "matches no property title; list_properties shows ids and titles"


async def test_prices_are_set_on_a_channel_named_as_people_do(call: Call, sandbox: Sandbox) -> None:
    prices = [{"start_date": "2027-03-01", "end_date": "2027-03-02", "price": 171, "percent": 0}]
    done = await call("update_listing_prices", **{**AIRBNB, "channel_type": "Airbnb"}, prices=prices)
    assert done["status"] == "done", done
    assert sent(sandbox, "POST /listings/prices")[0]["channel_type"] == "airbnb"


def test_half_a_character_is_refused_in_plain_words() -> None:
    with pytest.raises(InvalidArguments, match="must be text without lone surrogates"):
        CATALOGUE["send_message"].bind({"conversation_id": "1", "message": "\ud83d"})
