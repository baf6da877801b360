from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from hostex_mcp.domain.nights import free_runs, holds, nights, nights_of
from tests.domain.calendar_samples import book, june, master
from tests.domain.stay_samples import stay


def test_a_stay_holds_its_nights_and_not_the_day_of_check_out() -> None:
    assert nights(date(2026, 2, 27), date(2026, 3, 2)) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]
    assert nights(date(2026, 3, 2), date(2026, 3, 2)) == []


def test_requests_and_unpaid_stays_hold_nights_and_dead_ones_do_not() -> None:
    statuses = [
        stay("a", "2026-06-01", 2, status=status) for status in ("accepted", "wait_accept", "wait_pay")
    ]
    dead = [stay("a", "2026-06-01", 2, status=status) for status in ("cancelled", "denied", "timeout")]
    aside = [stay("a", "2026-06-01", 2, property_id=0), stay("a", "2026-06-01", 2, in_reservation_box=True)]
    assert all(map(holds, statuses))
    assert not any(map(holds, [*dead, *aside]))


def test_a_night_is_free_only_when_the_calendar_says_so_and_nobody_holds_it() -> None:
    calendar = book("..#..", stay("a", "2026-06-04", 1))
    assert [calendar.free(june(day)) for day in range(1, 7)] == [True, True, False, False, True, False]
    assert calendar.all_free(june(1), june(3))
    assert not calendar.all_free(june(1), june(4))


def test_what_closes_nights_is_named_stay_by_stay_and_block_by_block() -> None:
    first, second = stay("a", "2026-06-02", 2), stay("b", "2026-06-04", 2)
    closures = book("..#..#.", first, second, remarks="Boiler").closures(june(1), june(10))
    said = [
        (closure.first_night, closure.nights, closure.stay and closure.stay.stay_code, closure.remarks)
        for closure in closures
    ]
    assert said == [
        (june(2), 2, "a", ""),
        (june(4), 2, "b", ""),
        (june(6), 1, None, "Boiler"),
        (june(8), 2, None, ""),
    ]
    assert [closure.known for closure in closures] == [True, True, True, False]
    assert closures[0].last_night == june(3)


def test_of_two_stays_on_one_night_the_one_that_came_first_is_named() -> None:
    closures = book("....", stay("late", "2026-06-02", 2), stay("early", "2026-06-01", 3)).closures(
        june(1), june(4)
    )
    assert [closure.stay.stay_code for closure in closures if closure.stay] == ["early"]


def test_without_a_stay_its_nights_are_open_unless_another_holds_them() -> None:
    calendar = book("##..", stay("a", "2026-06-01", 2), stay("b", "2026-06-02", 2)).without("a")
    assert [calendar.free(june(day)) for day in range(1, 5)] == [True, False, False, True]


def test_free_nights_come_in_runs() -> None:
    free = free_runs(book("..#...#."), june(1), june(8))
    assert [(run.start_date, run.days) for run in free] == [(june(1), 2), (june(4), 3), (june(8), 1)]


@given(some.dates(date(2024, 1, 1), date(2028, 12, 31)), some.integers(-3, 400))
def test_a_stay_has_as_many_nights_as_days_between_its_dates(check_in: date, length: int) -> None:
    check_out = check_in + timedelta(days=length)
    stay_nights = nights(check_in, check_out)
    assert len(stay_nights) == max(length, 0)
    assert len(set(stay_nights)) == len(stay_nights)
    assert all(check_in <= run < check_out for run in stay_nights)


@given(some.text(".#", min_size=1, max_size=60), some.integers(0, 40), some.integers(1, 10))
def test_a_night_is_free_or_in_exactly_one_closure(signs: str, start: int, length: int) -> None:
    closure = stay("a", june(start).isoformat(), length)
    calendar = book(signs, closure)
    closed = [
        night
        for gone in calendar.closures(june(1), june(41))
        for night in nights(gone.first_night, june(41))[: gone.nights]
    ]
    free = [
        night
        for run in free_runs(calendar, june(1), june(40))
        for night in nights(run.start_date, june(41))[: run.days]
    ]
    assert sorted([*closed, *free]) == nights(june(1), june(41))


def test_a_stay_that_hardly_ever_ends_costs_no_more_than_the_nights_that_are_asked_for() -> None:
    endless = [stay(f"s{number}", "1990-01-01", 76_000) for number in range(3)]
    found = nights_of(master("..."), endless, june(2), june(3))
    assert {night: len(holding) for night, holding in found.holders.items()} == {june(2): 3, june(3): 3}
