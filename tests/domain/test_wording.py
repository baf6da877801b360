from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from hostex_mcp.domain.days import Run
from hostex_mcp.domain.wording import days_text, moment_text, money, nights_text, period, some, span_text


@pytest.mark.parametrize(
    ("check_in", "check_out", "said"),
    [
        (date(2026, 11, 24), date(2026, 11, 30), "Tue 24 to Mon 30 Nov 2026"),
        (date(2026, 11, 24), date(2026, 12, 2), "Tue 24 Nov to Wed 2 Dec 2026"),
        (date(2026, 12, 30), date(2027, 1, 2), "Wed 30 Dec 2026 to Sat 2 Jan 2027"),
        (date(2026, 12, 1), date(2027, 12, 2), "Tue 1 Dec 2026 to Thu 2 Dec 2027"),
    ],
)
def test_a_period_names_month_and_year_once_where_they_are_the_same(
    check_in: date, check_out: date, said: str
) -> None:
    assert period(check_in, check_out) == said


def test_one_night_and_several_are_said_differently() -> None:
    assert nights_text(Run(date(2026, 12, 1), date(2026, 12, 1), "")) == "night of Tue 1 Dec 2026"
    assert nights_text(Run(date(2026, 12, 1), date(2026, 12, 3), "")) == "nights of Tue 1 to Thu 3 Dec 2026"


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (date(2026, 12, 11), "Fri 11 Dec 2026"),
        (date(2026, 12, 12), "Fri 11 and Sat 12 Dec 2026"),
        (date(2026, 12, 14), "Fri 11 to Mon 14 Dec 2026"),
        (date(2027, 1, 1), "Fri 11 Dec 2026 to Fri 1 Jan 2027"),
    ],
)
def test_days_in_a_row_are_one_range_with_weekdays(last: date, said: str) -> None:
    assert days_text(date(2026, 12, 11), last) == said


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (330, "EUR", "€330"),
        (120.3, "EUR", "€120.30"),
        (10.125, "EUR", "€10.125"),
        (40 - 34.9, "EUR", "€5.10"),
        (-48, "GBP", "-£48"),
        (1234567.5, "USD", "$1,234,567.50"),
        (12000.0, "JPY", "¥12,000"),
        (1.5, "KWD", "KWD 1.500"),
        (300, "CHF", "CHF 300"),
        (5, None, "5"),
    ],
)
def test_money_has_the_sign_of_its_currency_and_loses_no_decimal(
    amount: float, currency: str | None, said: str
) -> None:
    assert money(amount, currency) == said


def test_names_that_are_left_out_are_counted() -> None:
    assert some(["a", "b"], 2) == "a, b"
    assert some(["a", "b", "c", "d"], 2) == "a, b and 2 more"


def test_a_moment_is_in_utc_and_has_its_date_unless_it_is_of_today() -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    tokyo = timezone(timedelta(hours=9))
    assert moment_text(now, now) == "today at 12:00 UTC"
    assert moment_text(now.astimezone(tokyo), now.astimezone(tokyo)) == "today at 12:00 UTC"
    assert moment_text(now + timedelta(days=1), now) == "Wed 25 Nov 2026 at 12:00 UTC"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "1 minute"),
        (timedelta(seconds=61), "2 minutes"),
        (timedelta(minutes=10), "10 minutes"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(minutes=91), "2 hours"),
        (timedelta(hours=24), "24 hours"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(hours=37), "2 days"),
        (timedelta(days=7), "7 days"),
    ],
)
def test_a_span_is_rounded_up_to_what_people_count_in(span: timedelta, text: str) -> None:
    assert span_text(span) == text
