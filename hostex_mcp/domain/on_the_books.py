"""Which stays were on the books on some day: pace and pickup.

- A stay is *on the books* from when it was booked until it was cancelled. Requests, and what was denied or
  expired, never are. No day's books are kept: they are worked out from the times that stays carry.
- A stay was *booked* at the time that its channel tells, else when Hostex stored it. One that was entered
  after the guest had come counts as booked when the day of check-in began; one without any time is on the
  books of every day.
- A *cancelled* stay is on the books of the days before its cancellation, at its whole price; one that does
  not say when it was cancelled is on none. What was kept of a cancelled order is not on the books.
- Hostex keeps no former state: each stay counts with the dates, property and price that it has now, on the
  books of earlier days too, even if it was moved or changed since.
- Nights, revenue and ADR are those of performance: nights in a property; revenue also of day use and of stays
  that are not allocated; the money of a stay spread over its nights.
- *Pickup* is what was added to the books since an earlier day: nights booked less nights cancelled.
- *Last year* are the same dates a year before, as their books stood on this date and time of day a year ago
  (on 28 February for the 29th).
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from collections.abc import Callable
from datetime import date, datetime

from hostex_mcp.api.endpoints.reservations import Reservation

Midnight = Callable[[date, int], datetime]
"""When a day begins at a property."""


def on_the_books(stay: Reservation, at: datetime, midnight: Midnight) -> Reservation | None:
    """Return a stay as it was on the books at an earlier moment, as an accepted one; None if it was not."""
    if not _is_booked(stay, at, midnight):
        return None
    if stay.status == "cancelled" and stay.cancelled_at and stay.cancelled_at > at:
        return stay.model_copy(update={"status": "accepted"})
    return stay if stay.status == "accepted" else None


def _is_booked(stay: Reservation, at: datetime, midnight: Midnight) -> bool:
    told = stay.booked_at or stay.created_at
    return told is None or told <= at or midnight(stay.check_in_date, stay.property_id) <= at
