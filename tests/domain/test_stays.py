from datetime import date
from typing import Any

import pytest

from hostex_mcp.api.endpoints.calendar import AvailabilityDay
from hostex_mcp.api.endpoints.reservations import HourMinute, Reservation
from hostex_mcp.domain.stays import block_runs, holders, hour_and_minute, of_guest, order_code, time_text


def stay(code: str, check_in: int, check_out: int, **changes: Any) -> Reservation:
    row: dict[str, Any] = {
        "reservation_code": code,
        "stay_code": code,
        "channel_id": "1",
        "property_id": 1,
        "channel_type": "airbnb",
        "listing_id": "9",
        "check_in_date": date(2026, 6, check_in),
        "check_out_date": date(2026, 6, check_out),
        "number_of_guests": 2,
        "status": "accepted",
        "booked_at": "2026-01-01T10:00:00+00:00",
        "created_at": "2026-01-01T10:00:00+00:00",
    }
    return Reservation.model_validate(row | changes)


@pytest.mark.parametrize(
    ("code", "order"),
    [
        ("0-1234567-abcdef", "0-1234567-abcdef"),
        ("0-1234567_1-abcdef", "0-1234567-abcdef"),
        ("0-1234567_12-abcdef", "0-1234567-abcdef"),
        ("0-HA-12_2-abcdef", "0-HA-12-abcdef"),
        ("5-AB12CD34E", "5-AB12CD34E"),
        ("5-AB12CD34E_2", "5-AB12CD34E"),
        ("0-12_a-abcdef", "0-12_a-abcdef"),
    ],
)
def test_the_order_of_a_stay_is_told_by_its_code(code: str, order: str) -> None:
    assert order_code(code) == order


def test_stays_on_the_same_nights_have_to_make_room() -> None:
    others = [
        stay("ends that morning", 7, 10),
        stay("begins that day", 13, 15),
        stay("ends in it", 8, 11),
        stay("begins in it", 12, 20),
        stay("spans it", 1, 30),
        stay("within it", 11, 12),
    ]
    codes = [
        holder.stay_code
        for holder in holders([stay("a", 10, 13), *others], date(2026, 6, 10), date(2026, 6, 13), ["a"])
    ]
    assert codes == ["spans it", "ends in it", "within it", "begins in it"]


def test_only_stays_that_hold_the_property_have_to_make_room() -> None:
    cancelled = stay("b", 10, 13, status="cancelled")
    boxed = stay("c", 10, 13, in_reservation_box=True)
    waiting = stay("d", 10, 13, status="wait_accept")
    assert holders([cancelled, boxed, waiting], date(2026, 6, 10), date(2026, 6, 13)) == [waiting]


def test_closed_nights_that_no_stay_holds_are_blocked() -> None:
    states = [(9, True, ""), (10, False, ""), (11, False, "Painter"), (12, False, "Painter"), (13, False, "")]
    days = [
        AvailabilityDay(date=date(2026, 6, day), available=free, remarks=why) for day, free, why in states
    ]
    blocks = block_runs(days, [stay("a", 9, 11)])
    assert [(run.start_date.day, run.end_date.day, run.state) for run in blocks] == [
        (11, 12, "Painter"),
        (13, 13, ""),
    ]


def test_a_time_of_day_goes_there_and_back() -> None:
    assert hour_and_minute("09:05") == {"hour": 9, "minute": 5}
    assert time_text(HourMinute(hour=9, minute=5)) == "09:05"


def test_no_time_is_empty_text() -> None:
    assert hour_and_minute("") is None
    assert (time_text(None), time_text(HourMinute())) == ("", "")


STAYS = [
    stay("A", 1, 3, guest_name="José Ángel Núñez"),
    stay("B", 3, 5, guest_name="Ana Łukasik"),
    stay("C", 5, 7, guest_name="Hanna Berg", guests=[{"name": "Anand Rao"}]),
    stay("D", 7, 9, guest_name="O'Neil-Müller, Pat", status="cancelled"),
    stay("E", 9, 11, guest_name=""),
]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("nunez jose", "A"),
        ("JOSÉ", "A"),
        ("Lukasik Ana", "B"),
        ("ana", "B"),
        ("anan", "C"),
        ("rao", "C"),
        ("han ber", "C"),
        ("pat muller", "D"),
        ("an", "ABC"),
        ("nobody", ""),
        ("...", ""),
    ],
)
def test_a_guest_is_found_whatever_the_order_accents_and_case_of_the_name(name: str, codes: str) -> None:
    assert "".join(stay.stay_code for stay in of_guest(name, STAYS)) == codes


def test_stays_that_are_off_count_only_where_there_is_no_other() -> None:
    alive, off = (
        stay("A", 1, 3, guest_name="Ana"),
        stay("B", 1, 3, guest_name="Ana", status="denied"),
    )
    assert of_guest("ana", [off, alive]) == [alive]
    assert of_guest("ana", [off]) == [off]
