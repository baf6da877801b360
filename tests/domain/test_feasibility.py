from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.feasibility import (
    END_OF_DAY,
    MIDNIGHT,
    Shift,
    early_check_in,
    extension,
    free_before,
    free_behind,
    late_check_out,
    not_past,
    still_ahead,
)
from tests.domain.calendar_samples import book, june
from tests.domain.stay_samples import stay
from tests.domain.test_turnovers import agreed, place

OWN = stay("own", "2026-06-10", 3)
OPEN = "." * 20
CLEANING = timedelta(hours=3)


def early(*others: Reservation, signs: str = OPEN, target: time | None = None, **home: Any) -> Shift:
    calendar = book(signs, OWN, *others, remarks="Owner")
    return early_check_in(OWN, [OWN, *others], calendar, place(**home), CLEANING, target)


def late(*others: Reservation, signs: str = OPEN, target: time | None = None, **home: Any) -> Shift:
    calendar = book(signs, OWN, *others, remarks="Owner")
    return late_check_out(OWN, [OWN, *others], calendar, place(**home), CLEANING, target)


BEFORE = stay("before", "2026-06-07", 3)
BEHIND = stay("behind", "2026-06-13", 2)


def test_with_the_night_before_free_the_guest_can_come_at_any_time() -> None:
    shift = early(stay("long ago", "2026-06-01", 2))
    assert (shift.verdict, shift.limit) == ("possible", MIDNIGHT)
    assert shift.neighbour
    assert shift.neighbour.stay_code == "long ago"
    assert early().neighbour is None


def test_after_a_guest_of_the_same_day_the_cleaning_comes_first() -> None:
    shift = early(BEFORE)
    assert (shift.verdict, shift.limit, shift.neighbour, shift.neighbour_time) == (
        "possible",
        time(14),
        BEFORE,
        time(11),
    )


def test_a_wanted_time_is_possible_from_the_limit_on() -> None:
    assert early(BEFORE, target=time(14)).verdict == "possible"
    assert early(BEFORE, target=time(13, 59)).verdict == "blocked"
    assert late(BEHIND, target=time(12)).verdict == "possible"
    assert late(BEHIND, target=time(12, 1)).verdict == "blocked"


def test_nothing_earlier_or_later_is_possible_where_the_cleaning_takes_all_the_time() -> None:
    assert early(BEFORE, default_checkin_time="14:00").verdict == "blocked"
    assert late(BEHIND, default_checkout_time="12:00").verdict == "blocked"


def test_agreed_times_of_the_neighbours_count() -> None:
    leaves_early = stay("before", "2026-06-07", 3, **agreed(departure_at=(8, 30)))
    assert early(leaves_early).limit == time(11, 30)
    comes_late = stay("behind", "2026-06-13", 2, **agreed(arrival_at=(21, 0)))
    assert late(comes_late).limit == time(18)


def test_before_the_next_guest_of_the_same_day_there_is_time_for_the_cleaning() -> None:
    shift = late(BEHIND)
    assert (shift.verdict, shift.limit, shift.neighbour, shift.neighbour_time) == (
        "possible",
        time(12),
        BEHIND,
        time(15),
    )


def test_with_the_night_of_check_out_free_the_guest_can_stay_to_the_end_of_the_day() -> None:
    shift = late(stay("later", "2026-06-16", 2))
    assert (shift.verdict, shift.limit) == ("possible", END_OF_DAY)
    assert shift.neighbour
    assert shift.neighbour.stay_code == "later"


def test_a_block_beside_the_stay_leaves_the_answer_to_the_host() -> None:
    before = early(signs="." * 8 + "#" + "." * 11)
    assert (before.verdict, before.block and before.block.remarks) == ("unknown", "Owner")
    behind = late(signs="." * 12 + "#" + "." * 7)
    assert (behind.verdict, behind.block and behind.block.remarks) == ("unknown", "Owner")


def test_without_times_nothing_is_known() -> None:
    assert early(BEFORE, default_checkout_time=None).verdict == "unknown"
    assert late(BEHIND, default_checkin_time=None).verdict == "unknown"


