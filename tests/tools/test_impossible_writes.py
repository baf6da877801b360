"""What Hostex is documented to refuse, and ids that it does not know: said before anybody is asked."""

from datetime import date
from typing import Any

import httpx2
import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from tests.contract.requests import DocumentedTransport
from tests.support.clock import ahead
from tests.support.engine import Call
from tests.support.every_write import AIRBNB, DIRECT, LOFT, REQUEST, STAY, STUDIO, days, every_write
from tests.support.previewing import careful_engine, changed, demo_sandbox, preview
from tests.support.previewing import engine as engine
from tests.support.requests_sent import refused

pytestmark = pytest.mark.anyio

Row = dict[str, Any]
NONE = 99_999_999
CLEANING = {"type": "cleaning", "expected_date": ahead(3)}
RATES: Row = {"direction": "income", "amount": 10, "item_id": 1, "payment_method_id": 34}


@pytest.fixture
def sandbox() -> Sandbox:
    return demo_sandbox()


UNKNOWN: list[tuple[str, Row]] = [
    ("create_property_group", {"property_ids": [LOFT, NONE]}),
    ("update_property_group", {"id": NONE}),
    ("update_property_group", {"remove_property_ids": None, "property_ids": [NONE]}),
    ("delete_property_group", {"id": NONE}),
    ("create_property_tag", {"property_ids": [NONE]}),
    ("create_property_tag", {"room_type_ids": [NONE]}),
    ("update_property_tag", {"add_property_ids": [NONE]}),
    ("update_property_tag", {"room_type_ids": [NONE]}),
    ("delete_property_tag", {"id": NONE}),
    ("create_room_type", {"property_ids": [NONE]}),
    ("update_availabilities", {"property_ids": [NONE]}),
    ("update_property_prices", {"property_id": NONE}),
    ("create_calendar_share_link", {"property_ids": [NONE]}),
    ("delete_calendar_share_link", {"id": NONE}),
    ("create_reservation", {"property_id": NONE}),
    ("create_reservation", {"custom_channel_id": NONE}),
    ("create_reservation", {"income_method_id": NONE}),
    ("cancel_reservation", {"reservation_code": "0-9999999-nothere"}),
    ("approve_reservation", {"reservation_code": "0-9999999-nothere"}),
    ("decline_reservation", {"reservation_code": "0-9999999-nothere"}),
    ("update_reservation_basic", {"stay_code": "none"}),
    ("update_reservation_basic", {"custom_channel_id": NONE}),
    ("update_reservation_checkin_details", {"stay_code": "none"}),
    ("update_reservation_stay_status", {"stay_code": "none"}),
    ("update_reservation_custom_fields", {"stay_code": "none"}),
    ("move_reservation_to_box", {"stay_code": "none"}),
    ("allocate_reservation", {"stay_code": "none"}),
    ("allocate_reservation", {"property_id": NONE}),
    ("add_reservation_tag", {"stay_code": "none"}),
    ("remove_reservation_tag", {"tag_name": "none"}),
    ("delete_reservation_tag", {"id": NONE}),
    ("send_message", {"conversation_id": "none"}),
    ("update_conversation_note", {"conversation_id": "none"}),
    ("send_special_offer", {"conversation_id": "none"}),
    ("send_special_offer", {"listing_id": "none"}),
    ("send_preapproval", {"conversation_id": "none"}),
    ("withdraw_special_offer", {"special_offer_id": "none"}),
    ("create_review", {"reservation_code": "0-9999999-nothere"}),
    ("reply_to_review", {"reservation_code": "0-9999999-nothere"}),
    ("create_task", {"property_id": NONE}),
    ("create_task", {"property_id": None, "stay_code": "0-9999999-nothere", "currency": "EUR"}),
    ("create_task", {"staff_id": NONE}),
    ("update_task", {"id": NONE}),
    ("update_task", {"property_id": NONE}),
    ("update_task", {"staff_id": NONE}),
    ("delete_task", {"id": NONE}),
    ("create_staff", {"property_ids": [NONE]}),
    ("update_staff", {"id": NONE}),
    ("update_staff", {"property_ids": [NONE]}),
    ("delete_staff", {"id": NONE}),
    ("create_transaction", {"property_id": NONE, "currency": "EUR"}),
    ("create_transaction", {"property_id": None, "reservation_code": "0-9999999-nothere"}),
    ("create_transaction", {"item_id": NONE}),
    ("update_transaction", {"id": NONE}),
    ("update_transaction", {"payment_method_id": NONE}),
    ("delete_transaction", {"id": NONE}),
    ("execute_automation_action", {"plan_id": NONE}),
    ("delete_automation_action", {"plan_id": NONE}),
    ("create_knowledge_base", {"scope_property": {"type": "by_property", "ids": [NONE]}}),
    ("create_knowledge_base", {"scope_property": {"type": "by_group", "ids": [NONE]}}),
    ("create_knowledge_base", {"scope_property": {"type": "by_room_type", "ids": [NONE]}}),
    ("update_knowledge_base", {"scope_property": {"type": "by_group", "ids": [NONE]}}),
    ("update_knowledge_base", {"id": NONE}),
    ("delete_knowledge_base", {"id": NONE}),
    ("update_webhook", {"id": NONE}),
    ("delete_webhook", {"id": NONE}),
]


