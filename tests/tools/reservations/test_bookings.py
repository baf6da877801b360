"""Direct bookings and booking requests, through the engine against a small host."""

from typing import Any

import pytest

from hostex_mcp.sandbox import Sandbox
from tests.support.clock import ahead
from tests.support.engine import Call
from tests.support.requests_sent import sent, take_back, written
from tests.support.small_host import Row, done, problems, small_sandbox
from tests.support.world import ATTIC, LOFT, add_stay

pytestmark = pytest.mark.anyio

CREATE = "POST /reservations"
BOOKING: Row = {
    "property_id": ATTIC,
    "custom_channel_id": 29,
    "check_in_date": ahead(30),
    "check_out_date": ahead(33),
    "guest_name": "Noor Voorbeeld",
    "currency": "EUR",
    "rate_amount": 330,
    "commission_amount": 30,
    "received_amount": 0,
    "income_method_id": 198,
}


@pytest.fixture
def sandbox() -> Sandbox:
    return small_sandbox()


def request(sandbox: Sandbox, **changes: Any) -> Row:
    """A booking request on Airbnb."""
    dates = (ahead(10), ahead(12))
    return add_stay(sandbox.accounts.main, "0-7-req", dates, status="wait_accept", **changes)


async def test_a_direct_booking_is_made_and_named(call: Call, sandbox: Sandbox) -> None:
    result = (await done(call, "create_reservation", **BOOKING))["result"]
    [stay] = sandbox.accounts.main.stays.values()
    assert (stay["guest_name"], stay["property_id"]) == ("Noor Voorbeeld", ATTIC)
    assert result == {
        "reservation_code": stay["reservation_code"],
        "status": "accepted",
        "channel_id": stay["channel_id"],
        "property_title": "Attic",
        "guest_name": "Noor Voorbeeld",
        "check_in_date": ahead(30),
        "check_out_date": ahead(33),
        "nights": 3,
        "custom_channel": "Booking Site",
        "income_method": "Other",
    }


async def test_only_what_was_given_is_sent_beside_a_reference(call: Call, sandbox: Sandbox) -> None:
    await done(call, "create_reservation", **BOOKING, email="noor@example.com")
    [body] = sent(sandbox, CREATE)
    reference = body.pop("channel_id")
    assert body == {**BOOKING, "email": "noor@example.com"}
    assert reference.isalnum()
    assert len(reference) == 20


async def test_a_booking_can_be_undone_by_cancelling_it(call: Call, sandbox: Sandbox) -> None:
    await take_back(call, await done(call, "create_reservation", **BOOKING))
    [stay] = sandbox.accounts.main.stays.values()
    assert stay["status"] == "cancelled"


@pytest.mark.parametrize("extra", [{"received_amount": 100}, {"channel_id": "SITE1"}])
async def test_a_booking_that_left_income_or_may_be_an_old_one_has_no_undo(call: Call, extra: Row) -> None:
    assert (await done(call, "create_reservation", **{**BOOKING, **extra}))["undo"] is None


async def test_a_repeat_with_the_same_reference_makes_no_second_booking(call: Call, sandbox: Sandbox) -> None:
    first = (await done(call, "create_reservation", **BOOKING))["result"]
    again = (await done(call, "create_reservation", **BOOKING, channel_id=first["channel_id"]))["result"]
    assert again["reservation_code"] == first["reservation_code"]
    assert len(sandbox.accounts.main.stays) == 1


async def test_the_reference_of_a_cancelled_booking_is_told(call: Call) -> None:
    first = (await done(call, "create_reservation", **BOOKING, channel_id="SITE1"))["result"]
    await done(call, "cancel_reservation", reservation_code=first["reservation_code"])
    again = (await done(call, "create_reservation", **BOOKING, channel_id="SITE1"))["result"]
    assert again["status"] == "cancelled"
    assert "no nights are held" in again["note"]


