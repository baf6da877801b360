from typing import Any

import pytest

from tests.sandbox.test_calendar import days
from tests.support.world import LOFT, STUDIO, Api, add_stay


@pytest.fixture(autouse=True)
def with_stay(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))


def patch(api: Api, **changes: Any) -> None:
    api.data("PATCH /reservations/0-1-a", changes)


def test_guest_data_is_changed(api: Api) -> None:
    patch(api, guest_name="Ines E.", mobile="+351 900000001", email="i@example.com", number_of_guests=4)
    stay = api.stay("0-1-a")
    assert (stay["guest_name"], stay["guest_phone"]) == ("Ines E.", "+351 900000001")
    assert (stay["guest_email"], stay["number_of_guests"]) == ("i@example.com", 4)


def test_a_booking_source_is_named_by_its_id(api: Api) -> None:
    patch(api, custom_channel_id=35)
    assert api.stay("0-1-a")["custom_channel"] == {"id": 35, "name": "Naver Reservation"}
    assert api.refusal("PATCH /reservations/0-1-a", {"custom_channel_id": 1})[0] == 422


def test_dates_move_when_they_are_free(api: Api) -> None:
    add_stay(api.account, "0-2-a", ("2026-06-24", "2026-06-26"))
    patch(api, check_out_date="2026-06-24")
    assert list(days(api, "2026-06-21", "2026-06-24").values()) == [False] * 4
    assert api.refusal("PATCH /reservations/0-1-a", {"check_out_date": "2026-06-25"})[0] == 422
    assert api.refusal("PATCH /reservations/0-1-a", {"check_in_date": "2026-06-24"})[0] == 422
    assert api.stay("0-1-a")["check_out_date"] == "2026-06-24"


def test_new_amounts_change_the_payment(api: Api) -> None:
    patch(api, rate_amount=400.5, commission_amount=40)
    stay = api.stay("0-1-a")
    assert stay["rates"]["rate"]["amount"] == stay["rates"]["total_rate"]["amount"] == 400.5
    assert stay["payment"]["total_amount"] == 360.5


def test_an_amount_of_one_stay_changes_the_order_on_all_its_stays(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"), STUDIO, stay_code="0-1_1-a")
    api.data("PATCH /reservations/0-1_1-a", {"rate_amount": 200, "commission_amount": 0})
    first, second = api.stays(reservation_code="0-1-a")
    assert (first["rates"]["rate"]["amount"], second["rates"]["rate"]["amount"]) == (500, 200)
    assert first["rates"]["total_rate"] == second["rates"]["total_rate"] == {"currency": "EUR", "amount": 700}
    assert first["payment"] == second["payment"]
    assert first["payment"]["total_amount"] == 685


def test_the_stays_of_an_order_share_a_currency(api: Api) -> None:
    patch(api, currency="USD")
    assert api.stay("0-1-a")["payment"]["currency"] == "USD"
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"), STUDIO, stay_code="0-1_1-a")
    changes = {"currency": "GBP", "check_out_date": "2026-06-23"}
    assert api.refusal("PATCH /reservations/0-1_1-a", changes)[0] == 422
    assert api.account.stays["0-1_1-a"]["check_out_date"] == "2026-06-22"


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"remarks": "x" * 501}, 422),
    ({"number_of_guests": 0}, 422),
    ({"number_of_guests": 100}, 422),
    ({"rate_amount": 1_000_000}, 422),
    ({"email": "nobody"}, 422),
    ({"check_in_date": "20 June"}, 400),
    ({"remarks": None}, 400),
]


@pytest.mark.parametrize(("changes", "code"), REFUSED)
def test_impossible_changes_are_refused(api: Api, changes: dict[str, Any], code: int) -> None:
    before = api.stay("0-1-a")
    assert api.refusal("PATCH /reservations/0-1-a", changes)[0] == code
    assert api.stay("0-1-a") == before


def test_an_unknown_stay_is_not_found(api: Api) -> None:
    for name in ("PATCH /reservations/0-9-z", "GET /reservations/0-9-z/custom_fields"):
        assert api.refusal(name) == (404, "Reservation not found.")


def details(api: Api, **changes: Any) -> dict[str, Any]:
    api.data("PATCH /reservations/0-1-a/check_in_details", changes)
    return api.stay("0-1-a")["check_in_details"]


def test_check_in_details_change_one_by_one(api: Api) -> None:
    answer = details(api, arrival_at={"hour": 16, "minute": 30}, deposit=50, id_required="required")
    assert (answer["arrival_at"], answer["deposit"]) == ({"hour": 16, "minute": 30}, 50)
    assert (answer["id_required"], answer["lock_code"]) == ("required", "1234")


def test_null_removes_check_in_details(api: Api) -> None:
    details(api, arrival_at={"hour": 16, "minute": 30})
    answer = details(api, lock_code=None, lock_code_visible_after=None, arrival_at=None)
    assert (answer["lock_code"], answer["lock_code_visible_after"], answer["arrival_at"]) == (None, "", None)


DETAILS_REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"id_required": "maybe"}, 422),
    ({"lock_code_visible_after": "2pm"}, 422),
    ({"lock_code_visible_after": "24:00"}, 422),
    ({"arrival_at": {"hour": 16}}, 400),
    ({"arrival_at": {"hour": 24, "minute": 0}}, 422),
    ({"arrival_at": "16:00"}, 400),
    ({"deposit": -1}, 422),
    ({"deposit": None}, 400),
]


