"""Limits that an operator sets on writes to prices and calendars."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class GuardRails:
    """Limits for prices, in major units of the listing's own currency, and for days. A price may change by at
    most `price_factor`, up or down; a calendar may be changed up to `horizon_days` from today."""

    price_floor: float | None = None
    price_ceiling: float | None = None
    price_factor: float = 3.0
    horizon_days: int = 1095

    def price_problem(self, before: float | None, after: float) -> tuple[str, str] | None:
        """Return why a price may not be written, and the setting that forbids it; None if it may. Without a
        present price the factor does not apply."""
        if self.price_floor is not None and after < self.price_floor:
            return f"{after:g} is below the floor of {self.price_floor:g}", "HOSTEX_MCP_PRICE_FLOOR"
        if self.price_ceiling is not None and after > self.price_ceiling:
            return f"{after:g} is above the ceiling of {self.price_ceiling:g}", "HOSTEX_MCP_PRICE_CEILING"
        if before and not before / self.price_factor <= after <= before * self.price_factor:
            change = f"more than {self.price_factor:g} times away from the present {before:g}"
            return f"{after:g} is {change}", "HOSTEX_MCP_PRICE_FACTOR"
        return None

    def days_problem(self, days: Iterable[date], today: date) -> tuple[str, str] | None:
        """Return why these days may not be changed, and the setting that forbids it; None if they may."""
        last, horizon = max(days, default=today), today + timedelta(days=self.horizon_days)
        if last <= horizon:
            return None
        return f"{last} is beyond {horizon}, the last day that may be changed", "HOSTEX_MCP_HORIZON_DAYS"
