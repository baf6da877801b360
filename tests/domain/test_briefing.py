from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hostex_mcp.api.endpoints.properties import ChannelAccount, Property
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.briefing import (
    DayWarning,
    arrival_warnings,
    by_urgency,
    channel_warnings,
    expires,
    movements,
    placing_warnings,
    request_warnings,
    requests,
    turnover_warnings,
)
from hostex_mcp.domain.turnovers import turnover_data, turnovers
from tests.domain.stay_samples import stay

TODAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
CODE = {"check_in_details": {"lock_code": "4821"}}


def today(property_id: int) -> date:
    return TODAY


def told(warnings: list[DayWarning]) -> list[tuple[str, str]]:
    return [(warning.kind, warning.stay.stay_code if warning.stay else "") for warning in warnings]


@given(st.integers(-20, 20), st.integers(1, 20))
def test_a_stay_comes_goes_or_stays_and_never_two_of_them(start: int, nights: int) -> None:
    come = TODAY + timedelta(days=start)
    moves = movements([stay("A", f"{come}", nights)], today)
    assert len(moves.arrivals) == (start == 0)
    assert len(moves.departures) == (start + nights == 0)
    assert len(moves.in_house) == (start < 0 < start + nights)


def test_only_accepted_stays_move() -> None:
    others = [
        stay(status, "2026-06-15", 2, status=status) for status in ("cancelled", "wait_accept", "denied")
    ]
    assert not movements(others, today).arrivals


def test_each_property_has_its_own_day() -> None:
    stays = [stay("A", "2026-06-15", 2), stay("B", "2026-06-16", 2, property_id=2)]
    moves = movements(stays, lambda home: date(2026, 6, 14 + home))
    assert [stay.stay_code for stay in moves.arrivals] == ["A", "B"]


def request(code: str, hours: float, **changes: Any) -> Reservation:
    booked = NOW - timedelta(hours=hours)
    return stay(code, "2026-07-01", 2, **{"status": "wait_accept", "booked_at": booked} | changes)


def test_requests_wait_for_the_host_before_those_that_wait_for_money_the_oldest_first() -> None:
    queue = [
        request("pays", 9, status="wait_pay"),
        request("new", 1),
        request("old", 5),
        request("far", 3, check_in_date="2028-01-01", check_out_date="2028-01-03"),
        request("begun", 2, check_in_date="2026-06-14", check_out_date="2026-06-16"),
        request("over", 5, check_in_date="2026-06-13", check_out_date="2026-06-15"),
        stay("booked", "2026-07-01", 2),
    ]
    assert [stay.stay_code for stay in requests([*queue, *queue], today)] == [
        "old",
        "far",
        "begun",
        "new",
        "pays",
    ]


def test_a_request_lapses_after_a_day_where_that_is_known() -> None:
    assert expires(request("A", 4)) == NOW + timedelta(hours=20)
    assert expires(request("B", 4, channel_type="booking.com")) is None
    assert expires(request("C", 4, status="wait_pay")) is None


def test_only_requests_that_lapse_within_twelve_hours_are_a_warning() -> None:
    bookings = [request("late", 13), request("early", 11), request("over", 25)]
    (warning,) = request_warnings(bookings, NOW, today)
    assert (warning.kind, warning.detail) == ("request_expiring", "lapses in 11 h")


def test_arrivals_of_today_and_tomorrow_lack_the_code_that_the_house_sets() -> None:
    before = stay("before", "2026-06-10", 5, **CODE)
    stays = [before, *(stay(f"{day}", f"2026-06-{day}", 1) for day in (15, 16, 17))]
    assert told(arrival_warnings(stays, today)) == [
        ("arrival_without_lock_code", "15"),
        ("arrival_without_lock_code", "16"),
    ]
    assert told(arrival_warnings(stays[1:], today)) == []


def test_the_balance_of_an_order_of_two_stays_is_told_once() -> None:
    paid = {"currency": "EUR", "total_amount": 100, "received_amount": 40, "balance_amount": 60}
    order = {"reservation_code": "O", "channel_type": "hostex_direct", "payment": paid}
    warnings = arrival_warnings(
        [stay("A", "2026-06-15", 1, **order), stay("B", "2026-06-15", 1, **order)], today
    )
    assert [(warning.kind, warning.detail) for warning in warnings] == [("balance_due", "€60")]


def test_stays_without_a_property_are_told_until_they_are_over() -> None:
    homeless = {"property_id": 0}
    stays = [
        stay("over", "2026-06-10", 5, **homeless),
        stay("now", "2026-06-14", 2, **homeless),
        stay("boxed", "2026-07-01", 2, in_reservation_box=True),
        stay("off", "2026-07-01", 2, status="cancelled", **homeless),
    ]
    assert told(placing_warnings(stays, today)) == [
        ("unallocated_stay", "now"),
        ("unallocated_stay", "boxed"),
    ]


def test_nights_to_come_that_two_stays_hold_are_told_and_past_ones_are_not() -> None:
    past = [stay("A", "2026-06-10", 4), stay("B", "2026-06-12", 2)]
    coming = [stay("C", "2026-06-12", 6, property_id=2), stay("D", "2026-06-14", 3, property_id=2)]
    (warnings,) = placing_warnings([*past, *coming], today)
    assert (warnings.kind, warnings.day) == ("overlapping_stays", TODAY)
    assert "same 2 nights" in warnings.detail


def test_a_same_day_turnover_is_told_without_cleaning_and_without_a_cleaner() -> None:
    place = Property.model_validate(
        {
            "id": 1,
            "title": "Loft",
            "channels": [],
            "default_checkin_time": "15:00",
            "default_checkout_time": "11:00",
        }
    )
    stays = [stay("out", "2026-06-12", 3), stay("in", "2026-06-15", 3)]
    nobody = Task.model_validate(
        {"id": 1, "type": "cleaning", "status": "pending", "property_id": 1, "expected_date": "2026-06-15"}
    )

    def warned(*tasks: Task) -> list[tuple[str, str]]:
        earlier = turnover_data([place], stays, tasks)[1]
        warnings = turnover_warnings(turnovers(earlier, ZoneInfo("UTC"), TODAY, TODAY))
        return [(warning.kind, warning.detail) for warning in warnings]

    assert warned() == [("turnover_without_cleaning", "out 11:00, in 15:00")]
    assert warned(nobody)[0] == ("turnover_without_cleaner", "out 11:00, in 15:00")


def test_channels_that_are_cut_off_are_told_and_unknown_or_connecting_ones_are_not() -> None:
    states = ("active", "connecting", "disconnected", "exception", "unknown", None)
    accounts = [ChannelAccount(channel_type="vrbo", username="u", auth_status=state) for state in states]
    details = [warning.detail for warning in channel_warnings(accounts, TODAY)]
    assert details == ["vrbo u: disconnected", "vrbo u: exception"]


def test_what_is_due_by_tomorrow_comes_before_what_is_later_however_grave() -> None:
    later = DayWarning("overlapping_stays", date(2026, 6, 20), "")
    tomorrow = DayWarning("balance_due", date(2026, 6, 16), "")
    now = DayWarning("turnover_without_cleaning", TODAY, "")
    assert by_urgency([later, tomorrow, now], TODAY) == [now, tomorrow, later]