@pytest.mark.parametrize(("changes", "code"), DETAILS_REFUSED)
def test_impossible_check_in_details_are_refused(api: Api, changes: dict[str, Any], code: int) -> None:
    assert api.refusal("PATCH /reservations/0-1-a/check_in_details", changes)[0] == code


def test_custom_fields_merge_and_null_deletes(api: Api) -> None:
    path = "/reservations/0-1-a/custom_fields"
    assert api.data(f"GET {path}") == {"custom_fields": None}
    api.data(f"PATCH {path}", {"custom_fields": {"parking": "B7", "_own": "x"}})
    merged = api.data(f"PATCH {path}", {"custom_fields": {"parking": None, "plate": "AA-00"}})
    assert merged == {"custom_fields": {"_own": "x", "plate": "AA-00"}}
    assert api.data(f"GET {path}") == merged
    assert api.refusal(f"PATCH {path}", {"custom_fields": {"floor": 2}})[0] == 400
    assert api.refusal(f"PATCH {path}", {"custom_fields": ["floor"]})[0] == 400
    assert api.data(f"PATCH {path}", {}) == merged


def test_the_stay_status_is_put(api: Api) -> None:
    path = "/reservations/0-1-a/stay_status"
    api.data(f"PUT {path}", {"stay_status": "in_house"})
    assert api.stay("0-1-a")["stay_status"] == "in_house"
    assert api.refusal(f"PUT {path}", {"stay_status": "gone"}) == (
        422,
        "The selected stay status is invalid.",
    )


def test_the_box_takes_a_stay_off_the_calendar(api: Api) -> None:
    api.data("POST /reservations/0-1-a/move_to_box")
    stay = api.stay("0-1-a")
    assert (stay["in_reservation_box"], stay["property_id"], stay["status"]) == (True, 0, "accepted")
    assert days(api, "2026-06-20", "2026-06-20") == {"2026-06-20": True}


def test_allocating_moves_a_stay_out_of_the_box(api: Api) -> None:
    api.data("POST /reservations/0-1-a/move_to_box")
    api.data("POST /reservations/0-1-a/allocate", {"property_id": STUDIO})
    stay = api.stay("0-1-a")
    assert (stay["in_reservation_box"], stay["property_id"]) == (False, STUDIO)
    assert days(api, "2026-06-20", "2026-06-20", STUDIO) == {"2026-06-20": False}


def test_allocating_sends_a_conflicting_stay_to_the_box(api: Api) -> None:
    add_stay(api.account, "0-2-a", ("2026-06-21", "2026-06-23"), STUDIO)
    add_stay(api.account, "0-3-a", ("2026-06-22", "2026-06-23"), LOFT)
    api.data("POST /reservations/0-2-a/allocate", {"property_id": LOFT})
    moved, conflicting, neighbour = api.stay("0-2-a"), api.stay("0-1-a"), api.stay("0-3-a")
    assert (moved["property_id"], moved["tags"]) == (LOFT, [])
    for stay in (conflicting, neighbour):
        assert (stay["in_reservation_box"], stay["property_id"], stay["tags"]) == (True, 0, ["Conflicted"])


def test_a_stay_that_leaves_on_the_day_of_arrival_does_not_conflict(api: Api) -> None:
    add_stay(api.account, "0-2-a", ("2026-06-22", "2026-06-23"), STUDIO)
    api.data("POST /reservations/0-2-a/allocate", {"property_id": LOFT})
    assert api.stay("0-1-a")["in_reservation_box"] is False


def test_allocating_needs_a_known_property_and_a_live_stay(api: Api) -> None:
    assert api.refusal("POST /reservations/0-1-a/allocate", {"property_id": 77})[0] == 404
    api.account.stays["0-1-a"]["status"] = "cancelled"
    assert api.refusal("POST /reservations/0-1-a/allocate", {"property_id": STUDIO})[0] == 422


@pytest.mark.parametrize(("answer", "status"), [("approve", "accepted"), ("decline", "denied")])
def test_a_waiting_request_is_answered_once(api: Api, answer: str, status: str) -> None:
    api.account.stays["0-1-a"]["status"] = "wait_accept"
    api.data(f"POST /reservations/0-1-a/{answer}")
    assert api.stay("0-1-a")["status"] == status
    assert api.refusal(f"POST /reservations/0-1-a/{answer}")[0] == 400


def test_declining_frees_the_nights(api: Api) -> None:
    api.account.stays["0-1-a"]["status"] = "wait_accept"
    api.data("POST /reservations/0-1-a/decline")
    assert days(api, "2026-06-20", "2026-06-20") == {"2026-06-20": True}


def test_requests_on_a_disconnected_channel_cannot_be_answered(api: Api) -> None:
    changes: dict[str, Any] = {"channel_type": "booking.com", "listing_id": "B-1", "status": "wait_accept"}
    add_stay(api.account, "2-5-b", ("2026-07-20", "2026-07-22"), **changes)
    assert api.refusal("POST /reservations/2-5-b/approve")[0] == 400
    api.account.stays["2-5-b"]["listing_id"] = "B-9"
    assert api.refusal("POST /reservations/2-5-b/approve")[0] == 404
