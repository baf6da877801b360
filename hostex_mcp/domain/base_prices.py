"""What a base price in one currency means for listings: an amount for those in it, a share for the others."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


def steered_price(base: int, ratio: float) -> int:
    """The price of a listing by its pricing ratio in percent: whole, at least 1."""
    return max(1, round(base * ratio / 100))


def shifted(
    old: Mapping[date, float], reference: Mapping[date, float], new: Mapping[date, int]
) -> dict[date, int]:
    """Prices changed by the percentage by which a reference goes from its old prices to the new ones: in
    whole units, halves up, at least 1."""
    exact = {day: Decimal(str(old[day])) * new[day] / Decimal(str(reference[day])) for day in new}
    return {day: max(1, int(value.to_integral_value(ROUND_HALF_UP))) for day, value in exact.items()}


def unknown_days(days: Collection[date], prices: Mapping[date, float]) -> list[date]:
    """Those of the days on which a price is not known, or is nothing."""
    return sorted(day for day in days if not prices.get(day))
