"""Prices per night changed by a percentage."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hostex_mcp.api.endpoints.calendar import CalendarDay
from hostex_mcp.domain.days import Run, days_of, runs


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


FAR_PERCENT = 25


@dataclass(frozen=True, slots=True)
class Quote:
    """What the calendar says of some nights: the sum of their prices, None where one is not known, and the
    nights without a unit for sale. Fees and discounts are not in it."""

    total: float | None
    sold_out: list[Run[str]]

    def percent_off(self, price: float) -> int | None:
        """How far a price is from the calendar, in percent: negative below it. None where that is unknown."""
        return round(100 * (price - self.total) / self.total) if self.total else None


def quoted(days: Iterable[CalendarDay], check_in: date, last_night: date) -> Quote:
    """What the calendar says of the nights from check-in to the last one."""
    known = {day.date: day for day in days}
    nights = [known.get(day) for day in days_of(check_in, last_night)]
    full = [day.date for day in nights if day and day.inventory == 0]
    prices = [day.price for day in nights if day]
    total = whole(round(sum(prices), 2)) if len(prices) == len(nights) else None
    return Quote(total, runs(full, lambda day: day, lambda _: ""))