@pytest.mark.parametrize(("tool", "unknown"), UNKNOWN)
async def test_an_id_that_is_not_there_is_said_before_any_preview(
    call: Call, sandbox: Sandbox, tool: str, unknown: Row
) -> None:
    answer = await call(tool, **{**every_write(sandbox.accounts.main)[tool], **unknown})
    assert answer.get("error", {}).get("kind") in ("not_found", "invalid_arguments"), answer
    assert changed(sandbox) == []


class Forgiving(httpx2.AsyncBaseTransport):
    """A Hostex that answers reads about listings it does not know with nothing in them, as it may."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix("/v3")
        if path == "/listings/calendar":
            return httpx2.Response(
                200, json={"error_code": 200, "error_msg": "Done.", "data": {"listings": []}}
            )
        if path.endswith("/price_and_rules") and request.method == "GET":
            return httpx2.Response(200, json={"error_code": 200, "error_msg": "Done.", "data": {}})
        return await self._inner.handle_async_request(request)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("update_listing_prices", {"channel_type": "airbnb", "prices": [days(5, 6, price=100)]}),
        ("update_listing_inventories", {"channel_type": "airbnb", "inventories": [days(5, 6, inventory=1)]}),
        (
            "update_listing_restrictions",
            {"channel_type": "airbnb", "restrictions": [days(5, 6, min_stay_on_arrival=2)]},
        ),
        ("update_airbnb_price_and_rules", {"base_price": 100}),
        ("update_vrbo_price_and_rules", {"base_price": 100}),
    ],
)
@pytest.mark.parametrize("listing_id", ["none", "55501001-220011"])
async def test_a_listing_that_its_channel_does_not_have_is_refused_though_hostex_says_nothing(
    sandbox: Sandbox, tool: str, arguments: Row, listing_id: str
) -> None:
    transport = DocumentedTransport(Forgiving(httpx2.ASGITransport(app=sandbox.app)))
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        answer: Any = await careful_engine(client).call(tool, {"listing_id": listing_id, **arguments})
    assert refused(answer.structured_content) == {"listing_id"}
    message = answer.structured_content["error"]["message"]
    assert ("booking.com" if listing_id != "none" else "list_listings") in message


@pytest.mark.parametrize("tool", ["approve_reservation", "decline_reservation"])
async def test_a_request_of_a_disconnected_account_cannot_be_answered(
    call: Call, sandbox: Sandbox, tool: str
) -> None:
    sandbox.accounts.main.channel_accounts[81001]["auth_status"] = "disconnected"
    answer = await call(tool, reservation_code=REQUEST)
    assert refused(answer) == {"reservation_code"}
    assert "disconnected" in answer["error"]["message"]
    sandbox.accounts.main.channel_accounts[81001]["auth_status"] = "exception"
    shown = await preview(call, sandbox, tool, reservation_code=REQUEST)
    assert "has the status exception" in shown["warnings"][0]


@pytest.mark.parametrize(("ends", "found"), [(2, "refused"), (1, "warned"), (0, "silent")])
async def test_an_automatic_review_goes_out_only_from_check_out_on(
    call: Call, sandbox: Sandbox, ends: int, found: str
) -> None:
    account = sandbox.accounts.main
    plan_id, plan = next(iter(account.automation_actions.items()))
    plan["type"] = "review"
    account.stays[plan["stay_code"]]["check_out_date"] = ahead(ends)
    if found == "refused":
        assert refused(await call("execute_automation_action", plan_id=plan_id)) == {"plan_id"}
        return
    shown = await preview(call, sandbox, "execute_automation_action", plan_id=plan_id)
    assert any("Hostex refuses" in warning for warning in shown["warnings"]) is (found == "warned")


async def test_a_task_is_not_given_to_inactive_staff(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.staff[5601]["is_active"] = False
    task = next(iter(sandbox.accounts.main.tasks))
    new = await call("create_task", **CLEANING, property_id=LOFT, staff_id=5601)
    assert refused(new) == refused(await call("update_task", id=task, staff_id=5601)) == {"staff_id"}
    assert "Rita Modelo, who is inactive" in new["error"]["message"]
    assert changed(sandbox) == []


async def test_a_task_of_a_stay_is_on_the_property_of_the_stay(call: Call, sandbox: Sandbox) -> None:
    answer = await call("create_task", **CLEANING, stay_code=STAY, property_id=LOFT)
    assert refused(answer) == {"property_id"}
    assert changed(sandbox) == []


async def test_closing_booked_nights_names_the_bookings_that_go_on(call: Call, sandbox: Sandbox) -> None:
    period = {"start_date": "2026-11-27", "end_date": "2026-12-12"}
    shown = await preview(
        call, sandbox, "update_availabilities", property_ids=[STUDIO], available=False, **period
    )
    assert any(
        warning.startswith('Already booked: "Emil Eksempel", Sat 28 Nov to Wed 2 Dec')
        for warning in shown["warnings"]
    )
    assert shown["warnings"][-1] == "Closing neither cancels nor moves a booking."
    booked = {"start_date": "2026-11-28", "end_date": "2026-12-01"}
    answer = await call("update_availabilities", property_ids=[STUDIO], available=False, **booked)
    assert answer["status"] == "unchanged"
    assert 'Already booked: "Emil Eksempel"' in answer["notes"][0]


async def test_days_between_those_that_open_do_not_bring_up_their_bookings(
    call: Call, sandbox: Sandbox
) -> None:
    account = sandbox.accounts.main
    for offset in (140, 150):
        account.blocks.setdefault(LOFT, {})[date.fromisoformat(ahead(offset))] = "Painting"
    stay = next(stay for stay in account.stays.values() if stay["property_id"] == LOFT)
    stay |= {"status": "accepted", "check_in_date": ahead(142), "check_out_date": ahead(145)}
    dates = [ahead(140), ahead(150)]
    shown = await preview(
        call, sandbox, "update_availabilities", property_ids=[LOFT], available=True, dates=dates
    )
    assert [warning for warning in shown.get("warnings", []) if "Already booked" in warning] == []


TAKEN: list[tuple[str, Row, str]] = [
    ("create_property_group", {"name": "Lisbon"}, "name"),
    ("update_property_group", {"id": 7102, "name": "Lisbon"}, "name"),
    ("create_property_tag", {"name": "River view"}, "name"),
    ("update_property_tag", {"id": 3302, "name": "River view"}, "name"),
    ("create_reservation_tag", {"tag_name": "Conflicted"}, "tag_name"),
    ("create_room_type", {"title": "Douro Double Room"}, "title"),
    ("create_property", {"title": "Harbour Loft"}, "title"),
]


@pytest.mark.parametrize(("tool", "arguments", "field"), TAKEN)
async def test_a_name_that_is_taken_is_refused(
    call: Call, sandbox: Sandbox, tool: str, arguments: Row, field: str
) -> None:
    assert refused(await call(tool, **arguments)) == {field}
    assert changed(sandbox) == []


async def test_a_reservation_keeps_its_currency(call: Call, sandbox: Sandbox) -> None:
    answer = await call("create_transaction", **RATES, reservation_code=DIRECT, currency="EUR")
    assert refused(answer) == {"currency"}
    assert changed(sandbox) == []


async def test_days_beyond_three_years_are_refused(
    client: HostexClient, call: Call, sandbox: Sandbox
) -> None:
    far = {**AIRBNB, "inventories": [days(1090, 1100, inventory=0)]}
    assert refused(await call("update_listing_inventories", **far)) == {"inventories.0.end_date"}


async def test_properties_of_one_title_are_told_apart_when_their_days_close(
    call: Call, sandbox: Sandbox
) -> None:
    properties = sandbox.accounts.main.properties
    properties[20110002]["title"] = properties[20110001]["title"]
    shown = await preview(
        call,
        sandbox,
        "update_availabilities",
        property_ids=[20110001, 20110002],
        available=False,
        start_date="2027-06-12",
        end_date="2027-06-13",
    )
    both = ["Harbour Loft (20110001)", "Harbour Loft (20110002)"]
    assert shown["target"]["properties"] == both
    assert shown["summary"] == f"Close on all channels: {', '.join(both)}"
    days = "Sat 12 and Sun 13 Jun 2027"
    assert [row["what"] for row in shown["changes"]] == [f"{name}, {days}" for name in both]
