"""What day it is at each property."""

from collections.abc import Callable
from datetime import date

from hostex_mcp.tools.gather_portfolio import Portfolio


def day_of(meant: Portfolio) -> Callable[[int], date]:
    """The local date of a property; of one that is not known, or of none, the earliest date of all."""
    days = {one.id: meant.today(one) for one in meant.properties}
    usual = meant.first_today()

    def day(property_id: int) -> date:
        return days.get(property_id, usual)

    return day
