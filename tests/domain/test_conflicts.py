from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hostex_mcp.api.endpoints.calendar import CalendarDay, PricingRatio
from hostex_mcp.domain.conflicts import Priced, channel_holes, overlaps, price_differences
from hostex_mcp.domain.nights import nights
from tests.domain.calendar_samples import book, june, selling
from tests.domain.stay_samples import stay


def told(*stays: Any) -> list[tuple[str, str, int, int]]:
    return [
        (
            overlap.first.stay_code,
            overlap.second.stay_code,
            (overlap.first_night - june(0)).days,
            overlap.nights,
        )
        for overlap in overlaps(stays)
    ]


def test_two_stays_on_the_same_night_of_a_property_overlap() -> None:
    assert told(stay("a", "2026-06-01", 4), stay("b", "2026-06-03", 5)) == [("a", "b", 3, 2)]


def test_a_check_in_on_the_day_of_check_out_is_no_overlap() -> None:
    assert told(stay("a", "2026-06-01", 4), stay("b", "2026-06-05", 5)) == []


def test_stays_of_other_properties_dead_ones_and_those_in_the_box_do_not_overlap() -> None:
    others = [
        stay("b", "2026-06-01", 4, property_id=2),
        stay("c", "2026-06-01", 4, status="cancelled"),
        stay("d", "2026-06-01", 4, property_id=0),
        stay("e", "2026-06-01", 4, property_id=0),
        stay("f", "2026-06-01", 4, in_reservation_box=True),
    ]
    assert told(stay("a", "2026-06-01", 4), *others) == []


def test_a_request_over_a_booked_stay_overlaps_and_three_stays_make_three_pairs() -> None:
    three = [stay(code, "2026-06-01", 3) for code in ("a", "b")]
    assert told(*three, stay("c", "2026-06-02", 3, status="wait_accept")) == [
        ("a", "b", 1, 3),
        ("a", "c", 2, 2),
        ("b", "c", 2, 2),
    ]


@given(some.lists(some.tuples(some.integers(1, 20), some.integers(1, 6)), max_size=7))
def test_overlaps_are_the_pairs_that_share_a_night(spans: list[tuple[int, int]]) -> None:
    stays = [stay(f"s{n}", june(start).isoformat(), length) for n, (start, length) in enumerate(spans)]
    sets = {stay.stay_code: set(nights(stay.check_in_date, stay.check_out_date)) for stay in stays}
    expected = {
        frozenset([group, other]): len(sets[group] & sets[other])
        for group in sets
        for other in sets
        if group != other and sets[group] & sets[other]
    }
    pairs = {
        frozenset([overlap.first.stay_code, overlap.second.stay_code]): overlap.nights
        for overlap in overlaps(stays)
    }
    assert pairs == expected


@pytest.mark.parametrize("count", [20, 21, 400])
def test_of_very_many_overlaps_of_a_property_the_first_are_told_and_the_others_counted(count: int) -> None:
    crowd = [stay(f"s{number:03}", "2026-06-01", 3) for number in range(count)]
    beside = [stay("x", "2026-06-09", 3, property_id=2), stay("y", "2026-06-10", 3, property_id=2)]
    found = overlaps([*crowd, *beside])
    own, others = found[:-1], found[-1]
    assert (others.first.stay_code, others.second.stay_code, others.more) == ("x", "y", 0)
    pairs = count * (count - 1) // 2
    assert len(own) == min(pairs, 200)
    assert [overlap.more for overlap in own if overlap.more] == ([pairs - 200] if pairs > 200 else [])


def holes(books: list[Any], signs: str) -> list[tuple[int, int, bool]]:
    result = channel_holes(books, selling(signs), june(1), june(len(signs)))
    return [((hole.first_night - june(0)).days, hole.nights, hole.open) for hole in result]


def test_a_listing_that_agrees_with_the_calendar_has_no_hole() -> None:
    assert holes([book("..##.")], "..##.") == []


def test_a_channel_that_is_open_where_the_calendar_is_closed_is_found_with_who_holds_the_night() -> None:
    guest = stay("a", "2026-06-02", 2)
    (hole,) = channel_holes([book(".##.#", guest)], selling("...1#"), june(1), june(5))
    assert (hole.first_night, hole.nights, hole.open) == (june(2), 2, True)
    assert [closure.stay for closure in hole.closures] == [guest]


def test_a_night_that_a_stay_holds_while_the_master_calendar_is_open_counts_as_closed() -> None:
    assert holes([book("...", stay("a", "2026-06-02", 1))], "...") == [(2, 1, True)]


