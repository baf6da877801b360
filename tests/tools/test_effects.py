"""Which writes ask nobody: those that only the team sees and that one call takes back. Both are found out
here, from what each operation reaches and from what the undo leaves, so that no declaration is believed."""

import copy
from collections.abc import Mapping
from typing import Any, Literal

import pytest

from hostex_mcp.api import Operation
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.scope.rules import RULES
from hostex_mcp.toolkit.tool import Effect
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.support.clock import TODAY
from tests.support.engine import Call
from tests.support.previewing import changed, demo_sandbox
from tests.support.previewing import engine as engine
from tests.tools.sample_calls import full_sample

pytestmark = pytest.mark.anyio

Audience = Literal["team", "staff", "guests", "public", "books", "programs"]

AUDIENCE: Mapping[str, Audience] = {
    # The subscription pays by properties, and a room type is what channels sell.
    "POST /properties": "books",
    "POST /room_types": "public",
    # Groups and tags are how the team sorts its list.
    "POST /groups": "team",
    "PATCH /groups/{id}": "team",
    "DELETE /groups/{id}": "team",
    "POST /tags": "team",
    "PATCH /tags/{id}": "team",
    "DELETE /tags/{id}": "team",
    "POST /reservation_tags": "team",
    "DELETE /reservation_tags/{id}": "team",
    "POST /reservations/{stay_code}/tags": "team",
    "DELETE /reservations/{stay_code}/tags": "team",
    # What is for sale, and for how much.
    "POST /availabilities": "public",
    "POST /listings/prices": "public",
    "POST /listings/inventories": "public",
    "POST /listings/restrictions": "public",
    "POST /listings/airbnb/price_and_rules": "public",
    "POST /listings/vrbo/price_and_rules": "public",
    "POST /calendar_share_links": "public",
    "DELETE /calendar_share_links/{id}": "public",
    # Bookings: the guest, the channel and the nights for sale.
    "POST /reservations": "public",
    "DELETE /reservations/{reservation_code}": "guests",
    "POST /reservations/{reservation_code}/approve": "guests",
    "POST /reservations/{reservation_code}/decline": "guests",
    "PATCH /reservations/{stay_code}": "guests",
    "POST /reservations/{stay_code}/move_to_box": "public",
    "POST /reservations/{stay_code}/allocate": "public",
    # The check-in guide shows it; templates of messages send custom fields.
    "PATCH /reservations/{stay_code}/check_in_details": "guests",
    "PATCH /reservations/{stay_code}/custom_fields": "guests",
    # A mark in the team's calendar, and its private note.
    "PUT /reservations/{stay_code}/stay_status": "team",
    "PATCH /conversations/{conversation_id}/note": "team",
    "POST /conversations/{conversation_id}": "guests",
    "POST /conversations/{conversation_id}/special_offers": "guests",
    "DELETE /conversations/{conversation_id}/special_offers/{special_offer_id}": "guests",
    "POST /conversations/{conversation_id}/preapprovals": "guests",
    "POST /reviews/{reservation_code}": "public",
    # Tasks are the team's; whom Hostex may notify of one stands in the result.
    "POST /tasks": "team",
    "PATCH /tasks/{id}": "team",
    "DELETE /tasks/{id}": "team",
    # Whom Hostex writes to, and who sees which properties.
    "POST /staffs": "staff",
    "PATCH /staffs/{id}": "staff",
    "DELETE /staffs/{id}": "staff",
    "POST /transactions": "books",
    "PATCH /transactions/{id}": "books",
    "DELETE /transactions/{id}": "books",
    "POST /automation/actions/{plan_id}/execute": "guests",
    "DELETE /automation/actions/{plan_id}": "guests",
    # Hostex's own assistant answers guests from it.
    "POST /knowledge_bases": "guests",
    "PATCH /knowledge_bases/{id}": "guests",
    "DELETE /knowledge_bases/{id}": "guests",
    "POST /webhooks": "programs",
    "PATCH /webhooks/{id}": "programs",
    "DELETE /webhooks/{id}": "programs",
}

