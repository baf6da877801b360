"""Booking channels, by the names that people use for them."""

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
# Former names, regional brands of Vrbo, and the Chinese names of all.
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
    "airbb": "airbnb",
    "abritel": "vrbo",
    "fewodirekt": "vrbo",
    "stayz": "vrbo",
    "bookabach": "vrbo",
    "爱彼迎": "airbnb",
    "愛彼迎": "airbnb",
    "缤客": "booking.com",
    "雅高达": "agoda",
    "安可达": "agoda",
    "亿客行": "expedia",
    "途家": "tujia",
    "小猪": "xiaozhu",
    "小猪民宿": "xiaozhu",
    "美团": "meituan_bnb",
    "美团民宿": "meituan_bnb",
    "美团酒店": "meituan_hotel",
    "木鸟": "muniao",
    "木鸟民宿": "muniao",
    "飞猪": "fliggy",
    "住客云": "zhukeyun",
    "抖音": "tiktok",
    "小红书": "xiaohongshu",
    "携程": "ctrip",
}
_NO_LETTER = re.compile(r"[\W_]")
_ADDRESS = re.compile(r"(?:https?)?(?:www)?(\w+?)(?:com)?", re.ASCII)


def _bare(name: str) -> str:
    return _NO_LETTER.sub("", fold(name))


_CODES: Mapping[str, str] = {**{_bare(code): code for code in CHANNELS}, **_ALSO}


def channel_code(name: str) -> str | None:
    """Return the code of the channel with this name, in any spelling or as the address of its site; None if
    there is none."""
    bare = _bare(name)
    address = _ADDRESS.fullmatch(bare)
    return _CODES.get(bare) or (_CODES.get(address[1]) if address else None)


def channel_name(code: str | None) -> str:
    """Return what people call a channel; its code if it has no known name."""
    return NAMES.get(code or "", code or "")
