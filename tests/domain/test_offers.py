from datetime import date

from hostex_mcp.api.endpoints.calendar import CalendarDay
from hostex_mcp.domain.offers import quoted

DAYS = [
    CalendarDay(date=date(2026, 6, day), price=price, inventory=inventory)
    for day, price, inventory in ((1, 100, 1), (2, 120.5, 0), (3, 80, 0), (4, 99, 1))
]


def test_a_stay_costs_what_its_nights_cost_without_the_day_of_check_out() -> None:
    quote = quoted(DAYS, date(2026, 6, 1), date(2026, 6, 3))
    assert quote.total == 300.5
    assert [(run.start_date.day, run.end_date.day) for run in quote.sold_out] == [(2, 3)]


def test_a_night_without_a_price_leaves_the_sum_unknown() -> None:
    quote = quoted(DAYS, date(2026, 6, 4), date(2026, 6, 5))
    assert (quote.total, quote.percent_off(100)) == (None, None)


def test_a_price_is_so_many_percent_off_the_calendar() -> None:
    quote = quoted(DAYS, date(2026, 6, 1), date(2026, 6, 1))
    assert (quote.percent_off(75), quote.percent_off(100), quote.percent_off(1000)) == (-25, 0, 900)
