"""Values of days in few words: what is said of each day is what it was."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest

from hostex_mcp.domain.day_patterns import Pattern, patterns, weekdays_text

# A Monday.
FIRST = date(2026, 6, 1)
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


def day(number: int) -> date:
    """A day by its number from the first Monday on."""
    return FIRST + timedelta(days=number)


def told(found: Sequence[Pattern[int]], days: int) -> list[list[int]]:
    """What the patterns say of each day."""
    return [
        [
            pattern.value
            for pattern in found
            if pattern.start <= day(number) <= pattern.end
            and (not pattern.weekdays or day(number).weekday() in pattern.weekdays)
        ]
        for number in range(days)
    ]


def test_equal_days_are_one_run() -> None:
    assert patterns([100] * 40, FIRST) == [Pattern(FIRST, day(39), 100)]


def test_weekends_at_another_price_are_told_by_the_days_of_the_week() -> None:
    prices = [130 if number % 7 in (FRI, SAT) else 100 for number in range(21)]
    assert patterns(prices, FIRST) == [
        Pattern(FIRST, day(20), 100, (MON, TUE, WED, THU, SUN)),
        Pattern(FIRST, day(20), 130, (FRI, SAT)),
    ]


def test_less_than_two_weeks_are_no_matter_of_weekdays() -> None:
    prices = [130 if number % 7 in (FRI, SAT) else 100 for number in range(10)]
    assert patterns(prices, FIRST) == [
        Pattern(FIRST, day(3), 100),
        Pattern(day(4), day(5), 130),
        Pattern(day(6), day(9), 100),
    ]


def test_a_season_in_between_leaves_the_weeks_around_it_alike() -> None:
    usual = [130 if number % 7 in (FRI, SAT) else 100 for number in range(28)]
    season = [200] * 7
    found = patterns([*usual[:21], *season, *usual[:9]], FIRST)
    weeks = [(pattern.value, pattern.weekdays) for pattern in found]
    usual_week = [(100, (MON, TUE, WED, THU, SUN)), (130, (FRI, SAT))]
    assert weeks == [*usual_week, (200, ()), *usual_week]
    assert [found[2].start, found[2].end] == [day(21), day(27)]


def test_days_without_a_value_are_in_no_pattern() -> None:
    assert patterns([None, 5, None, None, 5, 5], FIRST) == [
        Pattern(day(1), day(1), 5),
        Pattern(day(4), day(5), 5),
    ]
    assert patterns([None, None], FIRST) == []


@pytest.mark.parametrize("seed", range(60))
def test_of_every_day_exactly_its_value_is_told(seed: int) -> None:
    random = Random(seed)
    days = random.randint(1, 120)
    week = [random.choice([100, 100, 130]) for _ in range(7)]
    values: list[int | None] = [
        random.choice([None, 90, 200])
        if random.random() < random.choice([0, 0.02, 0.3])
        else week[number % 7]
        for number in range(days)
    ]
    expected = [[] if value is None else [value] for value in values]
    assert told(patterns(values, FIRST), days) == expected


@pytest.mark.parametrize(
    ("weekdays", "text"),
    [
        ((FRI, SAT), "Fri Sat"),
        ((MON, TUE, WED, THU, SUN), "Sun-Thu"),
        ((MON, WED), "Mon Wed"),
        ((SUN, MON), "Sun Mon"),
        ((MON, TUE, WED, SAT), "Mon-Wed Sat"),
        ((SAT,), "Sat"),
    ],
)
def test_days_of_the_week_are_written_as_hosts_do(weekdays: tuple[int, ...], text: str) -> None:
    assert weekdays_text(weekdays) == text
