"""Periods of nights, and what of a stay lies in them."""

from dataclasses import dataclass
from datetime import date, timedelta

from hostex_mcp.domain.days import DAY


@dataclass(frozen=True, slots=True)
class Period:
    """Nights from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def nights(self) -> int:
        """How many nights the period has."""
        return (self.end - self.start).days + 1

    @property
    def before(self) -> "Period":
        """The period it is compared with: whole calendar months are preceded by as many whole months, any
        other period by as many nights."""
        last = self.start - DAY
        months = _whole_months(self)
        if not months:
            return Period(self.start - timedelta(days=self.nights), last)
        first = self.start
        for _ in range(months):
            first = (first - DAY).replace(day=1)
        return Period(first, last)

    @property
    def is_month(self) -> bool:
        """Whether the period is one whole calendar month."""
        return _whole_months(self) == 1

    def months(self) -> "list[Period]":
        """The parts of the period that lie in one calendar month each, oldest first."""
        parts: list[Period] = []
        start = self.start
        while start <= self.end:
            end = min(self.end, _next_month(start) - DAY)
            parts.append(Period(start, end))
            start = end + DAY
        return parts

    def covers(self, day: date) -> bool:
        """Whether a night or day belongs to the period."""
        return self.start <= day <= self.end

    def nights_between(self, check_in: date, check_out: date) -> int:
        """How many nights from check-in to check-out lie in the period."""
        behind = min(check_out, self.end + DAY)
        return max((behind - max(check_in, self.start)).days, 0)


def _whole_months(period: Period) -> int:
    """How many calendar months a period is made of, 0 when it is not made of whole ones."""
    if period.start.day != 1 or (period.end + DAY).day != 1:
        return 0
    behind = period.end + DAY
    return 12 * (behind.year - period.start.year) + behind.month - period.start.month


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
