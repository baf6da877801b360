import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hostex_mcp.api.endpoints.models import ChannelLink
from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.domain.money import by_currency, currencies, exact, rounded


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
    total = sum((exact(amount / 100) for amount in cents), Fraction())
    assert total == Fraction(sum(cents), 100)


UNITS = {"EUR": 2, "USD": 2, "HUF": 2, "IDR": 2, "JPY": 0, "CLP": 0, "UGX": 0, "ISK": 0, "KWD": 3, "BHD": 3}


@given(
    some.integers(-(10**12), 10**12), some.integers(1, 400), some.sampled_from(sorted([*UNITS, "XXQ", ""]))
)
def test_a_sum_is_the_nearest_amount_that_the_currency_s_coins_can_pay(
    amount: int, nights: int, currency: str
) -> None:
    """Expected values: the smallest units as the standard's list of codes prints them."""
    unit = 10 ** UNITS.get(currency, 2)
    paid = round(rounded(Fraction(amount, nights), currency) * unit)
    assert rounded(Fraction(amount, nights), currency) == paid / unit
    assert abs(Fraction(amount * unit, nights) - paid) <= Fraction(1, 2)


def test_fils_of_a_dinar_are_kept() -> None:
    assert rounded(Fraction("12.3455"), "KWD") == 12.346
    assert rounded(Fraction("12.3455"), "CLP") == 12


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), float("-inf"), None])
def test_what_is_no_amount_counts_as_none(amount: float | None) -> None:
    assert exact(amount) == 0


def test_the_standard_s_table_is_not_read_at_the_start() -> None:
    script = "import sys, hostex_mcp.tools.catalogue; print('iso4217' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout == b"False\n"
    )


def house(id: int, *used: str | None) -> Property:
    links = tuple(
        ChannelLink(channel_type="airbnb", listing_id=str(id + n), currency=codes)
        for n, codes in enumerate(used)
    )
    return Property(id=id, title=f"House {id}", channels=links)


def test_a_property_tells_the_currencies_of_its_own_channels() -> None:
    assert currencies([house(1, "EUR", "EUR"), house(2, "USD")], 1) == ["EUR"]
    assert currencies([house(1, "USD", "EUR"), house(2, "CHF")], 1) == ["EUR", "USD"]


def test_without_channels_of_its_own_all_currencies_of_the_account_are_candidates() -> None:
    every = [house(1), house(2, None, "USD"), house(3, "EUR")]
    assert currencies(every, 1) == ["EUR", "USD"]
    assert currencies(every) == ["EUR", "USD"]
    assert currencies([house(1)], 1) == []
