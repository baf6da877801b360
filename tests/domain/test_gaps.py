from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hostex_mcp.domain.gaps import Gap, UnsellableNights, closed_arrivals, gaps, only_whole, unsellable_nights
from hostex_mcp.domain.nights import nights
from hostex_mcp.domain.stay_rules import ListingDays, broken_rules
from tests.domain.calendar_samples import book, june, selling
from tests.domain.stay_samples import stay


def day(number: int) -> str:
    return june(number).isoformat()


def only(unsellable: list[UnsellableNights]) -> UnsellableNights:
    (item,) = unsellable
    return item


def test_gaps_are_the_free_nights_between_stays_and_blocks() -> None:
    calendar = book("###..#....", stay("a", "2026-06-01", 3), stay("b", "2026-06-07", 1))
    assert gaps(calendar, june(1), june(10)) == [
        Gap(june(4), 2),
        Gap(june(8), 3, open_ended=True),
    ]
    assert gaps(calendar, june(4), june(5))[0].open_ended
    assert Gap(june(4), 2).check_out == june(6)


def test_a_gap_shorter_than_the_minimum_stay_is_opened_by_lowering_it_to_the_gap() -> None:
    days = selling("##..###", min_stay_on_arrival=3)
    run = only(unsellable_nights(Gap(june(3), 2), days))
    assert (run.first_night, run.nights) == (june(3), 2)
    assert [(rule.rule, rule.value) for rule in run.rules] == [("min_stay_on_arrival", 3)]
    assert run.ranges == [{"start_date": day(3), "end_date": day(3), "min_stay_on_arrival": 2}]


def test_a_gap_sells_only_whole_where_no_shorter_stay_is_allowed_in_it() -> None:
    lenient, strict = selling("." * 12, min_stay_on_arrival=1), selling("." * 12, min_stay_on_arrival=3)
    assert only_whole(Gap(june(3), 1), [lenient])
    assert only_whole(Gap(june(3), 3), [strict])
    assert not only_whole(Gap(june(3), 2), [lenient])
    assert not only_whole(Gap(june(3), 4), [strict])
    assert not only_whole(Gap(june(3), 2), [strict])
    assert not only_whole(Gap(june(3), 3), [strict, lenient])
    assert not only_whole(Gap(june(3), 1), [])
    assert not only_whole(Gap(june(3), 1, open_ended=True), [lenient])


def test_a_gap_of_more_than_a_week_is_not_short() -> None:
    days = selling("." * 12, min_stay_on_arrival=8)
    assert not only_whole(Gap(june(2), 8), [days])


def test_a_gap_as_long_as_the_minimum_stay_is_not_stuck() -> None:
    assert unsellable_nights(Gap(june(3), 3), selling("." * 9, min_stay_on_arrival=3)) == []


def test_a_minimum_stay_through_is_lowered_on_the_nights_where_it_is_too_long() -> None:
    days = selling("." * 9, {3: {"min_stay_through": 2}}, min_stay_on_arrival=1, min_stay_through=4)
    run = only(unsellable_nights(Gap(june(2), 3), days))
    assert run.ranges == [
        {"start_date": day(2), "end_date": day(2), "min_stay_through": 3},
        {"start_date": day(4), "end_date": day(4), "min_stay_through": 3},
    ]


def test_both_minimum_stays_are_lowered_where_a_channel_has_both() -> None:
    days = selling("." * 9, min_stay_on_arrival=5, min_stay_through=5)
    run = only(unsellable_nights(Gap(june(2), 2), days))
    assert run.ranges == [
        {"start_date": day(2), "end_date": day(2), "min_stay_on_arrival": 2, "min_stay_through": 2},
        {"start_date": day(3), "end_date": day(3), "min_stay_through": 2},
    ]


def test_a_gap_into_which_nobody_may_arrive_or_out_of_which_nobody_may_leave_is_stuck() -> None:
    shut = only(unsellable_nights(Gap(june(2), 1), selling("...", {2: {"closed_on_arrival": True}})))
    assert shut.ranges == [{"start_date": day(2), "end_date": day(2), "closed_on_arrival": False}]
    opening = only(unsellable_nights(Gap(june(2), 1), selling("...", {3: {"closed_on_departure": True}})))
    assert opening.ranges == [{"start_date": day(3), "end_date": day(3), "closed_on_departure": False}]


def test_only_the_nights_before_the_first_possible_arrival_are_stuck() -> None:
    rules = {1: {"closed_on_arrival": True}, 2: {"closed_on_arrival": True}}
    run = only(unsellable_nights(Gap(june(1), 10), selling("." * 12, rules, min_stay_on_arrival=2)))
    assert (run.first_night, run.nights) == (june(1), 2)
    assert run.ranges == [{"start_date": day(1), "end_date": day(1), "closed_on_arrival": False}]


def test_a_minimum_stay_is_never_lowered_below_the_gap_to_open_a_part_of_it() -> None:
    rules = {number: {"min_stay_on_arrival": 20} for number in range(1, 4)}
    days = selling("." * 8, rules)
    run = only(unsellable_nights(Gap(june(1), 8), days))
    assert (run.first_night, run.nights) == (june(1), 3)
    assert run.ranges == [{"start_date": day(1), "end_date": day(1), "min_stay_on_arrival": 8}]


def test_the_minimum_stay_of_a_gap_whose_end_is_not_known_is_left_alone() -> None:
    run = only(unsellable_nights(Gap(june(1), 3, open_ended=True), selling("." * 3, min_stay_on_arrival=5)))
    assert run.ranges == ()


