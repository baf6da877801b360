"""What day it is at each property."""

from collections.abc import Callable
from datetime import date, timedelta

from hostex_mcp.reads.portfolio import Portfolio

Span = Callable[[int], tuple[date, date]]


def span_of(meant: Portfolio, start: date | None, end: date | None, usual: timedelta) -> Span:
    """The first and last day that are meant at a property: those given, else from its own today on, and so
    long as usual."""
    today = day_of(meant)

    def span(property_id: int) -> tuple[date, date]:
        first = start or today(property_id)
        return first, end or first + usual

    return span


def day_of(meant: Portfolio) -> Callable[[int], date]:
    """The local date of a property; of one that is not known, or of none, the earliest date of all."""
    days = {place.id: meant.today(place) for place in meant.properties}
    usual = meant.first_today()

    def day(property_id: int) -> date:
        return days.get(property_id, usual)

    return day


def widest(meant: Portfolio, span: Span) -> tuple[date, date]:
    """The first and last day of all properties."""
    spans = [span(place.id) for place in meant.properties] or [span(0)]
    return min(first for first, _ in spans), max(last for _, last in spans)
