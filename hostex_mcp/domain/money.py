"""Sums of money: exact until they are rounded once, and never across currencies.

Amounts are rounded half up, away from zero, to the currency's smallest unit by ISO 4217: 2 decimals
for euros, none for yen, 3 for Kuwaiti dinars; 2 for codes unknown to the standard.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from math import isfinite

from hostex_mcp.api.endpoints.properties import Property

_USUAL_DECIMALS = 2
_HALF = Fraction(1, 2)


@lru_cache(maxsize=10_000)
def exact(amount: float | None) -> Fraction:
    """Return an amount exactly as Hostex wrote it, 0 for none."""
    # By its text: 0.1 as a binary number is not a tenth, and sums of many would be off by a cent.
    return Fraction(str(amount)) if amount is not None and isfinite(amount) else Fraction()


def code(currency: str | None) -> str:
    """Return a currency's code in capitals, empty for none."""
    return (currency or "").strip().upper()


def rounded(amount: Fraction, currency: str) -> float:
    """Return an amount in major units, rounded half up to the currency's smallest unit."""
    units = 10 ** decimals(currency)
    nearest = int(abs(amount) * units + _HALF)
    return float(Fraction(nearest if amount >= 0 else -nearest, units))


@lru_cache(maxsize=256)
def decimals(currency: str) -> int:
    """Return the number of decimals of a currency's smallest unit."""
    # Reading the standard's table takes 50 ms, which would delay every start.
    table = import_module("iso4217")
    try:
        exponent = table.Currency(currency).exponent
    except ValueError:
        return _USUAL_DECIMALS
    # Gold and other entries without a minor unit have no exponent.
    return _USUAL_DECIMALS if exponent is None else exponent


def by_currency(amounts: Iterable[tuple[str, Fraction]]) -> Mapping[str, Fraction]:
    """Return the sum of each currency, in alphabetical order."""
    # Whole numbers of the same fraction are added first, which takes a tenth of the time.
    wholes: dict[tuple[str, int], int] = defaultdict(int)
    for currency, amount in amounts:
        wholes[currency, amount.denominator] += amount.numerator
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for (currency, denominator), whole in wholes.items():
        sums[currency] += Fraction(whole, denominator)
    return dict(sorted(sums.items()))


def currencies(properties: Iterable[Property], property_id: int | None = None) -> list[str]:
    """Return the currencies of a property's channels, in alphabetical order; those of all properties when
    there is no such property or none of its channels names a currency.

    Inferred: money spent on a property is in the currency it is sold in.
    """
    links = [(place.id, link.currency) for place in properties for link in place.channels if link.currency]
    own = {currency for place_id, currency in links if place_id == property_id}
    return sorted(own or {currency for _, currency in links})
