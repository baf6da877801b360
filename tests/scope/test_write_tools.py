"""Write tools through a scope: what is outside is not found or blocked, and nothing is changed."""

import json

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from tests.scope.scoping import GARDEN, LOFT, RIBEIRA, Row, changes, scoped_call
from tests.support.clock import ahead

pytestmark = pytest.mark.anyio

SOON = ahead(200)

OUTSIDE = "0-HMDEMO0017-dog017"
REQUEST = "4-HA8DEMO19-req019"
CLEANING = {"type": "cleaning", "expected_date": SOON, "currency": "EUR"}
EXPENSE = {"direction": "expense", "amount": 5, "item_id": 0, "payment_method_id": 156, "currency": "EUR"}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("create_property", {"title": "Lighthouse"}),
        ("create_property_group", {"name": "North", "property_ids": [LOFT, RIBEIRA]}),
        ("update_property_group", {"id": 7101, "remove_property_ids": [LOFT]}),
        ("delete_property_tag", {"id": 3304}),
        ("update_availabilities", {"property_ids": [GARDEN], "available": False, "dates": [SOON]}),
        ("create_calendar_share_link", {"scope": "entire"}),
        ("delete_calendar_share_link", {"id": 1201}),
        ("update_reservation_basic", {"stay_code": OUTSIDE, "remarks": "By train"}),
        ("update_reservation_custom_fields", {"stay_code": OUTSIDE, "custom_fields": {"a": "b"}}),
        ("add_reservation_tag", {"stay_code": OUTSIDE, "tag_name": "VIP"}),
        ("approve_reservation", {"reservation_code": REQUEST}),
        ("cancel_reservation", {"reservation_code": OUTSIDE}),
        ("allocate_reservation", {"stay_code": "2-4310000024-grp024", "property_id": RIBEIRA}),
        ("send_message", {"conversation_id": "0-2200000016-thr016", "message": "Hello"}),
        ("update_conversation_note", {"conversation_id": "0-2200000016-thr016", "note": "x"}),
        ("create_task", {**CLEANING, "property_id": GARDEN}),
        ("create_task", CLEANING),
        ("delete_staff", {"id": 5601}),
        ("create_transaction", EXPENSE),
        ("create_webhook", {"url": "https://hooks.example.com/a"}),
        ("delete_knowledge_base", {"id": 8801}),
        ("execute_automation_action", {"plan_id": 6600001}),
        ("delete_reservation_tag", {"id": 90211}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_write_tool_outside_changes_nothing_and_tells_nothing(
    client: HostexClient, sandbox: Sandbox, tool: str, arguments: Row
) -> None:
    answer = await scoped_call(client)(tool, **arguments)
    assert answer["error"]["kind"] in ("blocked", "not_found")
    assert changes(sandbox) == []
    text = json.dumps(answer)
    assert [title for title in ("Garden House Estrela", "Ribeira View Apartment") if title in text] == []


async def test_a_write_tool_inside_works(client: HostexClient, sandbox: Sandbox) -> None:
    call = scoped_call(client)
    task = await call("create_task", **CLEANING, property_id="Harbour Loft")
    stay = await call("update_reservation_basic", stay_code="0-HMDEMO0005-ine005", remarks="By train")
    thread = await call("update_conversation_note", conversation_id="0-2200000900-inq001", note="Twins")
    assert [result["status"] for result in (task, stay, thread)] == ["done"] * 3
    assert len(changes(sandbox)) == 3
    assert sandbox.accounts.main.tasks[task["result"]["id"]]["property_id"] == LOFT
