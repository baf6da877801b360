from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hostex_mcp.domain.days import runs

Day = tuple[date, str]


def fold(days: list[Day]) -> list[tuple[str, str, str]]:
    folded = runs(days, lambda day: day[0], lambda day: day[1])
    return [(run.start_date.isoformat(), run.end_date.isoformat(), run.state) for run in folded]


def test_equal_days_in_a_row_become_one_run_with_both_ends() -> None:
    days = [(date(2026, 2, 27), "open"), (date(2026, 2, 28), "open"), (date(2026, 3, 1), "open")]
    assert fold(days) == [("2026-02-27", "2026-03-01", "open")]


def test_a_change_of_state_begins_a_new_run() -> None:
    days = [(date(2026, 3, 1), "open"), (date(2026, 3, 2), "closed"), (date(2026, 3, 3), "open")]
    assert [state for *_, state in fold(days)] == ["open", "closed", "open"]


def test_a_missing_day_ends_a_run() -> None:
    days = [(date(2026, 3, 1), "open"), (date(2026, 3, 3), "open")]
    assert fold(days) == [("2026-03-01", "2026-03-01", "open"), ("2026-03-03", "2026-03-03", "open")]


def test_the_order_of_the_days_does_not_matter() -> None:
    days = [(date(2026, 3, 2), "open"), (date(2026, 3, 1), "open")]
    assert fold(days) == [("2026-03-01", "2026-03-02", "open")]


@given(st.dictionaries(st.integers(0, 60), st.sampled_from("ab"), max_size=40))
def test_every_day_is_in_exactly_one_run_with_its_own_state(offsets: dict[int, str]) -> None:
    start = date(2026, 10, 1)
    days = [(start + timedelta(days=offset), state) for offset, state in offsets.items()]
    folded = runs(days, lambda day: day[0], lambda day: day[1])
    spread = [
        (run.start_date + timedelta(days=step), run.state) for run in folded for step in range(run.days)
    ]
    assert sorted(spread) == sorted(days)