def test_a_channel_that_is_closed_where_the_calendar_is_open_is_found() -> None:
    assert holes([book(".....")], ".##..") == [(2, 2, False)]


def test_a_room_type_has_as_many_units_as_its_rooms_are_free() -> None:
    rooms = [book("..##"), book(".#.#")]
    assert holes(rooms, "2110") == []
    assert holes(rooms, "2111") == [(4, 1, True)]
    assert holes(rooms, "1110") == []
    assert holes(rooms, "2010") == [(2, 1, False)]


def test_nights_that_the_calendar_does_not_tell_are_not_judged() -> None:
    assert holes([book("..")], "..##") == []


def priced(channel: str, ratio: int, *prices: float, currency: str = "EUR", **changes: Any) -> Priced:
    row = {"channel_type": channel, "listing_id": f"{channel}-1", "ratio": ratio, "readonly": ratio < 0}
    days = {
        june(day): CalendarDay(date=june(day), price=price, inventory=1)
        for day, price in enumerate(prices, 1)
    }
    return Priced(PricingRatio.model_validate(row | changes), currency, days)


def odd(*listings: Priced, nights: int = 1, tolerance: float = 2) -> dict[str, list[tuple[float, float]]]:
    dates = [june(day) for day in range(1, nights + 1)]
    differences = price_differences(listings, dates, tolerance)
    return {
        listing.ratio.channel_type: [(night.price, night.expected) for night in differing]
        for listing, differing in differences
    }


def test_prices_that_the_ratios_explain_are_no_difference() -> None:
    assert odd(priced("airbnb", 100, 125), priced("booking.com", 112, 140), priced("vrbo", 105, 131)) == {}


def test_a_price_that_the_ratio_does_not_explain_is_found_with_the_expected_one() -> None:
    assert odd(priced("airbnb", 100, 140), priced("booking.com", 112, 157), priced("vrbo", 105, 124)) == {
        "vrbo": [(124, 147)]
    }


def test_the_listing_that_most_others_contradict_is_the_odd_one_even_at_the_base_ratio() -> None:
    assert odd(priced("airbnb", 100, 200), priced("booking.com", 112, 112), priced("vrbo", 105, 105)) == {
        "airbnb": [(200, 100)]
    }


def test_of_two_that_disagree_the_one_nearest_to_the_base_price_is_believed() -> None:
    assert odd(priced("booking.com", 112, 112), priced("airbnb", 100, 120)) == {"booking.com": [(112, 134.4)]}


def test_differences_within_the_tolerance_or_one_unit_are_none() -> None:
    assert odd(priced("airbnb", 100, 20), priced("vrbo", 100, 21)) == {}
    assert odd(priced("airbnb", 100, 200), priced("vrbo", 100, 204)) == {}
    assert odd(priced("airbnb", 100, 200), priced("vrbo", 100, 205)) == {"vrbo": [(205, 200)]}
    assert odd(priced("airbnb", 100, 200), priced("vrbo", 100, 205), tolerance=5) == {}


def test_listings_that_cannot_be_compared_are_left_out() -> None:
    assert odd(priced("airbnb", 100, 100), priced("airbnb", -1, 300)) == {}
    assert odd(priced("airbnb", 100, 100), priced("ctrip", 100, 300)) == {}
    assert odd(priced("airbnb", 100, 100), priced("vrbo", 100, 300, currency="USD")) == {}
    assert odd(priced("airbnb", 100, 100), priced("vrbo", 100, 0)) == {}
    assert odd(priced("airbnb", 100, 100), priced("vrbo", 100)) == {}


def test_each_night_is_judged_for_itself() -> None:
    differences = odd(priced("airbnb", 100, 100, 120, 100), priced("vrbo", 110, 110, 110, 110), nights=3)
    assert differences == {"vrbo": [(110, 132)]}
    ((_, (night,)),) = price_differences(
        [priced("airbnb", 100, 120), priced("vrbo", 110, 110)], [date(2026, 6, 1)], 2
    )
    assert (night.night, night.percent) == (june(1), -16.7)


@given(some.integers(40, 900), some.lists(some.integers(60, 200), min_size=2, max_size=5))
def test_rounded_prices_of_one_base_price_are_never_a_difference(base: int, ratios: list[int]) -> None:
    listings = [
        priced(f"c{n}", ratio, round(base * ratio / 100), listing_id=str(n)) for n, ratio in enumerate(ratios)
    ]
    assert odd(*listings, tolerance=2.5) == {}
