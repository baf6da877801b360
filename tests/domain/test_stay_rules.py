from typing import Any

import pytest

from hostex_mcp.domain.stay_rules import advance_broken, broken_rules, longest_stay, unknown_rules
from tests.domain.calendar_samples import june, selling


def broken(days: Any, check_in: int, check_out: int) -> list[tuple[str, int, Any]]:
    violations = broken_rules(days, june(check_in), june(check_out))
    return [(violation.rule, (violation.day - june(0)).days, violation.value) for violation in violations]


def test_a_stay_within_the_rules_breaks_none() -> None:
    days = selling("." * 10, closed_on_arrival=False, min_stay_on_arrival=2, max_stay_on_arrival=5)
    assert broken(days, 1, 3) == []
    assert broken(days, 1, 6) == []


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({2: {"closed_on_arrival": True}}, ("closed_on_arrival", 2, True)),
        ({5: {"closed_on_departure": True}}, ("closed_on_departure", 5, True)),
        ({2: {"min_stay_on_arrival": 4}}, ("min_stay_on_arrival", 2, 4)),
        ({2: {"max_stay_on_arrival": 2}}, ("max_stay_on_arrival", 2, 2)),
        ({2: {"exact_stay_on_arrival": 7}}, ("exact_stay_on_arrival", 2, 7)),
        ({4: {"min_stay_through": 5}}, ("min_stay_through", 4, 5)),
        ({3: {"max_stay_through": 1}}, ("max_stay_through", 3, 1)),
    ],
)
def test_a_broken_rule_is_named_with_its_day_and_value(
    rules: dict[int, Any], expected: tuple[str, int, Any]
) -> None:
    assert broken(selling("." * 10, rules), 2, 5) == [expected]


def test_rules_of_other_days_do_not_count() -> None:
    elsewhere = {
        1: {"closed_on_arrival": True, "min_stay_through": 9},
        3: {"closed_on_arrival": True, "closed_on_departure": True, "min_stay_on_arrival": 9},
        5: {"closed_on_arrival": True, "min_stay_through": 9},
    }
    assert broken(selling("." * 10, elsewhere), 2, 5) == []


def test_limits_of_zero_are_none() -> None:
    assert (
        broken(selling("....", exact_stay_on_arrival=0, max_stay_on_arrival=0, max_stay_through=0), 1, 3)
        == []
    )


def test_a_night_without_units_or_without_an_answer_is_closed() -> None:
    assert broken(selling("..#."), 1, 4) == [("inventory", 3, 0)]
    assert broken(selling("..."), 2, 6) == [("unknown", 4, "")]


def test_several_broken_rules_are_all_named() -> None:
    days = selling("." * 5, {1: {"closed_on_arrival": True, "min_stay_on_arrival": 3, "min_stay_through": 3}})
    assert [rule for rule, *_ in broken(days, 1, 2)] == [
        "closed_on_arrival",
        "min_stay_on_arrival",
        "min_stay_through",
    ]


def test_the_longest_stay_is_as_long_as_rules_and_units_allow() -> None:
    assert longest_stay(selling("." * 10), june(2), 5) == 5
    assert longest_stay(selling("." * 10, max_stay_on_arrival=3), june(2), 5) == 3
    assert longest_stay(selling("....#..."), june(2), 5) == 3
    assert longest_stay(selling("." * 10, {7: {"closed_on_departure": True}}), june(2), 5) == 4
    assert longest_stay(selling("." * 10, min_stay_on_arrival=6), june(2), 5) is None
    assert longest_stay(selling("." * 10, {2: {"closed_on_arrival": True}}), june(2), 5) is None


def advance(today: int, **rules: str) -> list[str]:
    return [
        violation.rule
        for violation in advance_broken(selling("." * 20, None, **rules), june(10), june(today))
    ]


def test_a_stay_is_too_late_within_the_notice_and_too_early_beyond_the_horizon() -> None:
    assert advance(10, min_advance_reservation="1D") == ["min_advance_reservation"]
    assert advance(9, min_advance_reservation="1D") == []
    assert advance(9, min_advance_reservation="1D24H") == ["min_advance_reservation"]
    assert advance(10, min_advance_reservation="12H") == []
    assert advance(1, max_advance_reservation="8D") == ["max_advance_reservation"]
    assert advance(2, max_advance_reservation="8D") == []
    assert advance(1, max_advance_reservation="soon") == []


def test_a_rule_that_a_channel_lacks_is_found() -> None:
    assert unknown_rules("airbnb", ["min_stay_on_arrival", "min_stay_through"]) == ["min_stay_through"]
    assert unknown_rules("agoda", ["min_stay_through", "max_stay_through"]) == ["max_stay_through"]
    assert unknown_rules("trip.com", ["exact_stay_on_arrival"]) == ["exact_stay_on_arrival"]
    assert unknown_rules("booking.com", ["exact_stay_on_arrival"]) == []


def test_nothing_is_known_to_be_missing_on_other_channels() -> None:
    assert unknown_rules("vrbo", ["exact_stay_on_arrival"]) == []
