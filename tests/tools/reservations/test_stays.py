"""What is written on a stay, its place and its tags, through the engine against a small host."""

from typing import Any

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import PrivacyLevel
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock, ahead
from tests.support.engine import Call
from tests.support.requests_sent import sent, take_back, written
from tests.support.small_host import Row, done, problems, small_sandbox
from tests.support.world import ATTIC, LOFT, STUDIO, add_stay

pytestmark = pytest.mark.anyio

BASIC = "PATCH /reservations/{stay_code}"
DETAILS = "PATCH /reservations/{stay_code}/check_in_details"
CODE = "5-1-a"


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = small_sandbox()
    add_stay(
        sandbox.accounts.main,
        CODE,
        (ahead(10), ahead(13)),
        channel_type="hostex_direct",
        remarks="Late",
        creator="rita@example.com",
        guest_phone="+351 900000001",
        guest_email="ines@example.com",
        custom_channel={"id": 29, "name": "Booking Site"},
        number_of_adults=2,
        check_in_details={
            "lock_code": None,
            "lock_code_visible_after": "14:00",
            "arrival_at": {"hour": 15, "minute": 5},
            "departure_at": None,
            "deposit": 100,
            "id_required": "not_required",
        },
    )
    return sandbox


def stay(sandbox: Sandbox, code: str = CODE) -> Row:
    return sandbox.accounts.main.stays[code]


def snapshot(sandbox: Sandbox) -> Row:
    """The stay without the rate lines, which follow the amounts."""
    row = stay(sandbox)
    rates = {name: value for name, value in row["rates"].items() if name != "details"}
    return {**row, "rates": rates, "payment": dict(row["payment"])}


CHANGES: list[Row] = [
    {"remarks": "Early", "creator": "Jo"},
    {"custom_channel_id": 35},
    {"check_in_date": ahead(11), "check_out_date": ahead(15)},
    {"number_of_guests": 3, "guest_name": "Ana Exemplo"},
    {"clear": ["mobile"], "email": "ana@example.com"},
    {"rate_amount": 410.5, "commission_amount": 0},
]


@pytest.mark.parametrize("changes", CHANGES)
async def test_only_what_is_given_is_changed_and_the_undo_restores_it(
    call: Call, sandbox: Sandbox, changes: Row
) -> None:
    before = snapshot(sandbox)
    answer = await done(call, "update_reservation_basic", stay_code=CODE, **changes)
    written = {name: value for name, value in changes.items() if name != "clear"}
    written |= dict.fromkeys(changes.get("clear", ()), "")
    assert sent(sandbox, BASIC) == [written]
    assert snapshot(sandbox) != before
    assert answer["result"]["after"] == written
    await take_back(call, answer)
    assert snapshot(sandbox) == before


async def test_old_and_new_values_are_shown(call: Call) -> None:
    result = (await done(call, "update_reservation_basic", stay_code=CODE, check_out_date=ahead(14)))[
        "result"
    ]
    assert result == {
        "stay_code": CODE,
        "guest_name": "Ines Exemplar",
        "property_id": LOFT,
        "property_title": "Harbour Loft",
        "check_in_date": ahead(10),
        "check_out_date": ahead(13),
        "before": {"check_out_date": ahead(13)},
        "after": {"check_out_date": ahead(14)},
    }


async def test_what_cannot_be_written_back_has_no_undo(call: Call, sandbox: Sandbox) -> None:
    stay(sandbox)["custom_channel"] = None
    assert (await done(call, "update_reservation_basic", stay_code=CODE, custom_channel_id=29))[
        "undo"
    ] is None


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"check_out_date": ahead(10)}, "check_out_date", "must be after check_in_date"),
        ({"check_in_date": ahead(13)}, "check_out_date", "must be after check_in_date"),
        ({"number_of_guests": 100}, "number_of_guests", "must be at most 99"),
        ({"rate_amount": -1}, "rate_amount", "must be at least 0"),
        ({"email": "ines"}, "email", "must be an e-mail address"),
        ({"channel_remarks": "x"}, "channel_remarks", "unknown argument; did you mean `remarks`?"),
        ({}, "remarks", "at least one of these is required"),
    ],
)
async def test_an_impossible_change_is_refused_before_it_is_sent(
    call: Call, sandbox: Sandbox, changes: Row, field: str, problem: str
) -> None:
    refused = await problems(call, "update_reservation_basic", stay_code=CODE, **changes)
    assert refused[field] == problem
    assert written(sandbox) == []


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"arrival_at": "16:30"}, {"arrival_at": {"hour": 16, "minute": 30}}),
        ({"clear": ["arrival_at"]}, {"arrival_at": None}),
        ({"departure_at": "11:00", "deposit": 0}, {"departure_at": {"hour": 11, "minute": 0}, "deposit": 0}),
        ({"lock_code": "4821"}, {"lock_code": "4821"}),
        ({"clear": ["lock_code_visible_after"]}, {"lock_code_visible_after": None}),
        ({"id_required": "required"}, {"id_required": "required"}),
    ],
)
async def test_check_in_details_are_sent_in_hostex_form_and_restored(
    call: Call, sandbox: Sandbox, changes: Row, body: Row
) -> None:
    before = dict(stay(sandbox)["check_in_details"])
    answer = await done(call, "update_reservation_checkin_details", stay_code=CODE, **changes)
    assert sent(sandbox, DETAILS) == [body]
    assert stay(sandbox)["check_in_details"] != before
    await take_back(call, answer)
    assert stay(sandbox)["check_in_details"] == before


