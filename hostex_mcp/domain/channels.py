"""The booking channels, by the names that people use for them."""

import re
from collections.abc import Mapping

from hostex_mcp.domain.names import fold

CHANNELS = (
    "airbnb",
    "booking.com",
    "agoda",
    "expedia",
    "vrbo",
    "trip.com",
    "booking_site",
    "tujia_intl",
    "hostex_direct",
    "tujia",
    "xiaozhu",
    "meituan_bnb",
    "meituan_hotel",
    "muniao",
    "fliggy",
    "zhukeyun",
    "tiktok",
    "xiaohongshu",
    "ctrip",
    "houfy",
)
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
