"""Reservation codes and the channels' own numbers.

Inferred: the leading digits other than 0 (Airbnb) and 5 (direct), which alone have been seen.
"""

import string

from hostex_mcp.sandbox.demo.bookings import Booking
from hostex_mcp.sandbox.demo.builder import Builder

PREFIXES = {"airbnb": 0, "booking.com": 2, "vrbo": 4, "hostex_direct": 5, "booking_site": 6}
_CAPITALS = string.ascii_uppercase + string.digits
_SMALL = string.ascii_lowercase + string.digits


def reservation_codes(builder: Builder, booking: Booking) -> tuple[str, str, str]:
    """Return the reservation code, the stay code and the channel's own number."""
    number = booking.wishes.get("code") or _number(builder, booking.channel)
    prefix = PREFIXES[booking.channel]
    if booking.channel == "hostex_direct":
        return f"{prefix}-{number}", f"{prefix}-{number}", number
    tail = booking.wishes.get("tail") or _letters(builder, _SMALL, 6)
    code = f"{prefix}-{number}-{tail}"
    second = booking.key.endswith("_2") and "order" in booking.wishes
    return code, f"{prefix}-{number}_1-{tail}" if second else code, number


def _number(builder: Builder, channel: str) -> str:
    if channel == "airbnb":
        return "HM" + _letters(builder, _CAPITALS, 8)
    if channel == "vrbo":
        return "HA" + _letters(builder, _CAPITALS, 7)
    if channel == "hostex_direct":
        return _letters(builder, _CAPITALS, 9)
    return "5" + _letters(builder, string.digits, 9)


def _letters(builder: Builder, alphabet: str, count: int) -> str:
    return "".join(builder.random.choices(alphabet, k=count))
