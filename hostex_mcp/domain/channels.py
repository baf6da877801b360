"""The channels by the names that hosts know."""

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "airbnb": "Airbnb",
    "booking.com": "Booking.com",
    "agoda": "Agoda",
    "expedia": "Expedia",
    "vrbo": "Vrbo",
    "trip.com": "Trip.com",
    "booking_site": "the booking site",
    "tujia_intl": "Tujia International",
    "hostex_direct": "direct booking",
    "tujia": "Tujia",
    "xiaozhu": "Xiaozhu",
    "meituan_bnb": "Meituan BnB",
    "meituan_hotel": "Meituan Hotel",
    "muniao": "Muniao",
    "fliggy": "Fliggy",
    "zhukeyun": "Zhukeyun",
    "tiktok": "TikTok",
    "xiaohongshu": "RED",
    "ctrip": "Ctrip",
    "houfy": "Houfy",
}


def channel_name(code: str | None) -> str:
    """What people call a channel; its code where it is not known."""
    return NAMES.get(code or "", code or "")
