"""Confirmed writes whose answer never came: each happens at most once, and what is known of it is said."""

from typing import Any

import pytest

from hostex_mcp.sandbox import Sandbox
from tests.support.engine import Call
from tests.support.previewing import Row, changed, confirm, demo_sandbox, offer
from tests.support.previewing import engine as engine

pytestmark = pytest.mark.anyio

THREAD = "0-2200000003-thr003"
SEND, READ = "POST /conversations/{conversation_id}", "GET /conversations/{conversation_id}"
CREATE, LIST = "POST /reservations", "GET /reservations"
MESSAGE: Row = {"conversation_id": THREAD, "message": "The taxi is booked."}
BOOKING: Row = {
    "property_id": "Loop Pied-à-terre",
    "custom_channel_id": 29,
    "check_in_date": "2026-12-19",
    "check_out_date": "2026-12-22",
    "guest_name": "Noor Voorbeeld",
    "currency": "USD",
    "rate_amount": 330,
    "commission_amount": 0,
    "received_amount": 0,
    "income_method_id": 34,
}


@pytest.fixture
def sandbox() -> Sandbox:
    return demo_sandbox()


def copies(sandbox: Sandbox) -> int:
    """How often the message stands in the thread."""
    messages = sandbox.accounts.main.conversations[THREAD]["messages"]
    return sum(message["content"] == MESSAGE["message"] for message in messages)


def bookings(sandbox: Sandbox) -> list[Row]:
    """The stays in the Loop Pied-à-terre from the day that is booked here."""
    stays = sandbox.accounts.main.stays.values()
    return [
        stay
        for stay in stays
        if (stay["property_id"], stay["check_in_date"]) == (20110012, BOOKING["check_in_date"])
    ]


def unreadable_after(sandbox: Sandbox, write: str, read: str) -> None:
    """Let every read fail once the write was sent."""
    real = sandbox.faults.take

    def take(operation: str) -> Any:
        if operation == write:
            sandbox.faults.add("envelope", operation=read, times=None, code=400)
        return real(operation)

    sandbox.faults.take = take


@pytest.mark.parametrize("fault", ["drop_after", "cut"])
async def test_a_message_whose_answer_was_lost_is_reported_as_sent(
    call: Call, sandbox: Sandbox, fault: str
) -> None:
    offered = await offer(call, sandbox, "send_message", **MESSAGE)
    sandbox.faults.add(fault, operation=SEND)
    answer = await confirm(call, offered, "send_message", **MESSAGE)
    assert (answer["status"], answer["result"]["delivered"]) == ("done", True)
    newest = sandbox.accounts.main.conversations[THREAD]["messages"][0]
    assert (answer["result"]["message_id"], answer["result"]["guest_name"]) == (newest["id"], "Inês Exemplar")
    assert (copies(sandbox), changed(sandbox)) == (1, [SEND])


async def test_a_message_that_never_arrived_is_reported_as_not_seen_and_can_be_sent_after_a_new_yes(
    call: Call, sandbox: Sandbox
) -> None:
    offered = await offer(call, sandbox, "send_message", **MESSAGE)
    sandbox.faults.add("drop_before", operation=SEND)
    error = (await confirm(call, offered, "send_message", **MESSAGE))["error"]
    assert error["kind"] == "outcome_unknown"
    assert "Hostex shows no trace of it" in error["message"]
    assert (copies(sandbox), changed(sandbox)) == (0, [SEND])
    again = await confirm(call, offered, "send_message", **MESSAGE)
    assert (again["status"], again["reason"]) == ("confirmation_required", "used")
    assert copies(sandbox) == 0
    assert (await confirm(call, again, "send_message", **MESSAGE))["status"] == "done"
    assert copies(sandbox) == 1


async def test_a_message_that_cannot_be_looked_up_is_reported_as_unknown_and_not_sent_again(
    call: Call, sandbox: Sandbox
) -> None:
    offered = await offer(call, sandbox, "send_message", **MESSAGE)
    sandbox.faults.add("drop_after", operation=SEND)
    unreadable_after(sandbox, SEND, READ)
    error = (await confirm(call, offered, "send_message", **MESSAGE))["error"]
    assert error["kind"] == "outcome_unknown"
    assert "the outcome is unknown" in error["message"]
    sandbox.faults.clear()
    again = await confirm(call, offered, "send_message", **MESSAGE)
    assert again["reason"] in ("used", "state_changed")
    assert any(
        warning.startswith("The same text was sent already") for warning in again["preview"]["warnings"]
    )
    assert (copies(sandbox), changed(sandbox)) == (1, [SEND])


