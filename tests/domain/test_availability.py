from hypothesis import given
from hypothesis import strategies as some

from hostex_mcp.domain.availability import alternatives, offer
from tests.domain.calendar_samples import book, june, selling


def test_an_offer_is_the_sum_of_the_nights_and_their_average() -> None:
    days = selling("....")
    days[june(2)] = days[june(2)].model_copy(update={"price": 149.5})
    quote = offer(days, june(1), june(4), june(1))
    assert (quote.total, quote.average, quote.obstacles) == (349.5, 116.5, [])


def test_an_offer_without_all_prices_has_no_total() -> None:
    quote = offer(selling("..."), june(2), june(6), june(1))
    assert (quote.total, quote.average) == (None, None)
    assert [obstacle.rule for obstacle in quote.obstacles] == ["unknown"]


def test_an_offer_names_rules_and_notice_that_stand_in_the_way() -> None:
    days = selling("." * 9, min_stay_on_arrival=3, min_advance_reservation="2D")
    assert [obstacle.rule for obstacle in offer(days, june(2), june(4), june(1)).obstacles] == [
        "min_stay_on_arrival",
        "min_advance_reservation",
    ]


def dates(signs: str, check_in: int, check_out: int, today: int = 1) -> list[tuple[int, int]]:
    options = alternatives(book(signs), june(check_in), june(check_out), june(today), 3)
    return [((come - june(0)).days, (go - june(0)).days) for come, go in options]


def test_the_nearest_moves_come_first_then_the_longest_shorter_stay() -> None:
    assert dates("....#...........", 4, 8) == [(6, 10), (1, 5), (6, 8)]
    assert dates("......#.........", 4, 8) == [(3, 7), (4, 7)]


def test_a_stay_can_be_moved_to_earlier_days_but_not_into_the_past() -> None:
    assert dates("......#####.....", 5, 8) == [(4, 7), (5, 7)]
    assert dates("......#####.....", 5, 8, today=5) == [(5, 7)]


def test_at_least_half_of_the_nights_remain() -> None:
    assert dates("#.####..#######", 5, 9) == [(7, 9)]
    assert dates("#.####..#######", 5, 10) == []


def test_with_everything_closed_there_is_no_alternative() -> None:
    assert dates("#" * 16, 5, 8) == []


@given(
    some.text(".#", min_size=20, max_size=20), some.integers(4, 12), some.integers(1, 6), some.integers(1, 6)
)
def test_alternatives_are_free_near_and_not_past(signs: str, start: int, length: int, today: int) -> None:
    calendar = book(signs)
    for come, go in alternatives(calendar, june(start), june(start + length), june(today), 3):
        assert calendar.all_free(come, go)
        moved = (go - come).days == length and come >= june(today) and abs((come - june(start)).days) <= 3
        inside = june(start) <= come < go <= june(start + length) and (go - come).days * 2 >= length
        assert moved or inside


@given(some.text(".#", min_size=20, max_size=20), some.integers(4, 12), some.integers(1, 6))
def test_no_alternative_checks_in_before_the_day_at_the_property(signs: str, start: int, length: int) -> None:
    """The dates asked for may be a day behind it, where it is already tomorrow."""
    today = june(start + 1)
    options = alternatives(book(signs), june(start), june(start + length), today, 3)
    assert all(come >= today for come, _ in options)
