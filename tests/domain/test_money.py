from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as some

from hostex_mcp.domain.money import by_currency, exact, rounded


def test_amounts_are_taken_as_they_are_written() -> None:
    assert exact(0.1) + exact(0.2) == Fraction(3, 10)
    assert exact(None) == 0


def test_halves_are_rounded_up_to_the_smallest_unit_of_the_currency() -> None:
    assert rounded(Fraction("10.005"), "EUR") == 10.01
    assert rounded(Fraction("-10.005"), "EUR") == -10.01
    assert rounded(Fraction("1000.5"), "JPY") == 1001


def test_currencies_are_never_added_to_each_other() -> None:
    sums = by_currency([("EUR", Fraction(1)), ("USD", Fraction(2)), ("EUR", Fraction(3))])
    assert sums == {"EUR": 4, "USD": 2}
    assert list(sums) == ["EUR", "USD"]


@given(some.lists(some.integers(0, 10_000_000), max_size=50))
def test_cents_add_up_without_loss(cents: list[int]) -> None:
    total = sum((exact(one / 100) for one in cents), Fraction())
    assert total == Fraction(sum(cents), 100)
