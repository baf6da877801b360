"""Stay rules of a listing, and which of them keep a stay from being booked.

- *Minimum, maximum and exact stay on arrival* apply to stays that check in on that day; *minimum and maximum
  stay through* apply to every stay that includes that night.
- *Closed on arrival* and *closed on departure* are days on which no guest may check in or check out.
- *Notice* and *booking horizon* are how late and how early before arrival a stay may be booked.
- A rule that the channel does not report counts as open, and a limit of 0 as none.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hostex_mcp.api.endpoints.calendar import CalendarDay, Restrictions
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.nights import nights

ListingDays = Mapping[date, CalendarDay]

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
"""The rules that a channel has, as Hostex documents them."""

_SWITCHES = {
    "closed_on_arrival": ("arrivals allowed", "no arrivals"),
    "closed_on_departure": ("departures allowed", "no departures"),
}
_LIMITS = {
    "min_stay_on_arrival": "from arrival at least {}",
    "max_stay_on_arrival": "from arrival at most {}",
    "exact_stay_on_arrival": "from arrival exactly {}",
    "min_stay_through": "stays across these days at least {}",
    "max_stay_through": "stays across these days at most {}",
    "min_advance_reservation": "booked at least {} ahead",
    "max_advance_reservation": "booked at most {} ahead",
}
_NO_RULES = Restrictions()
_DAYS_AND_HOURS = re.compile(r"(?:(\d{1,5})D)?(?:(\d{1,5})H)?")


@dataclass(frozen=True, slots=True)
class RuleViolation:
    """A rule that a stay would break on a day, by its name in Hostex. `rule` is `inventory` where the channel
    sells no unit, and `unknown` where Hostex does not show the night."""

    rule: str
    day: date
    value: int | str | bool


def unknown_rules(channel_type: str, names: Collection[str]) -> list[str]:
    """Return those of the named rules that a channel does not have."""
    # Hostex documents rules for six channels and accepts writes for others too, whose rules are not known.
    rules = RULES.get(channel_type)
    return [] if rules is None else [name for name in names if name not in rules]


def rule_text(name: str, value: object) -> str:
    """Put a rule in words: `no arrivals`, `from arrival at least 3 nights`."""
    if name in _SWITCHES and isinstance(value, bool):
        return _SWITCHES[name][value]
    if name == "exact_stay_on_arrival" and value == 0:
        return "from arrival any length"
    limit = f"{value} night{'' if value == 1 else 's'}" if isinstance(value, int) else str(value)
    return _LIMITS.get(name, f"{name.replace('_', ' ')} {{}}").format(limit)


def broken_rules(days: ListingDays, check_in: date, check_out: date) -> list[RuleViolation]:
    """Return what keeps a listing from selling these nights, one entry per rule."""
    stay = nights(check_in, check_out)
    return [
        *_closed(days, stay),
        *_on_arrival(days, check_in, len(stay)),
        *_through(days, stay),
        *_on_departure(days, check_out),
    ]


def advance_broken(days: ListingDays, check_in: date, today: date) -> list[RuleViolation]:
    """Return the notice or booking horizon of the arrival day that a booking of `today` breaks.

    Inferred: only the whole days of a notice count, as Hostex does not say from which hour it is counted.
    """
    rules = _rules(days, check_in)
    ahead = (check_in - today).days
    least, most = _whole_days(rules.min_advance_reservation), _whole_days(rules.max_advance_reservation)
    violations: list[RuleViolation] = []
    if least is not None and ahead < least:
        violations.append(
            RuleViolation("min_advance_reservation", check_in, rules.min_advance_reservation or "")
        )
    if most is not None and ahead > most:
        violations.append(
            RuleViolation("max_advance_reservation", check_in, rules.max_advance_reservation or "")
        )
    return violations


def longest_stay(days: ListingDays, check_in: date, most: int) -> int | None:
    """Return the length of the longest stay of at most `most` nights that can be booked from a day on, None
    if there is none."""
    return max(_lengths(days, check_in, most), default=None)


def _lengths(days: ListingDays, check_in: date, most: int) -> Iterator[int]:
    """Yield the lengths of stays that break no rule, as `broken_rules` tells, with one look at each night."""
    least, longest = 0, most
    for length in range(1, most + 1):
        night = check_in + (length - 1) * DAY
        if any(_closed(days, [night])):
            return
        rules = _rules(days, night)
        least = max(least, rules.min_stay_through or 0)
        longest = min(longest, rules.max_stay_through or longest)
        broken = (*_on_arrival(days, check_in, length), *_on_departure(days, night + DAY))
        if least <= length <= longest and not broken:
            yield length


def _rules(days: ListingDays, day: date) -> Restrictions:
    entry = days.get(day)
    return entry.restrictions if entry and entry.restrictions else _NO_RULES


def _closed(days: ListingDays, stay: Sequence[date]) -> Iterator[RuleViolation]:
    """Yield the first night that is not for sale."""
    for night in stay:
        day = days.get(night)
        if day is None:
            yield RuleViolation("unknown", night, "")
            return
        if day.inventory < 1:
            yield RuleViolation("inventory", night, day.inventory)
            return


def _on_arrival(days: ListingDays, day: date, length: int) -> Iterator[RuleViolation]:
    rules = _rules(days, day)
    least, most, exact = (
        rules.min_stay_on_arrival,
        rules.max_stay_on_arrival,
        rules.exact_stay_on_arrival,
    )
    if rules.closed_on_arrival:
        yield RuleViolation("closed_on_arrival", day, True)
    if least and length < least:
        yield RuleViolation("min_stay_on_arrival", day, least)
    if most and length > most:
        yield RuleViolation("max_stay_on_arrival", day, most)
    if exact and length != exact:
        yield RuleViolation("exact_stay_on_arrival", day, exact)


def _through(days: ListingDays, stay: Sequence[date]) -> Iterator[RuleViolation]:
    """Yield the strictest limits of the nights that a stay includes."""
    rules = [(night, _rules(days, night)) for night in stay]
    minimums = [(rule.min_stay_through, night) for night, rule in rules if rule.min_stay_through]
    maximums = [(rule.max_stay_through, night) for night, rule in rules if rule.max_stay_through]
    if minimums and len(stay) < (least := max(minimums))[0]:
        yield RuleViolation("min_stay_through", least[1], least[0])
    if maximums and len(stay) > (most := min(maximums))[0]:
        yield RuleViolation("max_stay_through", most[1], most[0])


def _on_departure(days: ListingDays, day: date) -> Iterator[RuleViolation]:
    if _rules(days, day).closed_on_departure:
        yield RuleViolation("closed_on_departure", day, True)


def _whole_days(text: str | None) -> int | None:
    """Return the whole days of an advance time such as `4D12H`; None if it is not set or not readable."""
    parts = _DAYS_AND_HOURS.fullmatch(text or "")
    if not parts or not any(parts.groups()):
        return None
    days, hours = (int(number or 0) for number in parts.groups())
    return days + timedelta(hours=hours).days


# The reference for clients explains these in a resource of its own, too.
RULE_TEXTS: Mapping[str, str] = {
    "closed_on_arrival": "closed to arrival on {day}",
    "closed_on_departure": "closed to departure on {day}",
    "min_stay_on_arrival": "minimum stay {value}",
    "max_stay_on_arrival": "maximum stay {value}",
    "min_stay_through": "minimum stay {value} through {day}",
    "max_stay_through": "maximum stay {value} through {day}",
    "exact_stay_on_arrival": "stays of exactly {value} nights",
    "min_advance_reservation": "notice of {value}",
    "max_advance_reservation": "bookable only {value} ahead",
    "inventory": "no unit for sale on {day}",
    "unknown": "no prices known from {day}",
}
