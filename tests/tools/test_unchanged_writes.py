"""Writes that would change nothing: said, sent to nobody, asked of nobody; and hidden values stay hidden."""

from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import PrivacyLevel
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import NOW, Clock, ahead
from tests.support.engine import Call
from tests.support.every_write import AIRBNB, LOFT, STAY, STUDIO, days
from tests.support.previewing import changed, demo_sandbox
from tests.support.previewing import engine as engine

pytestmark = pytest.mark.anyio

Row = dict[str, Any]


@pytest.fixture
def sandbox() -> Sandbox:
    return demo_sandbox()


def as_it_is(account: SandboxAccount) -> dict[str, Row]:
    """For each write whose present state Hostex tells, a call that asks for just that state."""
    group, tag = account.groups[7101], account.tags[3301]
    stay, boxed = account.stays[STAY], account.stays["2-4310000015-box015"]
    task, staff = next(iter(account.tasks.values())), account.staff[5601]
    entry, article = (next(iter(store.values())) for store in (account.transactions, account.knowledge_bases))
    rules = account.rates["airbnb", AIRBNB["listing_id"]].price_and_rules or {}
    thread = next(thread for thread in account.conversations.values() if thread.get("note"))
    return {
        "update_property_group": {"id": 7101, "name": group["name"], "add_property_ids": [LOFT]},
        "update_property_tag": {
            "id": 3301,
            "color": tag["color"],
            "property_ids": list(reversed(tag["property_ids"])),
        },
        "update_availabilities": {"property_ids": [LOFT, STUDIO], "available": True, **days(300, 310)},
        "update_listing_inventories": {**AIRBNB, "inventories": [days(300, 310, inventory=1)]},
        "update_listing_prices": {**AIRBNB, "prices": [days(300, 310, percent=0)]},
        "update_airbnb_price_and_rules": {
            "listing_id": AIRBNB["listing_id"],
            "base_price": rules["base_price"],
        },
        "create_calendar_share_link": {"scope": "entire"},
        "update_reservation_basic": {
            "stay_code": STAY,
            "guest_name": stay["guest_name"],
            "number_of_guests": stay["number_of_guests"],
            "check_in_date": stay["check_in_date"],
        },
        "update_reservation_stay_status": {"stay_code": STAY, "stay_status": stay["stay_status"]},
        "update_reservation_custom_fields": {"stay_code": STAY, "clear": ["nothing"]},
        "move_reservation_to_box": {"stay_code": boxed["stay_code"]},
        "allocate_reservation": {"stay_code": STAY, "property_id": stay["property_id"]},
        "add_reservation_tag": {"stay_code": "0-HMDEMO0005-ine005", "tag_name": "VIP"},
        "update_conversation_note": {"conversation_id": thread["id"], "note": thread["note"]},
        "update_task": {
            "id": task["id"],
            "note": task["note"],
            "expected_date": task["expected_date"],
            "clear": ["property_id", "staff_id"],
        },
        "update_staff": {"id": 5601, "name": staff["name"], "mobile": staff["mobile"], "is_active": True},
        "update_transaction": {"id": entry["id"], "amount": entry["amount"], "item_id": entry["item_id"]},
        "update_knowledge_base": {
            "id": article["id"],
            "title": article["title"],
            "contents": article["contents"],
            "scope_property": {"type": "all"},
        },
        "update_webhook": {"id": 3001, "add_events": ["message_created"]},
    }


@pytest.mark.parametrize("tool", list(as_it_is(demo_sandbox().accounts.main)))
async def test_a_write_of_what_is_so_already_says_so_and_sends_and_asks_nothing(
    call: Call, sandbox: Sandbox, tool: str
) -> None:
    answer = await call(tool, **as_it_is(sandbox.accounts.main)[tool])
    assert answer.get("status") == "unchanged", answer
    assert "already" in answer["notes"][0]
    assert answer["notes"][0].endswith("Nothing was sent.")
    assert "confirmation_token" not in answer
    assert changed(sandbox) == []


async def test_prices_that_a_property_has_everywhere_already_are_not_sent(
    call: Call, sandbox: Sandbox
) -> None:
    ratios = await call("get_pricing_ratios", property_id=LOFT)
    for channel in ratios["channels"]:
        rates = sandbox.accounts.main.rates[channel["channel_type"], channel["listing_id"]]
        for offset in range(200, 204):
            rates.prices[NOW.date().fromisoformat(ahead(offset))] = max(
                1, round(150 * channel["ratio"] / 100)
            )
    answer = await call("update_property_prices", property_id=LOFT, prices=[days(200, 203, price=150)])
    assert (answer["status"], changed(sandbox)) == ("unchanged", [])


def engine_at(client: HostexClient, level: PrivacyLevel) -> Engine:
    selection = select(["all"])
    return Engine(selection, Context(client, selection.reachable, now=Clock(), privacy=level), "off")


async def status(engine: Engine, tool: str, **arguments: Any) -> str:
    return cast("Any", await engine.call(tool, arguments)).structured_content["status"]


async def test_a_guess_of_a_door_code_is_never_told_to_be_right(
    client: HostexClient, sandbox: Sandbox
) -> None:
    sandbox.accounts.main.stays[STAY]["check_in_details"]["lock_code"] = "4711"
    engine = engine_at(client, "standard")
    for guess in ("4711", "4712"):
        arguments = {"stay_code": STAY, "lock_code": guess}
        assert await status(engine, "update_reservation_checkin_details", **arguments) == "done"
        sandbox.accounts.main.stays[STAY]["check_in_details"]["lock_code"] = "4711"


@pytest.mark.parametrize(("level", "expected"), [("standard", "unchanged"), ("strict", "done")])
async def test_a_guess_of_a_phone_number_is_never_told_to_be_right_where_contacts_are_hidden(
    client: HostexClient, sandbox: Sandbox, level: PrivacyLevel, expected: str
) -> None:
    account, engine = sandbox.accounts.main, engine_at(client, level)
    phone = account.stays[STAY]["guest_phone"]
    assert phone
    assert await status(engine, "update_reservation_basic", stay_code=STAY, mobile=phone) == expected
    mobile = account.staff[5601]["mobile"]
    assert await status(engine, "update_staff", id=5601, mobile=mobile) == expected


@given(wanted=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_units_are_sent_exactly_when_one_day_differs(
    client: HostexClient, sandbox: Sandbox, wanted: list[tuple[int, int]]
) -> None:
    present = dict.fromkeys(range(10), 1)
    asked = dict(wanted)
    engine = engine_at(client, "standard")
    ranges = [days(300 + ahead, 300 + ahead, inventory=units) for ahead, units in asked.items()]
    arguments = {**AIRBNB, "inventories": ranges}
    rates = sandbox.accounts.main.rates["airbnb", AIRBNB["listing_id"]]
    rates.inventories.clear()
    found = await status(engine, "update_listing_inventories", **arguments)
    sandbox.accounts.main.queued.clear()
    expected = "unchanged" if all(present[ahead] == units for ahead, units in asked.items()) else "done"
    assert found == expected


async def test_taking_back_a_price_that_is_still_queued_is_sent(
    client: HostexClient, sandbox: Sandbox
) -> None:
    engine = engine_at(client, "standard")
    first = cast(
        "Any",
        await engine.call("update_listing_prices", {**AIRBNB, "prices": [days(300, 301, percent=10)]}),
    ).structured_content
    undo = first["undo"]
    assert await status(engine, undo["tool"], **undo["arguments"]) == "done"
    assert changed(sandbox) == ["POST /listings/prices"] * 2
