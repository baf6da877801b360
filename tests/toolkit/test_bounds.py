"""Bounds of arguments, and that what is beyond them is said with its bound."""

from typing import Any

import pytest

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.toolkit.arguments import InvalidArguments, nearest
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.support.engine import Call
from tests.support.small_host import problems

pytestmark = pytest.mark.anyio


def refused(tool: str, **given: Any) -> InvalidArguments:
    with pytest.raises(InvalidArguments) as caught:
        CATALOGUE[tool].bind(given)
    return caught.value


def test_of_many_unknown_arguments_the_first_ten_are_named_and_the_others_counted() -> None:
    error = refused("list_tasks", **{f"statu{place}": 1 for place in range(5_000)})
    assert len(error.problems) == 10
    assert error.problems[0].problem == "unknown argument; did you mean `status`?"
    assert str(error).endswith("; and 4990 more")


def test_a_name_longer_than_any_is_cut_and_not_compared() -> None:
    [problem] = refused("list_tasks", **{"status" * 1_000: 1}).problems
    assert problem.field == f"{('status' * 1_000)[:100]}..."
    assert "did you mean" not in problem.problem
    assert nearest("list_task" * 10, ["list_tasks"]) is None
    assert nearest("list_task", ["list_tasks"]) == "list_tasks"


@pytest.mark.parametrize("day", ["1999-12-31", "2101-01-01", "0001-01-01", "9999-12-31"])
def test_a_date_is_of_the_years_2000_to_2100(day: str) -> None:
    [problem] = refused("list_tasks", start_date=day).problems
    assert (problem.field, problem.problem) == ("start_date", "must be in the years 2000 to 2100")
    told = refused("list_automation_actions", start_time=f"{day} 10:00:00").problems
    assert ("start_time", problem.problem) in [(problem.field, problem.problem) for problem in told]


@pytest.mark.parametrize("day", ["2000-01-01", "2100-12-31"])
def test_the_first_and_last_day_of_those_years_pass(day: str) -> None:
    assert CATALOGUE["list_tasks"].bind({"start_date": day})


@pytest.mark.parametrize("tool", ["list_tasks", "list_reviews", "list_transactions", "list_reservations"])
async def test_a_period_is_at_most_ten_years_and_the_error_says_so(
    call: Call, sandbox: Sandbox, tool: str
) -> None:
    names = [name for name in CATALOGUE[tool].input_schema["properties"] if name.endswith("_date")]
    start, end = names[:2]
    told = await problems(call, tool, **{start: "2010-01-01", end: "2026-01-01"})
    assert told == {end: f"is more than 10 years after {start}, the longest period of one call"}
    assert len(sandbox.log) == 0


async def test_two_long_periods_that_need_too_many_reads_are_refused(call: Call, sandbox: Sandbox) -> None:
    told = await problems(
        call,
        "list_reservations",
        start_check_in_date="2018-01-01",
        end_check_in_date="2026-01-01",
        start_check_out_date="2018-01-01",
        end_check_out_date="2026-01-01",
    )
    [(field, problem)] = told.items()
    assert field == "end_check_out_date"
    assert problem.endswith("of at most 50: shorten one of the periods")
    assert len(sandbox.log) == 0


async def test_windows_in_which_a_stay_would_end_before_it_begins_are_not_read(
    call: Call, sandbox: Sandbox
) -> None:
    answer = await call(
        "list_reservations",
        start_check_in_date="2026-06-01",
        end_check_in_date="2026-06-30",
        start_check_out_date="2026-01-01",
        end_check_out_date="2026-05-01",
    )
    assert (answer["items"], len(sandbox.log)) == ([], 0)


def test_values_are_bounded_in_number_depth_and_length_whatever_a_tool_declares() -> None:
    deep: Any = "x"
    for _ in range(9):
        deep = [deep]
    told = {
        "must have at most 20,000 characters": "x" * 20_001,
        "must have at most 1,000 entries": [1] * 1_001,
        "is nested more than 8 levels deep": deep,
        "holds more than 5,000 values": [[1] * 100] * 51,
        "has a key of more than 200 characters": {"x" * 201: "x"},
        "must be a number of at most 9223372036854775807": 2**63,
    }
    for problem, value in told.items():
        [found] = refused("create_property", title=value).problems
        assert (found.field, found.problem) == ("title", problem)


def test_a_title_in_place_of_an_id_is_short() -> None:
    [problem] = refused("list_tasks", property_id="Harbour " * 30).problems
    assert problem.problem == "must have at most 200 characters"
