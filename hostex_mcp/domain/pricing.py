"""Prices per night changed by a percentage."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hostex_mcp.domain.days import Run, runs


def repriced(price: float, percent: float) -> int:
    """A price `percent` % higher, or lower when negative, in whole units, halves up."""
    exact = Decimal(str(price)) * (100 + Decimal(str(percent))) / 100
    return int(exact.to_integral_value(ROUND_HALF_UP))


def repriced_runs(prices: Mapping[date, float], days: Iterable[date], percent: float) -> list[Run[int]]:
    """The ranges of equal price that a percentage makes of today's `prices` on these days.

    Raises:
        KeyError: for a day without a price.
    """
    return runs(days, lambda day: day, lambda day: repriced(prices[day], percent))


def whole(value: float) -> float:
    """A number without a fraction as an integer, any other as it is."""
    return int(value) if value == int(value) else value
