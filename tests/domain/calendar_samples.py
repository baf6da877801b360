"""Calendars for the tests of nights: written as a row of signs from the first of June 2026 on."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hostex_mcp.api.endpoints.calendar import AvailabilityDay, CalendarDay
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.nights import Nights, nights_of

FIRST = date(2026, 6, 1)


def june(day: int) -> date:
    """A day of June 2026; days beyond 30 are of July."""
    return FIRST + timedelta(days=day - 1)


def master(signs: str, remarks: str = "") -> list[AvailabilityDay]:
    """A master calendar: `.` is open, `#` closed."""
    return [
        AvailabilityDay(date=june(day), available=sign == ".", remarks="" if sign == "." else remarks)
        for day, sign in enumerate(signs, 1)
    ]


def book(signs: str, *stays: Reservation, remarks: str = "") -> Nights:
    """The nights of a property from its calendar and stays."""
    return nights_of(master(signs, remarks), stays, date(2025, 1, 1), date(2027, 12, 31))


def selling(signs: str, rules: Mapping[int, Mapping[str, Any]] | None = None, **everyday: Any) -> Any:
    """A listing's days: `.` sells one unit for 100, a figure so many units, `#` none. `everyday` rules hold
    on all days, `rules` on days of June besides."""
    return {
        june(day): CalendarDay.model_validate(
            {
                "date": june(day),
                "price": 100,
                "inventory": {".": 1, "#": 0}.get(sign, int(sign) if sign.isdigit() else 0),
                "restrictions": {**everyday, **(rules or {}).get(day, {})},
            }
        )
        for day, sign in enumerate(signs, 1)
    }
