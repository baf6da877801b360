"""Stay rules of listings: which of them a channel knows."""

from collections.abc import Collection, Mapping

_COMMON = ("closed_on_arrival", "closed_on_departure", "min_stay_on_arrival", "max_stay_on_arrival")
_THROUGH = ("min_stay_through", "max_stay_through")
_ADVANCE = ("min_advance_reservation", "max_advance_reservation")

RULES: Mapping[str, tuple[str, ...]] = {
    "airbnb": _COMMON,
    "expedia": _COMMON,
    "booking_site": _COMMON,
    "agoda": (*_COMMON, "min_stay_through"),
    "trip.com": (*_COMMON, *_THROUGH, *_ADVANCE),
    "booking.com": (*_COMMON, *_THROUGH, *_ADVANCE, "exact_stay_on_arrival"),
}


def unknown_rules(channel_type: str, names: Collection[str]) -> list[str]:
    """Those of the named rules that a channel does not have. Hostex documents rules for six channels and
    takes writes for others too: for those nothing is known to be missing."""
    known = RULES.get(channel_type)
    return [] if known is None else [name for name in names if name not in known]