async def test_an_old_lock_code_appears_neither_in_the_result_nor_in_an_undo(
    call: Call, sandbox: Sandbox
) -> None:
    stay(sandbox)["check_in_details"]["lock_code"] = "SECRET-1"
    answer = await done(call, "update_reservation_checkin_details", stay_code=CODE, lock_code="4821")
    assert "SECRET-1" not in str(answer)
    assert answer["result"]["before"] == {"lock_code": "hidden"}
    assert answer["undo"] is None


@pytest.mark.parametrize(("level", "way_back"), [("strict", False), ("standard", True)])
async def test_a_guests_contact_is_in_the_undo_only_where_it_may_be_seen(
    client: HostexClient, level: PrivacyLevel, way_back: bool
) -> None:
    selection = select(["all"])
    engine = Engine(selection, Context(client, selection.reachable, privacy=level, now=Clock()), "off")
    result: Any = await engine.call("update_reservation_basic", {"stay_code": CODE, "mobile": "+1 555"})
    answer: Row = result.structured_content
    assert ("900000001" in str(answer)) is way_back
    assert (answer["undo"] is not None) is way_back


@pytest.mark.parametrize("time", ["24:00", "9:00", "noon", "12:60"])
async def test_a_time_that_is_none_is_refused(call: Call, sandbox: Sandbox, time: str) -> None:
    refused = await problems(call, "update_reservation_checkin_details", stay_code=CODE, arrival_at=time)
    assert refused == {"arrival_at": "must be a time written HH:MM"}
    assert written(sandbox) == []


async def test_the_stay_status_is_set_and_restored(call: Call, sandbox: Sandbox) -> None:
    answer = await done(call, "update_reservation_stay_status", stay_code=CODE, stay_status="in_house")
    assert stay(sandbox)["stay_status"] == "in_house"
    await take_back(call, answer)
    assert stay(sandbox)["stay_status"] == "checkin_pending"


async def test_a_stay_goes_to_the_box_and_back_to_its_property(call: Call, sandbox: Sandbox) -> None:
    answer = await done(call, "move_reservation_to_box", stay_code=CODE)
    assert (stay(sandbox)["property_id"], stay(sandbox)["in_reservation_box"]) == (0, True)
    await take_back(call, answer)
    assert (stay(sandbox)["property_id"], stay(sandbox)["in_reservation_box"]) == (LOFT, False)


async def test_a_stay_in_the_box_already_is_not_sent_there_again(call: Call) -> None:
    await done(call, "move_reservation_to_box", stay_code=CODE)
    again = await call("move_reservation_to_box", stay_code=CODE)
    assert again["notes"] == ["The stay is in the reservation box already. Nothing was sent."]


async def test_a_stay_moves_to_a_free_property_and_back(call: Call, sandbox: Sandbox) -> None:
    answer = await done(call, "allocate_reservation", stay_code=CODE, property_id="attic")
    assert stay(sandbox)["property_id"] == ATTIC
    assert (answer["result"]["property_title"], answer["result"]["property_id"]) == ("Attic", ATTIC)
    assert answer["result"]["moved_to_box"] == []
    await take_back(call, answer)
    assert stay(sandbox)["property_id"] == LOFT


async def test_a_stay_from_the_box_goes_back_there(call: Call, sandbox: Sandbox) -> None:
    await done(call, "move_reservation_to_box", stay_code=CODE)
    await take_back(call, await done(call, "allocate_reservation", stay_code=CODE, property_id=ATTIC))
    assert (stay(sandbox)["property_id"], stay(sandbox)["in_reservation_box"]) == (0, True)


async def test_stays_that_have_to_make_room_are_named_and_there_is_no_exact_way_back(
    call: Call, sandbox: Sandbox
) -> None:
    account = sandbox.accounts.main
    add_stay(account, "0-2-b", (ahead(12), ahead(14)), STUDIO)
    add_stay(account, "0-3-c", (ahead(13), ahead(14)), STUDIO)
    add_stay(account, "0-4-d", (ahead(10), ahead(12)), STUDIO, status="cancelled")
    answer = await done(call, "allocate_reservation", stay_code=CODE, property_id=STUDIO)
    boxed = [code for code, row in account.stays.items() if row["in_reservation_box"]]
    assert [stay["stay_code"] for stay in answer["result"]["moved_to_box"]] == boxed == ["0-2-b"]
    assert answer["undo"] is None


async def test_a_stay_goes_to_no_unknown_property(call: Call, sandbox: Sandbox) -> None:
    refused = await problems(call, "allocate_reservation", stay_code=CODE, property_id=77)
    assert refused == {"property_id": "there is no property with the id 77"}
    assert written(sandbox) == []


