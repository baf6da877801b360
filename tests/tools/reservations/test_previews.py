"""What a person sees before bookings and stays of the demo account change, and what the token then does."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.server.preview import question
from tests.support.engine import Call
from tests.support.previewing import (
    Row,
    cells,
    changed,
    confirm,
    demo_sandbox,
    offer,
    planned,
    preview,
)
from tests.support.previewing import engine as engine
from tests.support.requests_sent import refused
from tests.support.world import add_stay

pytestmark = pytest.mark.anyio

LOFT, STUDIO, LOOP = 20110001, 20110002, 20110012
PATRICK, EMIL, CAMILLE = "5-DEMO30PAT", "0-HM03B0IH4S-v5179o", "0-HMDEMO0018-req018"
BOOKING: Row = {
    "property_id": LOOP,
    "custom_channel_id": 29,
    "check_in_date": "2026-12-19",
    "check_out_date": "2026-12-22",
    "guest_name": "Noor Voorbeeld",
    "currency": "USD",
    "rate_amount": 330,
    "commission_amount": 30,
    "received_amount": 0,
    "income_method_id": 34,
}


@pytest.fixture
def sandbox() -> Sandbox:
    return demo_sandbox()


async def test_a_booking_is_shown_with_names_and_money(call: Call, sandbox: Sandbox) -> None:
    view = await preview(call, sandbox, "create_reservation", **BOOKING, remarks="Quiet")
    assert (
        view["summary"] == 'Book Loop Pied-à-terre directly for "Noor Voorbeeld", Sat 19 to Tue 22 Dec 2026'
    )
    assert view["target"]["custom_channel"] == "Booking Site"
    assert view["target"]["income_method"] == "Stripe"
    assert cells(view) == {
        "rate_amount": (None, "$330"),
        "commission_amount": (None, "$30"),
        "received_amount": (None, "$0"),
        "remarks": (None, "Quiet"),
    }
    assert "warnings" not in view


BOOKING_WARNINGS: list[tuple[Row, list[str]]] = [
    (
        {"check_in_date": "2026-12-12", "check_out_date": "2026-12-16"},
        [
            "Blocked in the calendar: nights of Mon 14 and Tue 15 Dec 2026: Owner's stay.",
        ],
    ),
    (
        {"property_id": STUDIO},
        ["Harbour Studio is sold in EUR, this booking is in USD."],
    ),
    (
        {"received_amount": 400},
        [
            "$400 received is more than the rate of $330.",
            "The amount received stays on record as income, even if the booking is cancelled.",
        ],
    ),
    ({"commission_amount": 331}, ["The commission of $331 is more than the rate of $330."]),
    ({"rate_amount": 0, "commission_amount": 0}, ["The rate is zero, so this stay would be free."]),
    (
        {"check_in_date": "2026-11-22", "check_out_date": "2026-11-24"},
        ["Check-in on Sun 22 Nov 2026 is in the past."],
    ),
    (
        {"channel_id": "DEMO30PAT", "check_in_date": "2026-11-24", "check_out_date": "2026-11-30"},
        [
            'The reference DEMO30PAT belongs to an earlier booking: "Patrick Standin", '
            "Tue 24 to Mon 30 Nov 2026 (direct booking, accepted, stay 5-DEMO30PAT). "
            "No second booking is made, whatever else is given here."
        ],
    ),
]


@pytest.mark.parametrize(("changes", "warnings"), BOOKING_WARNINGS)
async def test_what_speaks_against_a_booking_is_said(
    call: Call, sandbox: Sandbox, changes: Row, warnings: list[str]
) -> None:
    view = await preview(call, sandbox, "create_reservation", **{**BOOKING, **changes})
    assert view["warnings"] == warnings


async def test_a_booking_on_nights_that_are_taken_is_refused_before_it_is_asked_about(
    call: Call, sandbox: Sandbox
) -> None:
    dates = {"check_in_date": "2026-12-11", "check_out_date": "2026-12-16"}
    answer = await call("create_reservation", **{**BOOKING, **dates})
    assert refused(answer) == {"check_in_date"}
    assert '"Jiho Gyeonbon", Wed 2 to Sat 12 Dec 2026' in answer["error"]["message"]
    assert changed(sandbox) == []


async def test_the_cancelling_of_a_booking_says_who_loses_what(call: Call, sandbox: Sandbox) -> None:
    view = await preview(call, sandbox, "cancel_reservation", reservation_code=PATRICK)
    assert view["summary"] == (
        'Cancel the direct booking of "Patrick Standin", Loop Pied-à-terre, Tue 24 to Mon 30 Nov 2026'
    )
    assert (view["target"]["total"], view["target"]["received"]) == ("$757", "$378.50")
    assert cells(view) == {"status": ("accepted", "cancelled")}
    assert view["warnings"] == [
        "A cancelled booking cannot be revived; its nights open for sale again on all channels.",
        "$378.50 was received for it; cancelling refunds nothing and leaves the income on record.",
    ]


async def test_an_order_is_cancelled_with_all_its_stays_in_view(call: Call, sandbox: Sandbox) -> None:
    extra = {"reservation_code": PATRICK, "channel_type": "hostex_direct", "stay_status": "in_house"}
    add_stay(sandbox.accounts.main, f"{PATRICK}_1", ("2026-11-24", "2026-11-30"), STUDIO, **extra)
    view = await preview(call, sandbox, "cancel_reservation", reservation_code=PATRICK)
    assert view["target"]["stays"] == [
        "Loop Pied-à-terre, Tue 24 to Mon 30 Nov 2026 (5-DEMO30PAT)",
        "Harbour Studio, Tue 24 to Mon 30 Nov 2026 (5-DEMO30PAT_1)",
    ]
    assert "All 2 stays of the reservation are cancelled: 5-DEMO30PAT, 5-DEMO30PAT_1." in view["warnings"]
    assert "The guest is in house." in view["warnings"]


async def test_accepting_a_request_is_called_binding_and_a_clash_is_named(
    call: Call, sandbox: Sandbox
) -> None:
    view = await preview(call, sandbox, "approve_reservation", reservation_code=CAMILLE)
    final = "Accepting makes the booking binding for guest and host; it cannot be taken back here."
    assert view["summary"].startswith('Accept the booking request of "Camille Gabarit", Belém Riverside Flat')
    assert view["warnings"] == [final]
    add_stay(sandbox.accounts.main, "0-9-x", ("2026-12-01", "2026-12-03"), 20110005)
    again = await preview(call, sandbox, "approve_reservation", reservation_code=CAMILLE)
    clash = 'Already booked: "Ines Exemplar", Tue 1 to Thu 3 Dec 2026 (Airbnb, accepted, stay 0-9-x).'
    assert again["warnings"] == [clash, final]


async def test_a_request_without_a_property_is_accepted_without_a_look_at_nights(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.accounts.main.stays[CAMILLE]["property_id"] = 0
    view = await preview(call, sandbox, "approve_reservation", reservation_code=CAMILLE)
    assert '"Camille Gabarit", no property' in view["summary"]


async def test_an_order_without_money_is_shown_without(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.stays[CAMILLE]["payment"] = None
    view = await preview(call, sandbox, "decline_reservation", reservation_code=CAMILLE)
    assert "total" not in view["target"]


async def test_declining_a_request_says_what_it_costs(call: Call, sandbox: Sandbox) -> None:
    view = await preview(call, sandbox, "decline_reservation", reservation_code=CAMILLE)
    assert cells(view) == {"status": ("wait_accept", "denied")}
    assert view["warnings"] == [
        "It cannot be taken back, and the guest is given no reason.",
        "A declined request may count against the host's acceptance rate on Airbnb.",
    ]


async def test_a_changed_stay_is_shown_field_by_field(call: Call, sandbox: Sandbox) -> None:
    changes = {"check_out_date": "2026-12-03", "rate_amount": 300, "commission_amount": 301}
    view = await preview(call, sandbox, "update_reservation_basic", stay_code=EMIL, **changes)
    assert (
        view["summary"] == 'Change the stay of "Emil Eksempel", Harbour Studio, Sat 28 Nov to Wed 2 Dec 2026'
    )
    assert cells(view) == {
        "check_out_date": ("2026-12-02", "2026-12-03"),
        "rate_amount": ("€393", "€300"),
        "commission_amount": ("€11.79", "€301"),
    }
    assert view["warnings"] == [
        'Already booked: "Amara Beispiel", Wed 2 to Sun 6 Dec 2026 '
        "(direct booking, accepted, stay 5-DEMO7KQ2X).",
        "This is a booking of Airbnb; Hostex does not say whether Airbnb is told.",
        "The commission of €301 is more than the rate of €300.",
        "The rate has parts (accommodation, cleaning fee, host service fee), which Hostex may join; an undo "
        "restores the sums, not the parts.",
    ]


@pytest.mark.parametrize(
    ("code", "changes", "warning"),
    [
        (PATRICK, {"rate_amount": 300}, "$378.50 was received already, more than the rate of $300."),
        (
            PATRICK,
            {"currency": "EUR"},
            "The currency changes from USD to EUR; other amounts keep their numbers.",
        ),
        (PATRICK, {"check_in_date": "2026-11-23"}, "Check-in on Mon 23 Nov 2026 is in the past."),
        (
            "2-4310000024_1-grp024",
            {"remarks": "Late"},
            "Only this stay changes; reservation 2-4310000024-grp024 has others.",
        ),
    ],
)
async def test_what_is_odd_about_a_change_is_said(
    call: Call, sandbox: Sandbox, code: str, changes: Row, warning: str
) -> None:
    view = await preview(call, sandbox, "update_reservation_basic", stay_code=code, **changes)
    assert warning in view["warnings"]


async def test_a_change_of_a_dead_stay_says_so(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.stays[EMIL]["status"] = "cancelled"
    view = await preview(call, sandbox, "update_reservation_basic", stay_code=EMIL, remarks="x")
    assert "The stay is cancelled." in view["warnings"]
    guide = await preview(call, sandbox, "update_reservation_checkin_details", stay_code=EMIL, deposit=5)
    assert "The stay is cancelled." in guide["warnings"]
    assert "• deposit: not set → €5" in question(guide)


async def test_the_old_door_code_is_in_no_preview_and_what_the_guest_will_read_is_shown_whole(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.accounts.main.stays[EMIL]["check_in_details"]["lock_code"] = "SECRET-1"
    text = "The code no longer works, pay at https://pay.example.com and wait for the new one."
    arguments = {"stay_code": EMIL, "lock_code": text, "arrival_at": "16:30"}
    offered = await offer(call, sandbox, "update_reservation_checkin_details", **arguments)
    assert "SECRET" not in json.dumps(offered)
    assert cells(offered["preview"])["lock_code"] == ("set", text)
    assert cells(offered["preview"])["arrival_at"][1] == "16:30"
    assert offered["preview"]["warnings"] == [
        "The guest sees this in the check-in guide.",
        "No lock is programmed: the code is only text in the guide.",
    ]


async def test_a_hidden_door_code_cannot_be_guessed_by_writing_it(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.stays[EMIL]["check_in_details"]["lock_code"] = "4821"
    previews = [
        await preview(call, sandbox, "update_reservation_checkin_details", stay_code=EMIL, lock_code=guess)
        for guess in ("4821", "4822")
    ]
    assert [shown["warnings"] for shown in previews] == 2 * [previews[0]["warnings"]]
    assert [cells(shown)["lock_code"] for shown in previews] == [("set", "4821"), ("set", "4822")]


async def test_a_stay_that_goes_to_the_box_leaves_its_nights_for_sale(call: Call, sandbox: Sandbox) -> None:
    view = await preview(call, sandbox, "move_reservation_to_box", stay_code=EMIL)
    assert view["summary"].endswith('"Emil Eksempel", Harbour Studio, Sat 28 Nov to Wed 2 Dec 2026')
    assert cells(view) == {"property": ("Harbour Studio", "reservation box")}
    assert view["warnings"] == [
        "Its nights open for sale again on all channels, although the booking stands."
    ]
    boxed = await call("move_reservation_to_box", stay_code="2-4310000015-box015")
    assert boxed["notes"] == ["The stay is in the reservation box already. Nothing was sent."]


async def test_who_would_lose_the_property_is_named(call: Call, sandbox: Sandbox) -> None:
    arguments = {"stay_code": EMIL, "property_id": "Loop Pied-à-terre"}
    view = await preview(call, sandbox, "allocate_reservation", **arguments)
    lost = '"Patrick Standin", Tue 24 to Mon 30 Nov 2026 (direct booking, accepted, stay 5-DEMO30PAT).'
    assert cells(view) == {"property": ("Harbour Studio", "Loop Pied-à-terre")}
    assert view["warnings"] == [
        f"Would lose the property and go to the reservation box: {lost}",
        "No single call brings this back.",
    ]
    sandbox.accounts.main.stays[EMIL]["stay_status"] = "in_house"
    same = await call("allocate_reservation", stay_code=EMIL, property_id=STUDIO)
    assert same["notes"] == ["The stay is on this property already. Nothing was sent."]
    free = await preview(call, sandbox, "allocate_reservation", stay_code=EMIL, property_id=20110009)
    assert free["warnings"][-1] == "The guest is in house."


async def test_a_property_is_told_from_another_of_the_same_title(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.properties[STUDIO]["title"] = "Harbour Loft"
    title = f"Harbour Loft ({STUDIO})"
    boxed = await preview(call, sandbox, "move_reservation_to_box", stay_code=EMIL)
    assert (title in boxed["summary"], cells(boxed)["property"][0]) == (True, title)
    put = await preview(call, sandbox, "allocate_reservation", stay_code=EMIL, property_id=LOFT)
    assert put["summary"].startswith(f"Put on Harbour Loft ({LOFT}): ")
    booking = await preview(call, sandbox, "create_reservation", **{**BOOKING, "property_id": STUDIO})
    assert f"Book {title} directly" in booking["summary"]
    assert booking["target"]["property_title"] == title


@pytest.mark.parametrize(
    ("tool", "arguments", "summary", "rows"),
    [
        (
            "update_reservation_stay_status",
            {"stay_code": EMIL, "stay_status": "in_house"},
            'Change the stay of "Emil Eksempel", Harbour Studio, Sat 28 Nov to Wed 2 Dec 2026',
            {"stay_status": ("checkin_pending", "in_house")},
        ),
        (
            "add_reservation_tag",
            {"stay_code": EMIL, "tag_name": "Quiet"},
            'Tag the stay of "Emil Eksempel", Harbour Studio, Sat 28 Nov to Wed 2 Dec 2026',
            {"tag": (None, "Quiet")},
        ),
        (
            "create_reservation_tag",
            {"tag_name": "Quiet"},
            "Create the reservation tag Quiet",
            {"tag_name": (None, "Quiet")},
        ),
    ],
)
async def test_what_is_not_asked_about_by_itself_is_shown_in_words_too(
    client: HostexClient, tool: str, arguments: Row, summary: str, rows: Row
) -> None:
    view = await planned(client, tool, arguments)
    assert (view.summary, cells({"changes": view.changes})) == (summary, rows)


async def test_a_tag_is_deleted_by_name(call: Call, sandbox: Sandbox) -> None:
    tags = sandbox.accounts.main.reservation_tags
    vip = next(tag["id"] for tag in tags.values() if tag["tag_name"] == "VIP")
    view = await preview(call, sandbox, "delete_reservation_tag", id=vip)
    assert view["summary"] == "Delete the tag VIP and take it off every stay"
    assert view["warnings"] == ["This cannot be undone: a new tag with this name would be on no stay."]


def arrived(account: SandboxAccount) -> None:
    for code in (PATRICK, EMIL):
        account.stays[code]["stay_status"] = "in_house"


def booked(account: SandboxAccount) -> None:
    add_stay(account, "0-9-x", ("2026-12-01", "2026-12-03"), 20110005)


def renamed(account: SandboxAccount) -> None:
    next(tag for tag in account.reservation_tags.values() if tag["tag_name"] == "VIP")["tag_name"] = "Star"


STEPS: list[tuple[str, Row, Callable[[SandboxAccount], None], str]] = [
    (
        "create_reservation",
        {**BOOKING, "check_in_date": "2026-12-19", "channel_id": "SITE1"},
        lambda account: account.custom_channels[0].update(name="Own site"),
        "POST /reservations",
    ),
    ("cancel_reservation", {"reservation_code": PATRICK}, arrived, "DELETE /reservations/{reservation_code}"),
    (
        "approve_reservation",
        {"reservation_code": CAMILLE},
        booked,
        "POST /reservations/{reservation_code}/approve",
    ),
    (
        "decline_reservation",
        {"reservation_code": CAMILLE},
        lambda account: account.stays[CAMILLE].update(guest_name="Someone Else"),
        "POST /reservations/{reservation_code}/decline",
    ),
    (
        "update_reservation_basic",
        {"stay_code": EMIL, "remarks": "Late"},
        lambda account: account.stays[EMIL].update(remarks="Early"),
        "PATCH /reservations/{stay_code}",
    ),
    (
        "update_reservation_checkin_details",
        {"stay_code": EMIL, "deposit": 50},
        lambda account: account.stays[EMIL]["check_in_details"].update(deposit=20),
        "PATCH /reservations/{stay_code}/check_in_details",
    ),
    ("move_reservation_to_box", {"stay_code": EMIL}, arrived, "POST /reservations/{stay_code}/move_to_box"),
    (
        "allocate_reservation",
        {"stay_code": EMIL, "property_id": LOFT},
        arrived,
        "POST /reservations/{stay_code}/allocate",
    ),
    ("delete_reservation_tag", {}, renamed, "DELETE /reservation_tags/{id}"),
]


@pytest.mark.parametrize(("tool", "arguments", "event", "operation"), STEPS, ids=[step[0] for step in STEPS])
async def test_a_token_holds_for_what_was_shown_and_for_nothing_else(
    call: Call,
    sandbox: Sandbox,
    tool: str,
    arguments: Row,
    event: Callable[[SandboxAccount], Any],
    operation: str,
) -> None:
    account = sandbox.accounts.main
    if tool == "delete_reservation_tag":
        arguments = {
            "id": next(tag["id"] for tag in account.reservation_tags.values() if tag["tag_name"] == "VIP")
        }
    offered = await offer(call, sandbox, tool, **arguments)
    event(account)
    refused = await confirm(call, offered, tool, **arguments)
    assert (refused["status"], refused["reason"]) == ("confirmation_required", "state_changed")
    assert refused["preview"] != offered["preview"]
    assert changed(sandbox) == []
    assert (await confirm(call, refused, tool, **arguments))["status"] == "done"
    used = await confirm(call, refused, tool, **arguments)
    assert used.get("reason") == "used" or "error" in used
    assert changed(sandbox) == [operation]
