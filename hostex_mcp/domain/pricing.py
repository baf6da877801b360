"""Nightly prices: changed by a percentage, steered by a base price, and compared with an offer for a stay."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hostex_mcp.api.endpoints.calendar import CalendarDay
from hostex_mcp.domain.days import Run, days_of, runs

FAR_PERCENT = 25
"""How far an offer may be from the calendar before it looks like a mistake."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What the calendar asks for some nights: the sum of their prices without fees and discounts, None where
    a price is unknown, and the nights without a unit for sale."""

    total: float | None
    sold_out: list[Run[str]]

    def percent_off(self, price: float) -> int | None:
        """Return how far a price is from the calendar in percent, negative below it; None if unknown."""
        return round(100 * (price - self.total) / self.total) if self.total else None


def calendar_quote(days: Iterable[CalendarDay], check_in: date, last_night: date) -> Quote:
    """Quote the nights from check-in to the last night, both included."""
    calendar = {day.date: day for day in days}
    nights = [calendar.get(day) for day in days_of(check_in, last_night)]
    sold_out = [day.date for day in nights if day and day.inventory == 0]
    prices = [day.price for day in nights if day and day.price is not None]
    total = whole(round(sum(prices), 2)) if len(prices) == len(nights) else None
    return Quote(total, runs(sold_out, lambda day: day, lambda _: ""))


def repriced(price: float, percent: float) -> int:
    """Return a price `percent` % higher, or lower when negative, in whole units, halves up."""
    return _half_up(Decimal(str(price)) * (100 + Decimal(str(percent))) / 100)


def repriced_runs(prices: Mapping[date, float], days: Iterable[date], percent: float) -> list[Run[int]]:
    """Return the ranges of equal price after changing `prices` on these days by a percentage.

    Raises:
        KeyError: for a day without a price.
    """
    return runs(days, lambda day: day, lambda day: repriced(prices[day], percent))


def steered_price(base: int, ratio: float) -> int:
    """Return the price of a listing with this pricing ratio (percent of the base price): whole, at least
    1."""
    return max(1, round(base * ratio / 100))


def shifted_prices(
    old: Mapping[date, float], reference: Mapping[date, float], new: Mapping[date, int]
) -> dict[date, int]:
    """Change prices in proportion to a reference that goes from its old prices to the `new` ones.

    A listing in another currency has no ratio to the new price, so it follows the percentage. The result is
    in whole units, halves up, at least 1.
    """
    return {
        day: max(1, _half_up(Decimal(str(old[day])) * new[day] / Decimal(str(reference[day])))) for day in new
    }


def unknown_days(days: Collection[date], prices: Mapping[date, float]) -> list[date]:
    """Return the days without a price, or with a price of zero."""
    return sorted(day for day in days if not prices.get(day))


def whole(value: float) -> float:
    """Return a number without a fraction as an integer, any other as it is."""
    return int(value) if value == int(value) else value


def _half_up(value: Decimal) -> int:
    # Decimals of the text, as binary floats and `round` would turn 112.5 into 112.
    return int(value.to_integral_value(ROUND_HALF_UP))
