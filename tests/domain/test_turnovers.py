from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.turnovers import Turnover, hours_between, turnover_data, turnovers
from tests.domain.stay_samples import stay

LISBON = ZoneInfo("Europe/Lisbon")


def place(**changes: Any) -> Property:
    row: dict[str, Any] = {
        "id": 1,
        "title": "Harbour Loft",
        "channels": [],
        "default_checkin_time": "15:00",
        "default_checkout_time": "11:00",
    }
    return Property.model_validate(row | changes)


def cleaning(**changes: Any) -> Task:
    row = {
        "id": 5,
        "type": "cleaning",
        "status": "pending",
        "property_id": 1,
        "stay_code": "a",
        "staff_id": 9,
    }
    return Task.model_validate(row | {"expected_date": "2026-06-10"} | changes)


def agreed(**times: tuple[int, int]) -> dict[str, Any]:
    details = {name: {"hour": hour, "minute": minute} for name, (hour, minute) in times.items()}
    return {"check_in_details": details}


def week(
    *stays: Reservation,
    tasks: list[Task] | None = None,
    home: Property | None = None,
    zone: ZoneInfo = LISBON,
) -> list[Turnover]:
    data = turnover_data([home or place()], stays, tasks or [])
    return list(turnovers(data[1], zone, date(2026, 6, 8), date(2026, 6, 14)))


def only(rows: list[Turnover]) -> Turnover:
    (item,) = rows
    return item


LEAVING = stay("a", "2026-06-06", 4)
COMING = stay("b", "2026-06-10", 3)


def test_a_same_day_turnover_has_the_hours_between_check_out_and_check_in() -> None:
    turnover = week(LEAVING, COMING, tasks=[cleaning()])[0]
    assert (turnover.leaving, turnover.coming) == (LEAVING, COMING)
    assert (turnover.out_time, turnover.in_time, turnover.window) == (time(11), time(15), 4)
    assert turnover.same_day
    assert turnover.cleaning.task == cleaning()
    assert turnover.missing == []


def test_agreed_times_count_before_those_of_the_property() -> None:
    leaving = stay("a", "2026-06-06", 4, **agreed(departure_at=(9, 30)))
    coming = stay("b", "2026-06-10", 3, **agreed(arrival_at=(22, 15)))
    turnover = week(leaving, coming)[0]
    assert (turnover.out_time, turnover.in_time, turnover.window) == (time(9, 30), time(22, 15), 12.75)


def test_the_next_guest_may_come_days_later_or_not_be_known() -> None:
    later = stay("b", "2026-06-12", 3)
    turnover = week(LEAVING, later, tasks=[cleaning()])[0]
    assert (turnover.coming, turnover.window, turnover.same_day) == (later, 52, False)
    alone = only(week(LEAVING, tasks=[cleaning()]))
    assert (alone.coming, alone.in_time, alone.window, alone.missing) == (None, None, None, [])


def test_an_arrival_into_an_empty_place_is_a_row_of_its_own_with_the_last_cleaning() -> None:
    rows = week(LEAVING, stay("b", "2026-06-12", 3), tasks=[cleaning()])
    assert [
        (turnover.day.day, turnover.leaving and "a", turnover.coming and turnover.coming.stay_code)
        for turnover in rows
    ] == [
        (10, "a", "b"),
        (12, None, "b"),
    ]
    assert (rows[1].cleaning.task, rows[1].missing) == (cleaning(), [])


def test_an_arrival_after_a_guest_who_left_before_the_days_lacks_his_cleaning() -> None:
    before = stay("a", "2026-06-01", 4)
    assert week(before, COMING)[0].missing == ["cleaning task"]
    assert week(before, COMING, tasks=[cleaning(expected_date="2026-06-05")])[0].missing == []
    assert week(COMING)[0].missing == []


def test_only_accepted_stays_of_the_property_count() -> None:
    others = [
        stay("r", "2026-06-10", 2, status="wait_accept"),
        stay("c", "2026-06-10", 2, status="cancelled"),
        stay("x", "2026-06-10", 2, in_reservation_box=True),
        stay("o", "2026-06-10", 2, property_id=2),
    ]
    assert only(week(LEAVING, *others)).coming is None


