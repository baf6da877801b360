import pytest

from tests.support.world import LOFT, STUDIO, Api, add_stay


def codes(api: Api, **query: object) -> list[str]:
    return [stay["stay_code"] for stay in api.stays(**query)]


def window(start: str, end: str, side: str = "check_out") -> dict[str, object]:
    return {f"start_{side}_date": start, f"end_{side}_date": end}


def test_without_dates_only_check_outs_of_the_next_180_days_are_listed(api: Api) -> None:
    add_stay(api.account, "0-past-a", ("2026-06-10", "2026-06-14"))
    add_stay(api.account, "0-today-a", ("2026-06-13", "2026-06-15"))
    add_stay(api.account, "0-last-a", ("2026-12-10", "2026-12-12"))
    add_stay(api.account, "0-far-a", ("2026-12-10", "2026-12-13"))
    assert codes(api) == ["0-today-a", "0-last-a"]


def test_a_code_finds_a_booking_outside_the_default_window(api: Api) -> None:
    add_stay(api.account, "0-past-a", ("2026-01-10", "2026-01-14"))
    assert codes(api, reservation_code="0-past-a") == ["0-past-a"]
    assert codes(api, channel_id="past-a") == ["0-past-a"]
    assert codes(api, property_id=LOFT) == []


def test_every_stay_of_a_reservation_is_a_row(api: Api) -> None:
    add_stay(api.account, "3-9-w", ("2026-06-20", "2026-06-22"))
    add_stay(api.account, "3-9-w", ("2026-06-20", "2026-06-22"), STUDIO, stay_code="3-9_1-w")
    assert codes(api, reservation_code="3-9-w") == ["3-9-w", "3-9_1-w"]


def test_date_windows_include_both_ends(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))
    assert codes(api, **window("2026-06-22", "2026-06-30")) == ["0-1-a"]
    assert codes(api, **window("2026-06-23", "2026-06-30")) == []
    assert codes(api, **window("2026-06-01", "2026-06-20", "check_in")) == ["0-1-a"]
    assert codes(api, **window("2026-06-01", "2026-06-19", "check_in")) == []


@pytest.mark.parametrize(
    ("lone", "message"),
    [
        (
            "start_check_in_date",
            "The end check in date field is required when start check in date is present.",
        ),
        ("end_check_in_date", "The start check in date field is required when end check in date is present."),
        (
            "start_check_out_date",
            "The end check out date field is required when start check out date is present.",
        ),
        (
            "end_check_out_date",
            "The start check out date field is required when end check out date is present.",
        ),
    ],
)
def test_dates_come_in_pairs(api: Api, lone: str, message: str) -> None:
    assert api.refusal("GET /reservations", **{lone: "2026-06-20"}) == (400, message)


@pytest.mark.parametrize("side", ["check_in", "check_out"])
def test_a_window_spans_at_most_180_days_counting_both_ends(api: Api, side: str) -> None:
    assert codes(api, **window("2026-01-01", "2026-06-29", side)) == []
    assert api.refusal("GET /reservations", **window("2026-01-01", "2026-06-30", side))[0] == 400


def test_a_window_does_not_run_backwards(api: Api) -> None:
    assert api.refusal("GET /reservations", **window("2026-06-20", "2026-06-19"))[0] == 422


def test_rows_are_filtered_by_status_property_and_channel(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"), status="cancelled")
    add_stay(api.account, "2-2-b", ("2026-06-20", "2026-06-22"), STUDIO, channel_type="booking.com")
    assert codes(api, status="cancelled") == ["0-1-a"]
    assert codes(api, property_id=STUDIO) == ["2-2-b"]
    assert codes(api, channel_type="booking.com") == ["2-2-b"]
    assert api.refusal("GET /reservations", status="gone") == (422, "The selected status is invalid.")


def test_the_order_is_always_descending(api: Api) -> None:
    booked = {"0-1-a": "2026-03-01", "0-2-a": "2026-05-01", "0-3-a": "2026-04-01"}
    for n, (code, day) in enumerate(booked.items()):
        add_stay(
            api.account, code, (f"2026-07-0{n + 1}", f"2026-07-0{n + 2}"), booked_at=f"{day}T10:00:00+00:00"
        )
    assert codes(api) == ["0-2-a", "0-3-a", "0-1-a"]
    assert codes(api, order_by="check_in_date") == ["0-3-a", "0-2-a", "0-1-a"]
    api.account.stays["0-1-a"]["cancelled_at"] = "2026-06-01T10:00:00+00:00"
    assert codes(api, order_by="cancelled_at")[0] == "0-1-a"
    assert api.refusal("GET /reservations", order_by="guest_name")[0] == 422


def test_pages_of_reservations(api: Api) -> None:
    for n in range(1, 6):
        add_stay(
            api.account, f"0-{n}-a", ("2026-06-20", "2026-06-22"), booked_at=f"2026-01-0{n}T10:00:00+00:00"
        )
    assert codes(api, offset=1, limit=2) == ["0-4-a", "0-3-a"]