@pytest.mark.parametrize("extra", [{}, {"channel_id": "SITE1"}])
async def test_a_booking_whose_answer_was_lost_is_found_by_its_reference_with_its_present_status(
    call: Call, sandbox: Sandbox, extra: Row
) -> None:
    arguments = {**BOOKING, **extra}
    offered = await offer(call, sandbox, "create_reservation", **arguments)
    sandbox.faults.add("drop_after", operation=CREATE)
    answer = await confirm(call, offered, "create_reservation", **arguments)
    [made] = bookings(sandbox)
    result = answer["result"]
    assert (answer["status"], result["status"]) == ("done", "accepted")
    assert (result["reservation_code"], result["channel_id"]) == (made["stay_code"], made["channel_id"])
    assert changed(sandbox) == [CREATE]


async def test_a_booking_that_was_cancelled_meanwhile_is_reported_as_cancelled(
    call: Call, sandbox: Sandbox
) -> None:
    offered = await offer(call, sandbox, "create_reservation", **BOOKING)
    sandbox.faults.add("drop_after", operation=CREATE)
    real = sandbox.faults.take

    def take(operation: str) -> Any:
        for stay in bookings(sandbox):
            stay["status"] = "cancelled"
        return real(operation)

    sandbox.faults.take = take
    result = (await confirm(call, offered, "create_reservation", **BOOKING))["result"]
    assert result["status"] == "cancelled"
    assert "no nights are held" in result["note"]


async def test_the_same_confirmed_booking_repeated_is_made_once_and_the_repeat_says_so(
    call: Call, sandbox: Sandbox
) -> None:
    offered = await offer(call, sandbox, "create_reservation", **BOOKING)
    assert (await confirm(call, offered, "create_reservation", **BOOKING))["status"] == "done"
    again = await confirm(call, offered, "create_reservation", **BOOKING)
    assert (again["reason"], again["earlier_outcome"]["status"]) == ("used", "done")
    assert again["status"] == "unchanged"
    assert (len(bookings(sandbox)), changed(sandbox)) == (1, [CREATE])


async def test_a_reference_used_for_another_booking_is_shown_and_makes_none(
    call: Call, sandbox: Sandbox
) -> None:
    first = {**BOOKING, "channel_id": "SITE1"}
    await confirm(
        call, await offer(call, sandbox, "create_reservation", **first), "create_reservation", **first
    )
    other = {**first, "guest_name": "Someone Else", "rate_amount": 1}
    offered = await offer(call, sandbox, "create_reservation", **other)
    [warning] = offered["preview"]["warnings"]
    assert warning.startswith('The reference SITE1 belongs to an earlier booking: "Noor Voorbeeld"')
    assert (await confirm(call, offered, "create_reservation", **other))["status"] == "done"
    [made] = bookings(sandbox)
    assert (made["guest_name"], made["rates"]["rate"]["amount"]) == ("Noor Voorbeeld", 330)


async def test_a_thread_that_moved_on_since_the_preview_is_not_written_to(
    call: Call, sandbox: Sandbox
) -> None:
    offered = await offer(call, sandbox, "send_message", **MESSAGE)
    thread = sandbox.accounts.main.conversations[THREAD]
    thread["messages"].insert(0, {**thread["messages"][0], "id": "new", "content": "I am there already."})
    refused = await confirm(call, offered, "send_message", **MESSAGE)
    assert refused["reason"] == "state_changed"
    assert "I am there already." in refused["preview"]["target"]["last_guest_message"]
    assert copies(sandbox) == 0


async def test_a_token_for_one_thread_opens_no_other(call: Call, sandbox: Sandbox) -> None:
    offered = await offer(call, sandbox, "send_message", **MESSAGE)
    other = {**MESSAGE, "conversation_id": "0-2200000039-thr039"}
    refused = await confirm(call, offered, "send_message", **other)
    assert refused["reason"] == "arguments_changed"
    assert refused["preview"]["target"]["guest_name"] == "Mallory Testcase"
    assert changed(sandbox) == []
