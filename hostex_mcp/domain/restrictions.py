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


_SWITCHES = {
    "closed_on_arrival": ("arrivals allowed", "no arrivals"),
    "closed_on_departure": ("departures allowed", "no departures"),
}
_SAID = {
    "min_stay_on_arrival": "from arrival at least {}",
    "max_stay_on_arrival": "from arrival at most {}",
    "exact_stay_on_arrival": "from arrival exactly {}",
    "min_stay_through": "stays across these days at least {}",
    "max_stay_through": "stays across these days at most {}",
    "min_advance_reservation": "booked at least {} ahead",
    "max_advance_reservation": "booked at most {} ahead",
}


def rule_text(name: str, value: object) -> str:
    """A rule in words: `no arrivals`, `from arrival at least 3 nights`."""
    if name in _SWITCHES and isinstance(value, bool):
        return _SWITCHES[name][value]
    if name == "exact_stay_on_arrival" and value == 0:
        return "from arrival any length"
    told = f"{value} night{'' if value == 1 else 's'}" if isinstance(value, int) else str(value)
    return _SAID.get(name, f"{name.replace('_', ' ')} {{}}").format(told)
