"""One property on a grid: bars, nights, and what its listings ask on each day."""

from typing import Any

import pytest

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.conflicts import double_bookings, overlaps
from hostex_mcp.domain.gaps import Gap, UnsellableNights, rule_bound_nights
from hostex_mcp.domain.grid import bars, columns, letters, percent_of, stuck_nights
from tests.domain.calendar_samples import book, june, selling
from tests.domain.stay_samples import stay


def shown(*stays: Reservation) -> list[tuple[str, int, int]]:
    """Code, nights and lane of each bar from the 10th to the 20th of June."""
    return [(bar.stay.stay_code, bar.nights, bar.lane) for bar in bars(stays, june(10), june(20))]


def test_stays_that_follow_each_other_share_a_lane() -> None:
    assert shown(stay("b", "2026-06-14", 2), stay("a", "2026-06-11", 3)) == [("a", 3, 0), ("b", 2, 0)]


def test_a_double_booking_has_a_lane_of_its_own_and_the_next_stay_takes_the_first_that_is_free() -> None:
    stays = stay("a", "2026-06-11", 4), stay("b", "2026-06-12", 6), stay("c", "2026-06-15", 1)
    assert shown(*stays) == [("a", 4, 0), ("b", 6, 1), ("c", 1, 0)]


def test_each_bar_of_a_crowd_takes_the_first_lane_that_is_free() -> None:
    crowd = [stay(f"s{number}", "2026-06-11", length) for number, length in enumerate((1, 4, 2, 5))]
    later = stay("t", "2026-06-12", 1), stay("u", "2026-06-13", 1), stay("v", "2026-06-13", 1)
    lanes = [lane for _, _, lane in shown(*crowd, *later)]
    assert lanes == [0, 1, 2, 3, 0, 0, 2]


def test_only_the_days_that_are_shown_count_for_the_pairs_that_are_told() -> None:
    before = [stay(f"b{number}", "2026-06-02", 2) for number in range(30)]
    shared = stay("x", "2026-06-12", 2), stay("y", "2026-06-12", 2)
    (found,) = double_bookings([*before, *shared], june(10), june(20))
    assert (found.first.stay_code, found.more) == ("x", 0)


def test_a_stay_that_only_touches_the_days_is_shown_and_one_beside_them_is_not() -> None:
    touching = stay("leaves", "2026-06-05", 5), stay("comes", "2026-06-20", 3)
    beside = stay("before", "2026-06-05", 4), stay("after", "2026-06-21", 3)
    assert shown(*touching, *beside) == [("leaves", 5, 0), ("comes", 3, 0)]


def test_a_stay_of_a_year_reaches_beyond_both_ends() -> None:
    assert shown(stay("long", "2026-01-01", 365)) == [("long", 365, 0)]


def test_a_stay_of_a_day_is_shown_without_a_night() -> None:
    assert shown(stay("day", "2026-06-12", 0)) == [("day", 0, 0)]


@pytest.mark.parametrize(
    "changes",
    [{"status": "cancelled"}, {"status": "denied"}, {"in_reservation_box": True}, {"property_id": 0}],
)
def test_what_holds_no_night_is_not_shown(changes: dict[str, Any]) -> None:
    assert shown(stay("a", "2026-06-12", 2, **changes)) == []


@pytest.mark.parametrize("status", ["wait_accept", "wait_pay"])
def test_a_stay_that_is_not_accepted_yet_is_shown(status: str) -> None:
    assert shown(stay("a", "2026-06-12", 2, status=status)) == [("a", 2, 0)]


def test_each_night_has_a_letter() -> None:
    nights = book("..##..", stay("a", "2026-06-02", 2))
    assert letters(nights, june(1), june(8)) == ".ssb..??"
    assert letters(None, june(1), june(3)) == "???"


def test_only_double_bookings_that_touch_the_days_are_told() -> None:
    stays = stay("a", "2026-06-02", 4), stay("b", "2026-06-04", 3), stay("c", "2026-06-20", 2)
    (found,) = double_bookings(stays, june(5), june(9))
    assert (found.first_night, found.nights) == (june(4), 2)
    assert overlaps(stays) == [found]
    assert double_bookings(stays, june(6), june(9)) == []


def test_a_listing_is_told_in_spans_of_days_numbered_from_the_first() -> None:
    days = selling(
        "..2#.", {2: {"closed_on_arrival": True}, 4: {"min_stay_through": 3}}, min_stay_on_arrival=2
    )
    found = columns(days, june(2), june(7))
    assert found.price == [(0, 4, 100)]
    assert found.units == [(0, 1, 1), (1, 1, 2), (2, 1, 0), (3, 1, 1)]
    assert found.min_stay == [(0, 2, 2), (2, 1, 3), (3, 1, 2)]
    assert found.no_arrival == [(0, 1, True)]
    assert found.no_departure == []


def test_a_minimum_of_one_night_and_a_price_of_nothing_are_not_told() -> None:
    days = selling("..", min_stay_on_arrival=1, min_stay_through=0)
    free = {day: entry.model_copy(update={"price": 0}) for day, entry in days.items()}
    assert columns(free, june(1), june(2)).min_stay == []
    assert columns(free, june(1), june(2)).price == []


def test_prices_in_one_proportion_are_a_percentage_whatever_was_rounded() -> None:
    base = [(0, 5, 125), (5, 2, 148)]
    assert percent_of(base, [(0, 5, 140), (5, 2, 166)]) == 112
    assert percent_of(base, base) == 100
    assert percent_of(base, [(0, 7, 140)]) is None
    assert percent_of(base, [(0, 5, 140)]) is None
    assert percent_of([], []) is None
    nothing = [(0, 1, 5.0), (1, 1, -5.0)]
    assert percent_of(nothing, nothing) is None


def test_nights_that_a_rule_keeps_from_being_sold_are_told_once_for_all_listings() -> None:
    gap = Gap(june(3), 2)
    strict = selling("#" * 2 + ".." + "#" * 3, min_stay_on_arrival=3)
    found = [((channel, "1"), span) for channel in ("a", "b") for span in rule_bound_nights(gap, strict)]
    (stuck,) = stuck_nights(found, june(1), june(30))
    assert (stuck.first_night, stuck.nights, stuck.rule.rule, stuck.rule.value) == (
        june(3),
        2,
        "min_stay_on_arrival",
        3,
    )
    assert stuck.listings == (("a", "1"), ("b", "1"))
    assert stuck_nights(found, june(5), june(30)) == []


def test_nights_without_units_or_at_an_end_that_was_not_read_are_no_matter_of_rules() -> None:
    def rules(gap: Gap, days: Any) -> list[UnsellableNights]:
        return rule_bound_nights(gap, days)

    assert rules(Gap(june(1), 3), selling(".#.", min_stay_on_arrival=1)) == []
    beside = rules(Gap(june(1), 3), selling("..#", min_stay_on_arrival=3))
    assert [(span.first_night, span.nights) for span in beside] == [(june(1), 2)]
    assert rules(Gap(june(1), 3, open_ended=True), selling("...", min_stay_on_arrival=9)) == []
    assert len(rules(Gap(june(1), 3), selling("...", min_stay_on_arrival=9))) == 1
