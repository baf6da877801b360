"""Days about to change: which ranges can be written, and which bring back what was."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostex_mcp.domain.calendar_changes import (
    change_runs,
    common_days,
    day_changes,
    days_of_runs,
    range_problems,
    reading_window,
    undo_ranges,
)
from hostex_mcp.domain.days import Run, days_of

TODAY = date(2026, 6, 10)


def day(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def test_both_ends_of_a_range_belong_to_it() -> None:
    assert days_of(date(2026, 2, 27), date(2026, 3, 1)) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]


def test_a_reversed_range_and_one_of_the_past_are_named() -> None:
    ranges = [(day(5), day(4)), (day(-2), day(3))]
    assert range_problems(ranges, TODAY) == [
        ("0.end_date", "is before start_date"),
        ("1.start_date", "is in the past"),
    ]


def test_yesterday_may_still_be_today_somewhere() -> None:
    assert range_problems([(day(-1), day(-1))], TODAY) == []


def test_days_are_counted_over_all_ranges() -> None:
    assert range_problems([(day(0), day(199)), (day(200), day(399))], TODAY) == []
    assert range_problems([(day(0), day(199)), (day(200), day(400))], TODAY) == [
        ("", "spans 401 days; at most 400 per call")
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_ranges_that_share_a_day_overlap_in_any_order(order: tuple[int, int]) -> None:
    ranges = [(day(1), day(5)), (day(5), day(9))]
    ((path, why),) = range_problems([ranges[place] for place in order], TODAY)
    assert path == f"{order.index(1)}.start_date"
    assert why == "is inside the range that starts on 2026-06-11"


def test_neighbouring_ranges_do_not_overlap() -> None:
    assert range_problems([(day(1), day(5)), (day(6), day(9))], TODAY) == []


def test_changes_are_folded_by_what_was_and_what_will_be() -> None:
    before = {day(1): {"price": 100}, day(2): {"price": 100}, day(3): {"price": 120}}
    after = days_of_runs([Run(day(1), day(3), (("price", 150),))])
    assert change_runs(day_changes(before, after)) == [
        Run(day(1), day(2), ((("price", 100),), (("price", 150),))),
        Run(day(3), day(3), ((("price", 120),), (("price", 150),))),
    ]


def test_only_settings_that_are_written_are_restored_and_only_where_they_change() -> None:
    before = {day(1): {"price": 100, "inventory": 1}, day(2): {"price": 150, "inventory": 1}}
    changes = day_changes(before, days_of_runs([Run(day(1), day(2), (("price", 150),))]))
    assert undo_ranges(changes) == [Run(day(1), day(1), (("price", 100),))]


def test_there_is_no_way_back_to_an_unknown_or_unwritable_value() -> None:
    after = days_of_runs([Run(day(1), day(2), (("price", 150),))])
    assert undo_ranges(day_changes({day(1): {"price": 100}}, after)) is None
    fractions = day_changes({day(1): {"price": 100.5}, day(2): {"price": 100}}, after)
    assert undo_ranges(fractions, lambda _, price: price == int(price)) is None


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=30))
def test_what_restores_brings_back_every_day(prices: list[tuple[int, int]]) -> None:
    before = {day(place): {"price": old} for place, (old, _) in enumerate(prices)}
    after = {day(place): (("price", new),) for place, (_, new) in enumerate(prices)}
    ranges = undo_ranges(day_changes(before, after))
    assert ranges is not None
    state: dict[date, dict[str, Any]] = {night: dict(new) for night, new in after.items()}
    for run in ranges:
        for night in days_of(run.start_date, run.end_date):
            state[night] = dict(run.state)
    assert state == before


def test_days_common_to_all_changing_properties_are_found() -> None:
    days = [day(1), day(3)]
    assert common_days({1: days, 2: [], 3: list(days)}) == ([1, 3], days)
    assert common_days({1: days, 2: [day(1)]}) is None
    assert common_days({1: []}) is None


def test_a_calendar_is_read_from_a_day_at_most_a_year_away() -> None:
    assert reading_window([day(9), day(3)], TODAY) == (day(3), day(9))
    assert reading_window([day(500), day(600)], TODAY) == (day(364), day(600))
