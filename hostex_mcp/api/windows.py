"""Long periods cut into the windows that Hostex accepts."""

from datetime import date, timedelta

from hostex_mcp.api.errors import BadRequest

MOST_WINDOWS = 50
"""Windows that one list is read from at most, however long a period is."""

RESERVATION_WINDOW_DAYS = 179
"""Days of a reservation window, both ends counted. Windows over 180 days are refused (observed); whether
180 with both ends pass is unsettled, so one day less is asked for."""

REVIEW_WINDOW_DAYS = 180
"""Days of a review window, both ends counted: its ends must be less than 180 days apart (documented)."""

TRANSACTION_WINDOW_DAYS = 365
"""Days of a transaction window, both ends counted: its ends may be at most 366 days apart (documented)."""


def windows(start: date, end: date, days: int) -> list[tuple[date, date]]:
    """Cut a period into consecutive windows without overlap, newest first.

    Both dates of the period and of every window are included; a window has at most `days` days. A period
    that ends before it starts has no windows.

    Raises:
        BadRequest: when they are more than one list is read from.
    """
    if (end - start).days >= MOST_WINDOWS * days:
        longest = f"{MOST_WINDOWS * days:,} days, of which Hostex gives {days} at once"
        raise BadRequest(f"The period from {start} to {end} is longer than {longest}.")
    cut: list[tuple[date, date]] = []
    while (end - start).days >= days:
        first = end - timedelta(days=days - 1)
        cut.append((first, end))
        end = first - timedelta(days=1)
    return [*cut, (start, end)] if start <= end else cut
