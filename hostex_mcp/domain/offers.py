"""A price offered for a stay, held against the calendar of its listing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hostex_mcp.api.endpoints.calendar import CalendarDay
from hostex_mcp.domain.calendar_changes import days_of
from hostex_mcp.domain.days import Run, runs
from hostex_mcp.domain.pricing import whole

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