GROUP, TAG, STAY, THREAD, TASK, CLEANING = 7101, 3301, "5-DEMO30PAT", "0-2200000003-thr003", 440002, 440007
TAKEN_BACK: Mapping[str, list[dict[str, Any]]] = {
    "create_property_group": [{"name": "South", "property_ids": [20110001]}],
    "update_property_group": [
        {"id": GROUP, "name": "South", "clear": ["property_ids"]},
        {"id": GROUP, "property_ids": [20110009]},
        {"id": GROUP, "add_property_ids": [20110009], "remove_property_ids": [20110001]},
    ],
    "create_property_tag": [
        {"name": "Sea", "color": "#FD587B", "property_ids": [20110001], "room_type_ids": [60501]}
    ],
    "update_property_tag": [
        {"id": TAG, "name": "Sea", "color": "#FD587B", "clear": ["property_ids"], "room_type_ids": [60501]},
        {"id": TAG, "add_property_ids": [20110009], "remove_property_ids": [20110001]},
        {"id": TAG, "add_room_type_ids": [60501], "remove_room_type_ids": [60502]},
        {"id": TAG, "property_ids": [20110009], "clear": ["room_type_ids"]},
    ],
    "create_reservation_tag": [{"tag_name": "Late"}],
    "add_reservation_tag": [{"stay_code": STAY, "tag_name": "VIP"}],
    "remove_reservation_tag": [{"stay_code": STAY, "tag_name": "Invoice"}],
    "update_reservation_stay_status": [{"stay_code": STAY, "stay_status": "in_house"}],
    "update_conversation_note": [
        {"conversation_id": THREAD, "note": "Call back"},
        {"conversation_id": THREAD, "clear": ["note"]},
    ],
    "create_task": [
        {
            "type": "cleaning",
            "expected_date": "2027-01-05",
            "expected_time": "09:30",
            "property_id": 20110001,
            "staff_id": 5601,
            "level": "simple",
            "fee": 20,
            "currency": "EUR",
            "note": "Bring towels",
        },
        {"type": "reception", "expected_date": "2027-01-05", "stay_code": STAY, "currency": "USD"},
    ],
    "update_task": [
        {
            "id": CLEANING,
            "type": "other",
            "status": "cancelled",
            "expected_date": "2027-01-05",
            "expected_time": "09:30",
            "staff_id": 5602,
            "level": "simple",
            "fee": 20,
            "currency": "USD",
            "clear": ["property_id", "note"],
        },
        {"id": TASK, "property_id": 20110001, "clear": ["staff_id"], "note": "Bring towels"},
    ],
}
FINAL: list[tuple[str, dict[str, Any]]] = [
    ("update_task", {"id": TASK, "level": "simple"}),
    ("update_reservation_stay_status", {"stay_code": STAY, "stay_status": "in_house"}),
    ("remove_reservation_tag", {"stay_code": STAY, "tag_name": "A tag of the portal"}),
]
INTERNAL = [name for name, tool in CATALOGUE.items() if tool.writes and tool.effect is Effect.INTERNAL]
_ACCOUNT = demo_sandbox().accounts.main
_TRIED = {name: TAKEN_BACK.get(name) or [full_sample(name, _ACCOUNT, TODAY)] for name in INTERNAL}
UNASKED = [(tool, arguments) for tool, calls in _TRIED.items() for arguments in calls]


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = demo_sandbox()
    sandbox.accounts.main.stays[STAY]["tags"] = ["Invoice"]
    return sandbox


def team(sandbox: Sandbox) -> dict[str, Any]:
    """All that the team sees, without the moments at which it was touched."""
    account = sandbox.accounts.main
    tasks = {id: task | {"update_time": None} for id, task in account.tasks.items()}
    kept = [account.groups, account.tags, account.reservation_tags, account.stays, account.conversations]
    return copy.deepcopy({"tasks": tasks, "staff": account.staff, "kept": kept})


def test_of_every_operation_that_writes_it_is_said_whom_it_reaches() -> None:
    writing = {rule.name for rule in RULES if isinstance(rule, Operation) and rule.writes}
    assert set(AUDIENCE) == {name for name in writing if not name.startswith("POST /oauth/")}


def test_every_tool_that_asks_nobody_is_tried_with_every_argument() -> None:
    assert TAKEN_BACK.keys() <= set(INTERNAL)
    for name in INTERNAL:
        untried = CATALOGUE[name].parameters.keys() - {argument for call in _TRIED[name] for argument in call}
        assert not untried, (
            f"tests/tools/test_effects.py: TAKEN_BACK lacks a call of {name} with {', '.join(untried)}"
        )


