from datetime import date

import pytest

from hostex_mcp.domain.guard_rails import GuardRails


@pytest.mark.parametrize(
    ("before", "after", "setting"),
    [
        (100, 300, None),
        (100, 301, "HOSTEX_MCP_PRICE_FACTOR"),
        (99, 33, None),
        (100, 33, "HOSTEX_MCP_PRICE_FACTOR"),
        (None, 10_000, None),
        (0, 500, None),
    ],
)
def test_a_price_stays_within_three_times_of_the_present_one(
    before: float | None, after: float, setting: str | None
) -> None:
    problem = GuardRails().price_problem(before, after)
    assert (problem and problem[1]) == setting


def test_floor_and_ceiling_hold_whatever_the_present_price() -> None:
    rails = GuardRails(price_floor=50, price_ceiling=400, price_factor=100)
    assert rails.price_problem(60, 49) == ("49 is below the floor of 50", "HOSTEX_MCP_PRICE_FLOOR")
    assert rails.price_problem(None, 401) == ("401 is above the ceiling of 400", "HOSTEX_MCP_PRICE_CEILING")
    assert rails.price_problem(60, 50) is None


def test_days_beyond_the_horizon_are_refused() -> None:
    rails = GuardRails(horizon_days=30)
    today = date(2026, 2, 1)
    assert rails.days_problem([date(2026, 3, 3)], today) is None
    problem = rails.days_problem([today, date(2026, 3, 4)], today)
    assert problem == (
        "2026-03-04 is beyond 2026-03-03, the last day that may be changed",
        "HOSTEX_MCP_HORIZON_DAYS",
    )