async def test_custom_fields_are_merged_removed_and_restored(call: Call, sandbox: Sandbox) -> None:
    stay(sandbox)["custom_fields"] = {"parking": "P2", "door": "left"}
    answer = await done(
        call,
        "update_reservation_custom_fields",
        stay_code=CODE,
        custom_fields={"bike": "yes"},
        clear=["parking"],
    )
    assert stay(sandbox)["custom_fields"] == {"door": "left", "bike": "yes"}
    assert sent(sandbox, "PATCH /reservations/{stay_code}/custom_fields") == [
        {"custom_fields": {"bike": "yes", "parking": None}}
    ]
    await take_back(call, answer)
    assert stay(sandbox)["custom_fields"] == {"parking": "P2", "door": "left"}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "at least one of these is required"),
        ({"floor": ["3"]}, "must be text"),
        ({"floor": ""}, "is empty; use `clear` to remove a key"),
    ],
)
async def test_custom_fields_are_text(call: Call, sandbox: Sandbox, fields: Row, problem: str) -> None:
    refused = await problems(call, "update_reservation_custom_fields", stay_code=CODE, custom_fields=fields)
    assert set(refused.values()) == {problem}
    assert written(sandbox) == []


async def test_a_tag_is_put_on_and_taken_off_again(call: Call, sandbox: Sandbox) -> None:
    answer = await done(call, "add_reservation_tag", stay_code=CODE, tag_name="Conflicted")
    assert (answer["result"]["tags"], answer["result"]["new_tag"]) == (["Conflicted"], False)
    assert stay(sandbox)["tags"] == ["Conflicted"]
    await take_back(call, answer)
    assert stay(sandbox)["tags"] == []


async def test_a_tag_that_the_dictionary_lacks_joins_it(call: Call, sandbox: Sandbox) -> None:
    answer = await done(call, "add_reservation_tag", stay_code=CODE, tag_name="VIP")
    assert answer["result"]["new_tag"]
    assert [tag["tag_name"] for tag in sandbox.accounts.main.reservation_tags.values()] == [
        "Conflicted",
        "VIP",
    ]


async def test_a_tag_that_was_there_before_is_not_undone(call: Call, sandbox: Sandbox) -> None:
    stay(sandbox)["tags"] = ["Conflicted"]
    answer = await call("add_reservation_tag", stay_code=CODE, tag_name="Conflicted")
    assert (answer["status"], "undo" in answer) == ("unchanged", False)


async def test_a_tag_is_taken_off_and_put_back(call: Call, sandbox: Sandbox) -> None:
    stay(sandbox)["tags"] = ["Conflicted"]
    answer = await done(call, "remove_reservation_tag", stay_code=CODE, tag_name="Conflicted")
    assert stay(sandbox)["tags"] == answer["result"]["tags"] == []
    await take_back(call, answer)
    assert stay(sandbox)["tags"] == ["Conflicted"]


async def test_a_tag_that_the_stay_does_not_carry_is_not_taken_off(call: Call, sandbox: Sandbox) -> None:
    refused = await problems(call, "remove_reservation_tag", stay_code=CODE, tag_name="VIP")
    assert refused == {"tag_name": "is not on this stay; its tags: none"}
    assert written(sandbox) == []


async def test_a_tag_is_created_and_its_undo_deletes_it(call: Call, sandbox: Sandbox) -> None:
    answer = await done(call, "create_reservation_tag", tag_name="Quiet")
    tags = sandbox.accounts.main.reservation_tags
    assert tags[answer["result"]["id"]]["tag_name"] == "Quiet"
    await take_back(call, answer)
    assert [tag["tag_name"] for tag in tags.values()] == ["Conflicted"]


async def test_a_deleted_tag_is_named_and_gone_from_its_stays(call: Call, sandbox: Sandbox) -> None:
    made = await done(call, "create_reservation_tag", tag_name="Quiet")
    await done(call, "add_reservation_tag", stay_code=CODE, tag_name="Quiet")
    answer = await done(call, "delete_reservation_tag", id=made["result"]["id"])
    assert (answer["result"]["tag_name"], answer["undo"]) == ("Quiet", None)
    assert stay(sandbox)["tags"] == []


async def test_a_default_tag_stays(call: Call, sandbox: Sandbox) -> None:
    refused = await problems(call, "delete_reservation_tag", id=1)
    assert refused == {"id": "is a default tag of Hostex, Conflicted, and cannot be deleted"}
    assert written(sandbox) == []


async def test_a_stay_outside_the_window_that_hostex_applies_is_found(
    call: Call, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hostex_mcp.sandbox.operations.reservations.IDENTIFYING_FILTERS", ())
    add_stay(sandbox.accounts.main, "0-5_2-e", (ahead(-400), ahead(-395)), reservation_code="0-5-e")
    answer = await done(call, "update_reservation_basic", stay_code="0-5_2-e", remarks="Paid cash")
    assert stay(sandbox, "0-5_2-e")["remarks"] == "Paid cash"
    assert answer["result"]["check_in_date"] == ahead(-400)
