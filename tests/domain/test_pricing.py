"""Prices changed by a percentage."""

from datetime import date

import pytest

from hostex_mcp.api.endpoints.calendar import CalendarDay
from hostex_mcp.domain.days import Run
from hostex_mcp.domain.pricing import calendar_quote, repriced, repriced_runs, whole


@pytest.mark.parametrize(
    ("price", "percent", "expected"),
    [(125, -10, 113), (125, 10, 138), (100, 0.5, 101), (99.99, 0, 100), (84, -12.5, 74), (1, -60, 0)],
)
def test_a_percentage_gives_whole_units_with_halves_up(price: float, percent: float, expected: int) -> None:
    assert repriced(price, percent) == expected


def test_days_with_an_equal_result_are_one_range() -> None:
    prices = {date(2026, 6, 1): 100, date(2026, 6, 2): 100.4, date(2026, 6, 3): 140}
    assert repriced_runs(prices, prices, 10) == [
        Run(date(2026, 6, 1), date(2026, 6, 2), 110),
        Run(date(2026, 6, 3), date(2026, 6, 3), 154),
    ]


def test_a_whole_number_is_an_integer_and_a_fraction_stays() -> None:
    assert isinstance(whole(120.0), int)
    assert whole(120.5) == 120.5


DAYS = [
    CalendarDay(date=date(2026, 6, day), price=price, inventory=inventory)
    for day, price, inventory in ((1, 100, 1), (2, 120.5, 0), (3, 80, 0), (4, 99, 1))
]


def test_a_stay_costs_what_its_nights_cost_without_the_day_of_check_out() -> None:
    quote = calendar_quote(DAYS, date(2026, 6, 1), date(2026, 6, 3))
    assert quote.total == 300.5
    assert [(run.start_date.day, run.end_date.day) for run in quote.sold_out] == [(2, 3)]


def test_a_night_without_a_price_leaves_the_sum_unknown() -> None:
    quote = calendar_quote(DAYS, date(2026, 6, 4), date(2026, 6, 5))
    assert (quote.total, quote.percent_off(100)) == (None, None)


def test_a_price_is_so_many_percent_off_the_calendar() -> None:
    quote = calendar_quote(DAYS, date(2026, 6, 1), date(2026, 6, 1))
    assert (quote.percent_off(75), quote.percent_off(100), quote.percent_off(1000)) == (-25, 0, 900)
