from datetime import date

import pytest

from hostex_mcp.domain.days import Run
from hostex_mcp.domain.wording import money, nights_text, period, some


@pytest.mark.parametrize(
    ("check_in", "check_out", "said"),
    [
        (date(2026, 11, 24), date(2026, 11, 30), "24 to 30 Nov 2026"),
        (date(2026, 11, 24), date(2026, 12, 2), "24 Nov to 2 Dec 2026"),
        (date(2026, 12, 30), date(2027, 1, 2), "30 Dec 2026 to 2 Jan 2027"),
        (date(2026, 12, 1), date(2027, 12, 2), "1 Dec 2026 to 2 Dec 2027"),
    ],
)
def test_a_period_names_month_and_year_once_where_they_are_the_same(
    check_in: date, check_out: date, said: str
) -> None:
    assert period(check_in, check_out) == said


def test_one_night_and_several_are_said_differently() -> None:
    assert nights_text(Run(date(2026, 12, 1), date(2026, 12, 1), "")) == "night of 1 Dec 2026"
    assert nights_text(Run(date(2026, 12, 1), date(2026, 12, 3), "")) == "nights of 1 to 3 Dec 2026"


def test_money_has_decimals_only_where_it_needs_them() -> None:
    assert (money(330, "EUR"), money(120.3, "EUR"), money(5)) == ("330 EUR", "120.30 EUR", "5")


def test_names_that_are_left_out_are_counted() -> None:
    assert some(["a", "b"], 2) == "a, b"
    assert some(["a", "b", "c", "d"], 2) == "a, b and 2 more"