@pytest.mark.parametrize(
    ("tool", "arguments"), UNASKED, ids=lambda value: value if isinstance(value, str) else ""
)
async def test_what_asks_nobody_is_seen_by_the_team_only_and_one_call_takes_it_back(
    call: Call, sandbox: Sandbox, tool: str, arguments: dict[str, Any]
) -> None:
    before = team(sandbox)
    done = await call(tool, **arguments)
    assert done.get("status") == "done", done
    assert {AUDIENCE[path] for path in changed(sandbox)} == {"team"}
    assert team(sandbox) != before
    way_back = await call(done["undo"]["tool"], **done["undo"]["arguments"])
    if way_back["status"] == "confirmation_required":
        token = way_back["confirmation_token"]
        await call(done["undo"]["tool"], **done["undo"]["arguments"], confirmation_token=token)
    assert team(sandbox) == before


@pytest.mark.parametrize(("tool", "arguments"), FINAL)
async def test_a_change_of_the_teams_own_that_nothing_takes_back_is_asked_about(
    call: Call, sandbox: Sandbox, tool: str, arguments: dict[str, Any]
) -> None:
    sandbox.accounts.main.stays[STAY] |= {"stay_status": None, "tags": ["A tag of the portal"]}
    asked = await call(tool, **arguments)
    assert asked["status"] == "confirmation_required", asked
    assert changed(sandbox) == []
    done = await call(tool, **arguments, confirmation_token=asked["confirmation_token"])
    assert (done["status"], done["undo"], len(changed(sandbox))) == ("done", None, 1)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("create_staff", {"name": "Nuno Teste", "mobile": "+351 900000222"}),
        ("update_staff", {"id": 5601, "is_active": False}),
        ("update_reservation_custom_fields", {"stay_code": STAY, "custom_fields": {"wifi": "x"}}),
    ],
)
async def test_what_reaches_staff_and_guests_is_asked_about_though_it_has_a_way_back(
    call: Call, sandbox: Sandbox, tool: str, arguments: dict[str, Any]
) -> None:
    assert (await call(tool, **arguments))["status"] == "confirmation_required"
    assert changed(sandbox) == []


async def test_a_tag_that_the_stay_has_already_changes_nothing(call: Call) -> None:
    done = await call("add_reservation_tag", stay_code=STAY, tag_name="Invoice")
    assert done["status"] == "unchanged"


async def test_whom_hostex_may_notify_of_a_task_stands_beside_the_result(call: Call) -> None:
    new = {"type": "cleaning", "expected_date": "2027-01-05", "property_id": 20110001, "staff_id": 5601}
    given = await call("create_task", **new)
    moved = await call("update_task", id=TASK, staff_id=5601)
    nobody = await call("create_task", **{**new, "staff_id": None})
    assert given["notes"] == ["Hostex may notify Rita Modelo."]
    assert moved["notes"] == ["Hostex may notify Rita Modelo, Beatriz Ensaio."]
    assert "notes" not in nobody


async def test_what_a_staff_member_gets_is_shown_by_names(call: Call) -> None:
    asked = await call("update_staff", id=5601, property_ids=["Harbour Loft"], clear=["note"])
    assert asked["preview"]["changes"] == [
        {"what": "note", "before": "Lisbon, mornings", "after": ""},
        {"what": "properties", "before": "unknown", "after": "Harbour Loft"},
    ]
    assert "the whole list is replaced, for good" in asked["preview"]["warnings"][0]
    everywhere = await call("create_staff", name="Nuno Teste", mobile="+351 900000222")
    assert everywhere["preview"]["changes"][-1] == {"what": "properties", "after": "all properties"}


async def test_what_templates_send_is_shown_key_by_key(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.stays[STAY]["custom_fields"] = {"wifi": "old"}
    fields = {"parking": "B7"}
    asked = await call(
        "update_reservation_custom_fields", stay_code=STAY, custom_fields=fields, clear=["wifi"]
    )
    parking, wifi = asked["preview"]["changes"]
    assert ("old" in wifi["before"], wifi["after"]) == (True, "removed")
    assert parking == {"what": "custom field parking", "before": "not set", "after": "B7"}
    assert "{{cf.key}}" in asked["preview"]["warnings"][0]
