"""Periods of nights, and how much of a stay lies in them."""

from dataclasses import dataclass
from datetime import date, timedelta

from hostex_mcp.domain.days import DAY


def year_before(day: date) -> date:
    """Return the same date a year before, the 28th for a 29 February."""
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)


@dataclass(frozen=True, slots=True)
class Period:
    """Nights from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def nights(self) -> int:
        """The number of nights in the period."""
        return (self.end - self.start).days + 1

    @property
    def before(self) -> "Period":
        """The period to compare with: as many whole calendar months before whole months, else as many
        nights."""
        last = self.start - DAY
        months = _whole_months(self)
        if not months:
            return Period(self.start - DAY * self.nights, last)
        first = self.start
        for _ in range(months):
            first = (first - DAY).replace(day=1)
        return Period(first, last)

    @property
    def last_year(self) -> "Period":
        """The same days a year before. The end of February stands beside the end of February, with 28 or 29
        days, so that whole months stay whole."""
        ends_month = (self.end + DAY).day == 1
        end = year_before(self.end)
        return Period(year_before(self.start), _next_month(end) - DAY if ends_month else end)

    @property
    def beside_last_year(self) -> "list[Period]":
        """The same days a year before and the period; one that holds both where they meet."""
        earlier = self.last_year
        apart = earlier.end < self.start - DAY
        return [earlier, self] if apart else [Period(earlier.start, self.end)]

    @property
    def is_month(self) -> bool:
        """Whether the period is exactly one calendar month."""
        return _whole_months(self) == 1

    def months(self) -> "list[Period]":
        """Split the period by calendar months, oldest first."""
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
        """Return how many nights from check-in to check-out lie in the period."""
        return max((min(check_out, self.end + DAY) - max(check_in, self.start)).days, 0)


def months_from(day: date, count: int) -> Period:
    """Return so many whole months, that of a day and those after it."""
    after = day.replace(day=1)
    for _ in range(count):
        after = _next_month(after)
    return Period(day.replace(day=1), after - DAY)


def _whole_months(period: Period) -> int:
    """Return how many calendar months a period consists of, 0 if not of whole months."""
    after = period.end + DAY
    if period.start.day != 1 or after.day != 1:
        return 0
    return 12 * (after.year - period.start.year) + after.month - period.start.month


def _next_month(day: date) -> date:
    # 32 days after the first is in the next month, whatever the length of this one.
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