async def test_a_booking_whose_answer_was_lost_is_found_and_not_made_twice(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.faults.add("drop_after", operation=CREATE)
    result = (await done(call, "create_reservation", **BOOKING))["result"]
    assert result["status"] == "accepted"
    assert list(sandbox.accounts.main.stays) == [result["reservation_code"]]
    assert written(sandbox) == [CREATE]


async def test_a_booking_that_cannot_be_found_is_unknown_and_its_reference_told(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.faults.add("drop_before", operation=CREATE)
    error = (await call("create_reservation", **BOOKING))["error"]
    assert error["kind"] == "outcome_unknown"
    [body] = sent(sandbox, CREATE)
    assert f"channel_id {body['channel_id']} makes no second booking" in error["message"]
    assert sandbox.accounts.main.stays == {}


REFUSED: list[tuple[Row, str, str]] = [
    ({"check_out_date": ahead(30)}, "check_out_date", "must be after check_in_date"),
    ({"property_id": 77}, "property_id", "there is no property with the id 77"),
    ({"custom_channel_id": 1}, "custom_channel_id", "is not one of this account's: Booking Site (29), Naver"),
    ({"income_method_id": 1}, "income_method_id", "is not one of this account's: Stripe (34), Other (198)"),
    ({"rate_amount": -1}, "rate_amount", "must be at least 0"),
    ({"rate_amount": 10.5}, "rate_amount", "must be a whole number"),
    ({"currency": "euro"}, "currency", "must be a currency code"),
    ({"channel_id": "SITE-1"}, "channel_id", "must be at most 32 letters and digits"),
    ({"email": "noor"}, "email", "must be an e-mail address"),
    ({"guest_name": " "}, "guest_name", "is required"),
]


@pytest.mark.parametrize(("changes", "field", "problem"), REFUSED)
async def test_an_impossible_booking_is_refused_before_it_is_sent(
    call: Call, sandbox: Sandbox, changes: Row, field: str, problem: str
) -> None:
    refused = await problems(call, "create_reservation", **{**BOOKING, **changes})
    assert refused[field].startswith(problem)
    assert written(sandbox) == []


async def test_a_direct_booking_is_cancelled_with_all_its_stays(call: Call, sandbox: Sandbox) -> None:
    for number in ("", "_1"):
        add_stay(
            sandbox.accounts.main,
            f"5-DIRECT{number}",
            (ahead(3), ahead(5)),
            reservation_code="5-DIRECT",
            channel_type="hostex_direct",
        )
    answer = await done(call, "cancel_reservation", reservation_code="5-DIRECT")
    assert [stay["stay_code"] for stay in answer["result"]["stays"]] == ["5-DIRECT", "5-DIRECT_1"]
    assert {stay["status"] for stay in sandbox.accounts.main.stays.values()} == {"cancelled"}
    assert answer["undo"] is None
    again = await problems(call, "cancel_reservation", reservation_code="5-DIRECT")
    assert again == {"reservation_code": "is cancelled already"}


async def test_a_channels_booking_is_not_cancelled_here(call: Call, sandbox: Sandbox) -> None:
    add_stay(sandbox.accounts.main, "0-1-a", (ahead(3), ahead(5)))
    refused = await problems(call, "cancel_reservation", reservation_code="0-1-a")
    assert refused["reservation_code"].startswith("is a booking of airbnb")
    assert written(sandbox) == []


async def test_the_code_of_one_stay_is_told_from_that_of_its_order(call: Call, sandbox: Sandbox) -> None:
    for number in (1, 2):
        code = f"0-9_{number}-ab"
        add_stay(sandbox.accounts.main, code, (ahead(3), ahead(5)), reservation_code="0-9-ab")
    refused = await problems(call, "cancel_reservation", reservation_code="0-9_2-ab")
    assert refused == {"reservation_code": "is the code of one stay; its order is 0-9-ab"}
    swapped = await problems(call, "move_reservation_to_box", stay_code="0-9-ab")
    assert swapped == {"stay_code": "is the code of an order; its stays are 0-9_1-ab, 0-9_2-ab"}


@pytest.mark.parametrize(
    ("tool", "key"), [("cancel_reservation", "reservation_code"), ("move_reservation_to_box", "stay_code")]
)
async def test_an_unknown_code_is_not_found(call: Call, sandbox: Sandbox, tool: str, key: str) -> None:
    error = (await call(tool, **{key: "0-404-x"}))["error"]
    assert error["kind"] == "not_found"
    assert written(sandbox) == []


@pytest.mark.parametrize(
    ("tool", "status"), [("approve_reservation", "accepted"), ("decline_reservation", "denied")]
)
async def test_a_request_is_answered_and_its_new_status_read_back(
    call: Call, sandbox: Sandbox, tool: str, status: str
) -> None:
    row = request(sandbox)
    answer = await done(call, tool, reservation_code="0-7-req")
    assert row["status"] == status
    assert answer["result"] == {
        "reservation_code": "0-7-req",
        "channel_type": "airbnb",
        "guest_name": "Ines Exemplar",
        "status": status,
        "stays": [
            {
                "stay_code": "0-7-req",
                "guest_name": "Ines Exemplar",
                "property_id": LOFT,
                "property_title": "Harbour Loft",
                "check_in_date": ahead(10),
                "check_out_date": ahead(12),
            }
        ],
    }
    assert answer["undo"] is None


async def test_an_answered_request_stays_answered_though_it_cannot_be_read_back(
    call: Call, sandbox: Sandbox
) -> None:
    row = request(sandbox)
    real = sandbox.faults.take

    def after_the_write(operation: str) -> Any:
        if operation == "POST /reservations/{reservation_code}/approve":
            sandbox.faults.add("envelope", operation="GET /reservations", times=None, code=400)
        return real(operation)

    sandbox.faults.take = after_the_write
    answer = await done(call, "approve_reservation", reservation_code="0-7-req")
    assert answer["result"]["status"] == "unknown"
    assert row["status"] == "accepted"


@pytest.mark.parametrize("tool", ["approve_reservation", "decline_reservation"])
async def test_what_is_no_request_is_not_answered(call: Call, sandbox: Sandbox, tool: str) -> None:
    add_stay(sandbox.accounts.main, "0-1-a", (ahead(3), ahead(5)))
    refused = await problems(call, tool, reservation_code="0-1-a")
    assert refused["reservation_code"].startswith("has the status accepted")
    assert written(sandbox) == []