def test_units_and_exact_stays_are_named_and_left_to_the_host() -> None:
    closed = only(unsellable_nights(Gap(june(2), 4), selling("...#...")))
    assert (closed.first_night, closed.nights) == (june(4), 1)
    assert ([violation.rule for violation in closed.rules], closed.ranges) == (["inventory"], ())
    exact = only(unsellable_nights(Gap(june(2), 2), selling("." * 6, exact_stay_on_arrival=7)))
    assert ([violation.rule for violation in exact.rules], exact.ranges) == (["exact_stay_on_arrival"], ())


def test_nights_that_an_earlier_arrival_can_hold_are_only_closed_to_arrival() -> None:
    gap, days = (
        Gap(june(1), 6),
        selling("." * 8, {3: {"closed_on_arrival": True}, 4: {"closed_on_arrival": True}}),
    )
    assert unsellable_nights(gap, days) == []
    run = only(closed_arrivals(gap, days, []))
    assert (run.first_night, run.nights) == (june(3), 2)
    assert run.ranges == [{"start_date": day(3), "end_date": day(4), "closed_on_arrival": False}]


def test_stuck_nights_are_not_told_a_second_time_as_closed_to_arrival() -> None:
    gap, days = Gap(june(1), 6), selling("." * 8, {1: {"closed_on_arrival": True}})
    assert closed_arrivals(gap, days, unsellable_nights(gap, days)) == []


class Looked(dict[date, Any]):
    """A listing's days that count how often one is looked up."""

    count = 0

    def get(self, key: date, default: Any = None, /) -> Any:
        self.count += 1
        return super().get(key, default)


@pytest.mark.parametrize(
    ("signs", "rules"),
    [
        ("", {}),
        ("#" * 60, {}),
        ("." * 60, {"min_stay_through": 99}),
        ("." * 60, {"closed_on_departure": True}),
        ("." * 60, {"exact_stay_on_arrival": 99}),
    ],
    ids=["unknown", "no units", "minimum", "no departures", "exact"],
)
def test_a_long_gap_of_which_nothing_can_be_sold_takes_few_looks_at_each_pair_of_days(
    signs: str, rules: dict[str, Any]
) -> None:
    days = Looked(selling(signs, **rules))
    run = only(unsellable_nights(Gap(june(1), 40), days))
    assert (run.first_night, run.nights) == (june(1), 40)
    assert days.count < 5 * 40 * 40


RULES = some.fixed_dictionaries(
    {
        "closed_on_arrival": some.booleans(),
        "closed_on_departure": some.booleans(),
        "min_stay_on_arrival": some.integers(0, 6),
        "max_stay_on_arrival": some.sampled_from([0, 0, 3, 28]),
        "min_stay_through": some.integers(0, 4),
    }
)
LISTINGS = some.lists(some.tuples(some.sampled_from("...#"), RULES), min_size=14, max_size=14).map(
    lambda given: selling(
        "".join(sign for sign, _ in given), dict(enumerate((rules for _, rules in given), 1))
    )
)


def sold_by_hand(gap: Gap, days: ListingDays) -> set[date]:
    """Every night of every allowed stay inside a gap."""
    every = [june(0) + timedelta(days=n) for n in range(1, 20)]
    inside = [stay for stay in every if gap.first_night <= stay <= gap.check_out]
    stays = [(come, go) for come in inside for go in inside if come < go and not broken_rules(days, come, go)]
    return {night for stay in stays for night in nights(*stay)}


@given(LISTINGS, some.integers(1, 12), some.integers(1, 10))
def test_a_night_is_stuck_exactly_when_no_allowed_stay_holds_it(days: Any, start: int, length: int) -> None:
    gap = Gap(june(start), min(length, 14 - start))
    unsellable = unsellable_nights(gap, days)
    unsold = [night for gap in unsellable for night in nights(gap.first_night, gap.check_out)]
    everything = nights(gap.first_night, gap.check_out)
    assert set(unsold) == set(everything) - sold_by_hand(gap, days)
    assert all(gap.check_out < other.first_night for gap, other in pairwise(unsellable))


@given(LISTINGS, some.integers(1, 12), some.integers(1, 10))
def test_an_opening_opens_the_nights_and_stays_within_the_bounds(days: Any, start: int, length: int) -> None:
    gap = Gap(june(start), min(length, 14 - start))
    for run in unsellable_nights(gap, days):
        changed = dict(days)
        for row in run.ranges:
            first, last = date.fromisoformat(row["start_date"]), date.fromisoformat(row["end_date"])
            rules = {name: value for name, value in row.items() if name not in ("start_date", "end_date")}
            assert (
                rules.keys() == {"closed_on_departure"}
                or gap.first_night <= first <= last <= gap.last_night
                or (last == gap.check_out)
            )
            assert all(rules[name] == gap.nights for name in rules if name.startswith("min_"))
            for each in nights(first, last + timedelta(days=1)):
                restrictions = changed[each].restrictions.model_copy(update=rules)
                changed[each] = changed[each].model_copy(update={"restrictions": restrictions})
        if run.ranges:
            assert set(nights(run.first_night, run.check_out)) <= sold_by_hand(gap, changed)


@given(some.text(".#", min_size=1, max_size=40))
def test_gaps_hold_every_free_night_once(signs: str) -> None:
    rows = gaps(book(signs), june(1), june(len(signs)))
    covered = [night for run in rows for night in nights(run.first_night, run.check_out)]
    assert covered == [june(number) for number, sign in enumerate(signs, 1) if sign == "."]
