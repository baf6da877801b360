"""Sums of money: exact while they are added up, rounded once, never over different currencies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_WHOLE = frozenset(["CLP", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"])
_CENT, _UNIT = Decimal("0.01"), Decimal(1)


def exact(amount: float | None) -> Fraction:
    """An amount as Hostex wrote it, 0 where there is none."""
    return Fraction(str(amount)) if amount is not None else Fraction()


def rounded(amount: Fraction, currency: str) -> float:
    """An amount in major units, rounded half up to the currency's smallest unit."""
    places = _UNIT if currency in _WHOLE else _CENT
    quotient = Decimal(amount.numerator) / Decimal(amount.denominator)
    return float(quotient.quantize(places, ROUND_HALF_UP))


def by_currency(amounts: Iterable[tuple[str, Fraction]]) -> Mapping[str, Fraction]:
    """The sum of each currency, in alphabetical order."""
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for currency, amount in amounts:
        sums[currency] += amount
    return dict(sorted(sums.items()))
