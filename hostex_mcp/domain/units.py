"""Units for sale on a listing held against the properties behind it."""

from collections.abc import Collection, Mapping
from datetime import date

from hostex_mcp.domain.days import Run, runs


def oversold(units: Mapping[date, int], closed: Mapping[int, Collection[date]]) -> list[Run[tuple[int, int]]]:
    """The nights on which more units would be for sale than are free, with both numbers. `closed` are the
    nights that each property behind the listing is not free."""
    free = {day: sum(day not in days for days in closed.values()) for day in units}
    lacking = [day for day, wanted in units.items() if wanted > free[day]]
    return runs(lacking, lambda day: day, lambda day: (units[day], free[day]))
