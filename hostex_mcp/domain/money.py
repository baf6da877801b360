"""Sums of money: exact while they are added up, rounded once, never over different currencies.

Amounts are rounded half up, away from zero, to the currency's smallest unit as ISO 4217 has it: 2 decimals
for euros, none for yen, 3 for Kuwaiti dinars; 2 for codes that the standard does not have.
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


def exact(amount: float | None) -> Fraction:
    """An amount as Hostex wrote it, 0 where there is none."""
    return Fraction(str(amount)) if amount is not None and isfinite(amount) else Fraction()


def code(currency: str | None) -> str:
    """A currency's code in capitals, empty where none is given."""
    return (currency or "").strip().upper()


def rounded(amount: Fraction, currency: str) -> float:
    """An amount in major units, rounded half up to the currency's smallest unit."""
    units = 10 ** decimals(currency)
    nearest = int(abs(amount) * units + _HALF)
    return float(Fraction(nearest if amount >= 0 else -nearest, units))


@lru_cache(maxsize=256)
def decimals(currency: str) -> int:
    """How many decimals a currency's smallest unit has."""
    # Reading the standard's table takes a twentieth of a second, which a start is not to wait for.
    table = import_module("iso4217")
    try:
        found = table.Currency(currency).exponent
    except ValueError:
        return _USUAL_DECIMALS
    return _USUAL_DECIMALS if found is None else found


def by_currency(amounts: Iterable[tuple[str, Fraction]]) -> Mapping[str, Fraction]:
    """The sum of each currency, in alphabetical order."""
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for currency, amount in amounts:
        sums[currency] += amount
    return dict(sorted(sums.items()))


def currencies(properties: Iterable[Property], property_id: int | None = None) -> list[str]:
    """The currencies of the property's channels, in alphabetical order; of all properties when there is no
    such property or none of its channels names one. Inferred: money spent on a property is in the currency
    it is sold in."""
    every = list(properties)
    own = _named(place for place in every if place.id == property_id)
    return own or _named(every)


def _named(properties: Iterable[Property]) -> list[str]:
    return sorted({link.currency for place in properties for link in place.channels if link.currency})