def test_a_cleaning_that_runs_past_midnight_blocks() -> None:
    late_leaver = stay("before", "2026-06-07", 3, **agreed(departure_at=(22, 0)))
    assert (early(late_leaver).verdict, early(late_leaver).limit) == ("blocked", None)


def test_dead_stays_and_other_properties_are_no_neighbours() -> None:
    others = [
        stay("gone", "2026-06-07", 3, status="cancelled"),
        stay("elsewhere", "2026-06-07", 3, property_id=2),
    ]
    assert early(*others).limit == MIDNIGHT


def test_more_nights_are_possible_while_they_are_free() -> None:
    calendar = book(OPEN, OWN, BEFORE, stay("behind", "2026-06-15", 2))
    longer = extension(OWN, calendar, june(10), june(15))
    assert (longer.verdict, longer.added, longer.closures) == ("possible", [june(13), june(14)], [])
    too_long = extension(OWN, calendar, june(10), june(16))
    assert (too_long.verdict, [closure.stay and closure.stay.stay_code for closure in too_long.closures]) == (
        "blocked",
        ["behind"],
    )
    sooner = extension(OWN, calendar, june(8), june(13))
    assert [(closure.first_night, closure.nights, closure.stay) for closure in sooner.closures] == [
        (june(8), 2, BEFORE)
    ]


def test_a_shorter_stay_adds_no_night_and_a_stay_is_not_in_its_own_way() -> None:
    calendar = book("." * 9 + "###" + "." * 8, OWN)
    assert extension(OWN, calendar, june(11), june(13)).added == []
    assert extension(OWN, calendar, june(11), june(14)).verdict == "possible"


def test_nights_that_the_calendar_does_not_tell_are_unknown() -> None:
    assert extension(OWN, book("." * 13, OWN), june(10), june(16)).verdict == "unknown"


def test_free_nights_are_counted_up_to_the_next_closed_one() -> None:
    calendar = book(OPEN, OWN, stay("before", "2026-06-05", 2), stay("behind", "2026-06-15", 2))
    assert (free_before(OWN, calendar, 10), free_behind(OWN, calendar, 10)) == (3, 2)
    assert (free_before(OWN, calendar, 2), free_behind(OWN, calendar, 1)) == (2, 1)


@given(some.integers(1, 9), some.integers(1, 7))
def test_as_many_nights_can_be_added_as_are_free(before: int, behind: int) -> None:
    first = stay("before", (june(10) - timedelta(days=before + 1)).isoformat(), 1)
    last = stay("behind", (june(13) + timedelta(days=behind)).isoformat(), 1)
    calendar = book("." * 40, OWN, *([first] if first.check_in_date >= june(1) else []), last)
    count, right = free_before(OWN, calendar, 9), free_behind(OWN, calendar, 9)
    start, end = june(10) - timedelta(days=count), june(13) + timedelta(days=right)
    assert extension(OWN, calendar, start, end).verdict == "possible"
    assert extension(OWN, calendar, start, end + timedelta(days=1)).verdict == "blocked"
    assert (count, right) == (before if before < 9 else 9, behind)


def test_the_samples_lie_as_the_tests_say() -> None:
    assert (OWN.check_in_date, OWN.check_out_date) == (date(2026, 6, 10), date(2026, 6, 13))


@given(some.times(), some.one_of(some.none(), some.times()))
def test_no_check_in_is_offered_that_is_over_and_none_that_is_wanted_in_the_past(
    clock: time, wanted: time | None
) -> None:
    now = datetime.combine(OWN.check_in_date, clock)
    shift = not_past(early(target=wanted), OWN.check_in_date, now, time(15), wanted)
    assert shift.limit is None or shift.limit >= clock
    latest = wanted or time(15)
    assert clock <= latest or shift.verdict == "blocked"
    assert not_past(early(), OWN.check_in_date, now - timedelta(days=1), time(15), None) == early()


@given(some.times())
def test_no_later_check_out_is_offered_that_is_over(clock: time) -> None:
    now = datetime.combine(OWN.check_out_date, clock)
    shift = still_ahead(late(BEHIND), OWN.check_out_date, now, None)
    assert (shift.verdict == "blocked") is (clock > time(12))
    assert shift.limit is None or shift.limit >= clock
