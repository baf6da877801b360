from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostex_mcp.api import (
    RESERVATION_WINDOW_DAYS,
    REVIEW_WINDOW_DAYS,
    TRANSACTION_WINDOW_DAYS,
    BadRequest,
    windows,
)

DAY = timedelta(days=1)


def test_a_period_that_fits_is_one_window() -> None:
    assert windows(date(2026, 1, 1), date(2026, 1, 10), 10) == [(date(2026, 1, 1), date(2026, 1, 10))]


def test_a_single_day_is_one_window() -> None:
    assert windows(date(2026, 1, 1), date(2026, 1, 1), 1) == [(date(2026, 1, 1), date(2026, 1, 1))]


def test_a_longer_period_is_cut_from_its_end() -> None:
    assert windows(date(2026, 1, 1), date(2026, 1, 11), 5) == [
        (date(2026, 1, 7), date(2026, 1, 11)),
        (date(2026, 1, 2), date(2026, 1, 6)),
        (date(2026, 1, 1), date(2026, 1, 1)),
    ]


def test_a_period_that_ends_before_it_starts_has_no_window() -> None:
    assert windows(date(2026, 1, 2), date(2026, 1, 1), 5) == []


@pytest.mark.parametrize(
    ("days", "farthest"),
    [(RESERVATION_WINDOW_DAYS, 179), (REVIEW_WINDOW_DAYS, 179), (TRANSACTION_WINDOW_DAYS, 366)],
)
def test_windows_of_each_list_are_within_what_hostex_accepts(days: int, farthest: int) -> None:
    for first, last in windows(date(2020, 1, 1), date(2026, 12, 31), days):
        assert (last - first).days <= farthest


@given(st.dates(), st.dates(), st.integers(1, 400))
def test_windows_hold_each_day_of_the_period_once(start: date, end: date, days: int) -> None:
    start = max(start, date.fromordinal(max(1, end.toordinal() - 50 * days + 1)))
    cut = windows(start, end, days)
    assert all(0 <= (last - first).days < days for first, last in cut)
    covered = [(first.toordinal(), last.toordinal()) for first, last in reversed(cut)]
    assert all(after[0] == before[1] + 1 for before, after in pairwise(covered))
    if start <= end:
        assert (covered[0][0], covered[-1][1]) == (start.toordinal(), end.toordinal())
    else:
        assert covered == []


@pytest.mark.parametrize("days", [RESERVATION_WINDOW_DAYS, REVIEW_WINDOW_DAYS, TRANSACTION_WINDOW_DAYS])
def test_no_list_is_read_from_more_than_fifty_windows(days: int) -> None:
    end = date(2100, 12, 31)
    start = end - (50 * days - 1) * DAY
    assert len(windows(start, end, days)) == 50
    with pytest.raises(BadRequest, match="is longer than"):
        windows(start - DAY, end, days)
    with pytest.raises(BadRequest, match="is longer than"):
        windows(date.min, date.max, days)
