"""The verdict on a cleaning, against a plain count of minutes."""

from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.cleaning import Cleaning, LocalTime, Vacancy, cleaning_in

OUT, IN = date(2026, 6, 10), date(2026, 6, 13)
DAYS = [OUT + timedelta(days=number) for number in range(-2, 6)]
CLOCKS = [None, "00:00:00", "00:01:00", "10:59:00", "11:00:00", "15:00:00", "15:01:00", "23:59:00"]


def task(number: int, day: str | None, **changes: Any) -> Task:
    row: dict[str, Any] = {"id": number, "type": "cleaning", "status": "pending", "property_id": 1}
    return Task.model_validate(row | {"expected_date": day} | changes)


def verdict(*tasks: Task, **changes: Any) -> Cleaning:
    sides: dict[str, Any] = {
        "property_id": 1,
        "start": LocalTime(OUT, time(11)),
        "end": LocalTime(IN, time(15)),
        "stay_codes": {"leaving", "coming"},
    }
    return cleaning_in(Vacancy(**sides | changes), tasks)


def reasons(*tasks: Task, **changes: Any) -> list[tuple[int, str]]:
    return [(entry.task.id, entry.why) for entry in verdict(*tasks, **changes).uncounted]


def lies_between(row: dict[str, Any]) -> bool:
    """By minutes since the start of the year; what has no time has its whole day."""
    first = datetime.combine(OUT, time(11))
    last = datetime.combine(IN, time(15))
    day, clock = row["expected_date"], row["expected_time"]
    if clock is None:
        return OUT <= day <= IN
    hour, minute, _ = map(int, clock.split(":"))
    return first <= datetime(day.year, day.month, day.day, hour, minute) <= last


ROWS = some.fixed_dictionaries(
    {
        "type": some.sampled_from(["cleaning", "cleaning", "maintenance"]),
        "status": some.sampled_from(["pending", "in_progress", "completed", "cancelled"]),
        "property_id": some.sampled_from([1, 1, 1, 2, None]),
        "stay_code": some.sampled_from([None, "leaving", "coming", "another"]),
        "staff_id": some.sampled_from([None, 0, 7]),
        "expected_date": some.sampled_from(DAYS),
        "expected_time": some.sampled_from(CLOCKS),
    }
)


@given(some.lists(ROWS, max_size=5))
def test_a_turnover_is_clean_when_a_cleaning_of_the_property_lies_between(rows: list[dict[str, Any]]) -> None:
    valid = [
        row
        for row in rows
        if row["type"] == "cleaning"
        and row["status"] != "cancelled"
        and row["property_id"] == 1
        and lies_between(row)
    ]
    certain = [row for row in valid if row["staff_id"] or row["status"] == "completed"]
    cleaning = verdict(*(Task.model_validate({"id": number} | row) for number, row in enumerate(rows)))
    expected = [] if certain else ["who cleans"] if valid else ["cleaning task"]
    assert list(cleaning.missing) == expected
    assert (cleaning.task is None) is (not valid)


def test_what_does_not_count_is_named_with_the_reason() -> None:
    assert reasons(task(1, "2026-06-10", expected_time="09:00:00")) == [(1, "before check-out")]
    assert reasons(task(1, "2026-06-13", expected_time="15:30:00")) == [(1, "after check-in")]
    assert reasons(task(1, "2026-06-11", status="cancelled")) == [(1, "cancelled")]
    assert reasons(task(1, "2026-06-11", property_id=2, stay_code="leaving")) == [(1, "for another property")]
    assert reasons(task(1, None, stay_code="coming")) == [(1, "without a day")]
    assert reasons(task(1, "2026-06-20"), task(2, "2026-06-11", property_id=2)) == []


def test_of_several_one_that_is_done_or_assigned_stands_for_them() -> None:
    nobody, done = task(1, "2026-06-12"), task(2, "2026-06-10", status="completed")
    somebody = task(3, "2026-06-11", staff_id=5)
    assert verdict(nobody, done, somebody).task == done
    assert verdict(nobody, somebody).task == somebody
    assert verdict(nobody).missing == ["who cleans"]


def test_before_the_first_guest_nothing_is_missing_and_without_a_next_one_any_later_day_counts() -> None:
    assert verdict(start=None).missing == []
    assert verdict(task(1, "2026-07-10", staff_id=5), end=None).missing == []
    assert verdict(task(1, "2026-06-09", staff_id=5), end=None).missing == ["cleaning task"]


def test_what_could_not_be_looked_at_is_not_known() -> None:
    assert not cleaning_in(Vacancy(1, LocalTime(OUT), LocalTime(IN)), None).known
    assert not verdict(start=None, seen=False).known
    assert verdict(task(1, "2026-06-11", staff_id=5), start=None, seen=False).known


def test_a_time_with_an_offset_or_of_no_clock_is_judged_like_any_other() -> None:
    early = task(1, f"{OUT}", expected_time="10:00:00+00:00")
    fitting = task(2, f"{OUT}", expected_time="12:00:00Z")
    strange = task(3, f"{OUT}", expected_time="noon")
    assert reasons(early) == [(1, "before check-out")]
    assert verdict(fitting).task == fitting
    assert verdict(strange).task == strange


def test_of_very_many_cleanings_nearby_the_first_are_named_and_the_others_counted() -> None:
    tasks = [task(number, f"{OUT}", status="cancelled") for number in range(1, 26)]
    judged = verdict(*tasks)
    assert [entry.task.id for entry in judged.uncounted] == list(range(1, 11))
    assert judged.more == 15
