"""The booking channels, by the names that people use for them."""

import re
from collections.abc import Mapping

from hostex_mcp.domain.names import fold

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
CHANNELS = tuple(NAMES)
_ALSO: Mapping[str, str] = {
    "abb": "airbnb",
    "booking": "booking.com",
    "bdc": "booking.com",
    "homeaway": "vrbo",
    "trip": "trip.com",
    "bookingsite": "booking_site",
    "hostexbookingsite": "booking_site",
    "website": "booking_site",
    "direct": "hostex_direct",
    "directbooking": "hostex_direct",
    "directbookings": "hostex_direct",
    "hostex": "hostex_direct",
    "tujiainternational": "tujia_intl",
    "meituan": "meituan_bnb",
    "rednote": "xiaohongshu",
    "red": "xiaohongshu",
    "douyin": "tiktok",
}
_NO_LETTER = re.compile(r"[^0-9a-z]")


def _bare(name: str) -> str:
    return _NO_LETTER.sub("", fold(name))


_CODES: Mapping[str, str] = {**{_bare(code): code for code in CHANNELS}, **_ALSO}


def channel_code(name: str) -> str | None:
    """The code of the channel with this name, in any spelling; None where no channel has it."""
    return _CODES.get(_bare(name))


def channel_name(code: str | None) -> str:
    """What people call a channel; its code where it is not known."""
    return NAMES.get(code or "", code or "")
