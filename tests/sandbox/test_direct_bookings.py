from typing import Any

import pytest

from hostex_mcp.sandbox.state import Row
from tests.sandbox.test_calendar import days
from tests.support.world import ATTIC, LOFT, Api, add_stay

BOOKING: Row = {
    "property_id": ATTIC,
    "custom_channel_id": 29,
    "check_in_date": "2026-07-01",
    "check_out_date": "2026-07-04",
    "guest_name": "Noor Voorbeeld",
    "currency": "EUR",
    "rate_amount": 330,
    "commission_amount": 30,
    "received_amount": 100,
    "income_method_id": 198,
}


def book(api: Api, **changes: Any) -> Row:
    return api.data("POST /reservations", BOOKING | changes)["reservation"]


def test_a_direct_booking_is_accepted_and_listed(api: Api) -> None:
    made = book(api, number_of_guests=2, email="noor@example.com", mobile="+31 600000001", remarks="Late")
    assert made.keys() == {"reservation_code", "status"}
    assert made["status"] == "accepted"
    stay = api.stay(made["reservation_code"])
    assert stay["reservation_code"] == stay["stay_code"] == f"5-{stay['channel_id']}"
    assert (stay["channel_type"], stay["listing_id"], stay["property_id"]) == ("hostex_direct", "3", ATTIC)
    assert (stay["guest_phone"], stay["guest_email"], stay["remarks"]) == (
        "+31 600000001",
        "noor@example.com",
        "Late",
    )
    assert stay["custom_channel"] == {"id": 29, "name": "Booking Site"}
    assert (stay["creator"], stay["booked_at"]) == ("rita@example.com", "2026-06-15T12:00:00+00:00")


def test_the_money_of_a_direct_booking_adds_up(api: Api) -> None:
    stay = api.stay(book(api)["reservation_code"])
    assert stay["rates"]["total_rate"] == {"currency": "EUR", "amount": 330}
    assert stay["payment"] == {
        "currency": "EUR",
        "total_amount": 300,
        "received_amount": 100,
        "balance_amount": 200,
        "status": "partial",
    }


@pytest.mark.parametrize(
    ("received", "status"), [(0, "unreceived"), (300, "received"), (301, "over_received")]
)
def test_the_payment_status_follows_what_was_received(api: Api, received: int, status: str) -> None:
    payment = api.stay(book(api, received_amount=received)["reservation_code"])["payment"]
    assert payment["status"] == status
    assert payment["balance_amount"] >= 0


def test_a_received_amount_is_recorded_as_income(api: Api) -> None:
    code = book(api)["reservation_code"]
    query = {"start_date": "2026-06-15", "end_date": "2026-06-15"}
    [entry] = api.data("GET /transactions", reservation_code=code, **query)["transactions"]
    assert (entry["amount"], entry["direction"], entry["payment_method_name"]) == (100, "income", "Other")


def test_a_booking_closes_its_nights(api: Api) -> None:
    book(api)
    assert list(days(api, "2026-06-30", "2026-07-04", ATTIC).values()) == [True, False, False, False, True]


def test_bookings_may_follow_each_other_on_the_same_day(api: Api) -> None:
    book(api)
    book(api, check_in_date="2026-07-04", check_out_date="2026-07-05")
    assert api.refusal("POST /reservations", BOOKING | {"check_in_date": "2026-07-03"})[0] == 422


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"property_id": 77}, 422, "The selected property id is invalid."),
    ({"custom_channel_id": 1}, 422, "The selected custom channel id is invalid."),
    ({"income_method_id": 1}, 422, "The selected income method id is invalid."),
    ({"check_out_date": "2026-07-01"}, 422, "The check out date must be a date after check in date."),
    ({"currency": "euro"}, 422, "The currency format is invalid."),
    ({"rate_amount": -1}, 422, "The rate amount must be at least 0."),
    ({"rate_amount": None}, 400, "The rate amount field is required."),
    ({"rate_amount": "330"}, 400, "The rate amount must be a number."),
    ({"property_id": "3"}, 400, "The property id must be an integer."),
    ({"channel_id": "SITE-1"}, 422, "The channel id format is invalid."),
    ({"channel_id": "S" * 33}, 422, "The channel id may not be greater than 32 characters."),
    ({"email": "noor"}, 422, "The email format is invalid."),
]


@pytest.mark.parametrize(("changes", "code", "message"), REFUSED)
def test_impossible_bookings_are_refused(api: Api, changes: dict[str, Any], code: int, message: str) -> None:
    assert api.refusal("POST /reservations", BOOKING | changes) == (code, message)
    assert api.account.stays == {}


def test_a_repeated_reference_returns_the_first_booking(api: Api) -> None:
    first = book(api, channel_id="SITE1")
    again = book(api, channel_id="SITE1", property_id=LOFT, guest_name="Somebody Else")
    assert again == first == {"reservation_code": "5-SITE1", "status": "accepted"}
    assert len(api.account.stays) == 1


def test_a_reference_stays_taken_after_cancellation(api: Api) -> None:
    book(api, channel_id="SITE1")
    api.data("DELETE /reservations/5-SITE1")
    assert book(api, channel_id="SITE1") == {"reservation_code": "5-SITE1", "status": "cancelled"}
    assert days(api, "2026-07-01", "2026-07-01", ATTIC) == {"2026-07-01": True}


def test_cancelling_frees_the_nights_and_dates_the_cancellation(api: Api) -> None:
    code = book(api)["reservation_code"]
    api.data(f"DELETE /reservations/{code}", {"reason": "ignored"})
    stay = api.stay(code)
    assert (stay["status"], stay["cancelled_at"]) == ("cancelled", "2026-06-15T12:00:00+00:00")
    assert days(api, "2026-07-01", "2026-07-01", ATTIC) == {"2026-07-01": True}
    assert api.refusal(f"DELETE /reservations/{code}")[0] == 400


def test_channel_bookings_are_not_cancelled(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))
    assert api.refusal("DELETE /reservations/0-1-a")[0] == 400
    assert api.stay("0-1-a")["status"] == "accepted"
    assert api.refusal("DELETE /reservations/0-9-z") == (404, "Reservation not found.")