def test_what_is_missing_is_named() -> None:
    assert week(LEAVING)[0].missing == ["cleaning task"]
    assert week(LEAVING, tasks=[cleaning(status="cancelled")])[0].missing == ["cleaning task"]
    assert week(LEAVING, tasks=[cleaning(staff_id=0)])[0].missing == ["who cleans"]
    assert week(LEAVING, tasks=[cleaning(staff_id=None, status="completed")])[0].missing == []
    bare = place(default_checkin_time=None, default_checkout_time="noon")
    assert week(LEAVING, COMING, tasks=[cleaning()], home=bare)[0].missing == [
        "check-out time",
        "check-in time",
    ]


def test_a_cleaning_on_the_wrong_day_counts_for_nothing_and_is_named_with_the_reason() -> None:
    for day, why in (("2026-06-09", "before check-out"), ("2026-06-11", "after check-in")):
        turnover = week(LEAVING, COMING, tasks=[cleaning(expected_date=day)])[0]
        assert turnover.missing == ["cleaning task"]
        assert [other.why for other in turnover.cleaning.uncounted] == [why]
    assert week(LEAVING, tasks=[cleaning(expected_date="2026-06-11")])[0].missing == []


@pytest.mark.parametrize("code", [None, "a", "b", "somebody else"])
def test_a_cleaning_counts_whichever_stay_it_names(code: str | None) -> None:
    def counts(day: str, **changes: Any) -> bool:
        task = cleaning(stay_code=code, expected_date=day, **changes)
        return week(LEAVING, stay("b", "2026-06-12", 3), tasks=[task])[0].missing == []

    assert counts("2026-06-11")
    assert not counts("2026-06-13")
    assert not counts("2026-06-11", property_id=2)
    assert not counts("2026-06-11", type="maintenance")


def test_no_time_between_two_guests_is_named() -> None:
    early = stay("b", "2026-06-10", 3, **agreed(arrival_at=(10, 0)))
    turnover = week(LEAVING, early, tasks=[cleaning()])[0]
    assert (turnover.window, turnover.missing) == (-1, ["time between check-out and check-in"])


@pytest.mark.parametrize(
    ("out_on", "in_on", "zone", "hours"),
    [
        (date(2026, 3, 28), date(2026, 3, 29), "Europe/Lisbon", 27),
        (date(2026, 10, 24), date(2026, 10, 25), "Europe/Lisbon", 29),
        (date(2027, 3, 13), date(2027, 3, 14), "America/Chicago", 27),
        (date(2026, 10, 25), date(2026, 10, 25), "Europe/Lisbon", 4),
        (date(2028, 2, 28), date(2028, 3, 1), "Europe/Lisbon", 52),
    ],
)
def test_the_window_is_in_real_hours_when_the_clocks_change(
    out_on: date, in_on: date, zone: str, hours: int
) -> None:
    leaving = stay("a", (out_on - timedelta(days=2)).isoformat(), 2)
    data = turnover_data([place()], [leaving, stay("b", in_on.isoformat(), 2)], [])
    rows = list(turnovers(data[1], ZoneInfo(zone), out_on, out_on))
    assert rows[0].window == hours


@given(
    some.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),
    some.integers(0, 400),
    some.sampled_from(["UTC", "Europe/Lisbon", "America/Chicago", "Australia/Lord_Howe"]),
)
def test_real_hours_are_wall_hours_but_for_changes_of_the_clocks(
    start: datetime, hours: int, name: str
) -> None:
    zone = ZoneInfo(name)
    begin, end = (moment.replace(tzinfo=zone) for moment in (start, start + timedelta(hours=hours)))
    shift = (begin.utcoffset() or timedelta()) - (end.utcoffset() or timedelta())
    assert hours_between(begin, end) == hours + shift.total_seconds() / 3600


@given(some.lists(some.tuples(some.integers(0, 20), some.integers(1, 6)), max_size=8))
def test_every_check_out_has_a_row_and_every_check_in_of_the_days_is_in_one(
    spans: list[tuple[int, int]],
) -> None:
    first = date(2026, 6, 1)
    stays = [
        stay(f"s{place}", (first + timedelta(days=start)).isoformat(), length)
        for place, (start, length) in enumerate(spans)
    ]
    rows = week(*stays)
    days = (date(2026, 6, 8), date(2026, 6, 14))
    leaving = [stay.stay_code for stay in stays if days[0] <= stay.check_out_date <= days[1]]
    assert sorted(turnover.leaving.stay_code for turnover in rows if turnover.leaving) == sorted(leaving)
    arrivals = {stay.check_in_date for stay in stays if days[0] <= stay.check_in_date <= days[1]}
    assert arrivals <= {turnover.day for turnover in rows}
