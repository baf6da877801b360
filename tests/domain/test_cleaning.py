from typing import Any

import pytest

from hostex_mcp.api.tasks import Task
from hostex_mcp.domain.cleaning import cleaning_between, cleaning_missing
from tests.domain.stay_samples import stay

LEAVING = stay("leaving", "2026-06-08", 2)
COMING = stay("coming", "2026-06-13", 2)


def task(number: int, day: str | None, **changes: Any) -> Task:
    row: dict[str, Any] = {"id": number, "type": "cleaning", "status": "pending", "property_id": 1}
    return Task.model_validate(row | {"expected_date": day} | changes)


def found(*tasks: Task, **sides: Any) -> int | None:
    one = cleaning_between(tasks, sides.get("leaving", LEAVING), sides.get("coming", COMING))
    return one.id if one else None


def test_it_is_the_one_of_the_stay_that_leaves_or_one_of_no_stay_between_both() -> None:
    assert found(task(1, "2026-06-10", stay_code="leaving")) == 1
    assert found(task(1, "2026-06-12")) == 1
    assert found(task(1, "2026-06-12", stay_code="another")) is None
    assert found(task(1, "2026-06-12", property_id=2)) is None
    assert found(task(1, "2026-06-14")) is None
    assert found(task(1, "2026-06-12", status="cancelled")) is None
    assert found(task(1, "2026-06-12", type="maintenance")) is None


def test_of_several_the_latest_between_the_stays_counts_and_not_one_during_the_stay() -> None:
    during, behind = task(1, "2026-06-09", stay_code="leaving"), task(2, "2026-06-10", stay_code="leaving")
    assert found(during, behind) == found(behind, during) == 2
    assert found(task(3, "2026-06-12"), behind) == 2
    assert found(during, task(4, "2026-06-12")) == 4
    assert found(task(5, "2026-06-11"), task(6, "2026-06-12")) == 6


@pytest.mark.parametrize(
    ("day", "counts"), [("2026-05-29", False), ("2026-05-30", True), ("2026-06-13", True)]
)
def test_without_a_stay_before_the_two_weeks_before_check_in_count(day: str, counts: bool) -> None:
    assert (found(task(1, day), leaving=None) == 1) is counts


def test_without_a_next_guest_the_day_of_check_out_counts() -> None:
    assert found(task(1, "2026-06-10"), coming=None) == 1
    assert found(task(1, "2026-06-11"), coming=None) is None


def test_what_is_missing_is_the_task_the_cleaner_or_a_day_between() -> None:
    assert cleaning_missing(None, LEAVING, COMING) == ["cleaning task"]
    assert cleaning_missing(task(1, "2026-06-10"), LEAVING, COMING) == ["who cleans"]
    assert cleaning_missing(task(1, "2026-06-10", status="completed"), LEAVING, COMING) == []
    late = task(1, "2026-06-14", stay_code="leaving", staff_id=5)
    assert cleaning_missing(late, LEAVING, COMING) == ["a cleaning day between the two stays"]
    assert cleaning_missing(late, LEAVING, None) == []
    assert cleaning_missing(task(1, None, staff_id=5), LEAVING, COMING) == []
