"""Whether the daily rules of a listing let a stay be booked, and which of them stand in the way."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hostex_mcp.api.endpoints.calendar import CalendarDay, Restrictions
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.nights import nights

ListingDays = Mapping[date, CalendarDay]

_NO_RULES = Restrictions()
_ADVANCE_TIME = re.compile(r"(?:(\d{1,5})D)?(?:(\d{1,5})H)?")


@dataclass(frozen=True, slots=True)
class RuleViolation:
    """A rule that a stay would break, by its name in Hostex, on one day. `rule` is `inventory` where the
    channel sells no unit, and `unknown` where Hostex tells nothing of the night."""

    rule: str
    day: date
    value: int | str | bool


def broken_rules(days: ListingDays, check_in: date, check_out: date) -> list[RuleViolation]:
    """What keeps a listing from selling these nights, one entry per rule. Rules that the channel does not
    tell are taken as open; a limit of 0 is none."""
    wanted = nights(check_in, check_out)
    return [
        *_closed(days, wanted),
        *_on_arrival(days, check_in, len(wanted)),
        *_through(days, wanted),
        *_on_departure(days, check_out),
    ]


def advance_broken(days: ListingDays, check_in: date, today: date) -> list[RuleViolation]:
    """Whether a stay is booked too late or too early for the arrival day's notice and horizon. Only whole
    days of the notice count, as the hour that it runs to is not told (Inferred)."""
    rules = _rules(days, check_in)
    ahead = (check_in - today).days
    least, most = _whole_days(rules.min_advance_reservation), _whole_days(rules.max_advance_reservation)
    found: list[RuleViolation] = []
    if least is not None and ahead < least:
        found.append(RuleViolation("min_advance_reservation", check_in, rules.min_advance_reservation or ""))
    if most is not None and ahead > most:
        found.append(RuleViolation("max_advance_reservation", check_in, rules.max_advance_reservation or ""))
    return found


def longest_stay(days: ListingDays, check_in: date, most: int, least: int = 1) -> int | None:
    """The longest stay of `least` to `most` nights that can be booked from a day on, None for none."""
    rules = _rules(days, check_in)
    if rules.closed_on_arrival:
        return None
    upper = min([most, *(limit for limit in [rules.max_stay_on_arrival] if limit)])
    lower = max(least, rules.min_stay_on_arrival or 1)
    lengths = range(upper, lower - 1, -1)
    return next((n for n in lengths if not broken_rules(days, check_in, check_in + n * DAY)), None)


def _rules(days: ListingDays, day: date) -> Restrictions:
    known = days.get(day)
    return known.restrictions if known and known.restrictions else _NO_RULES


def _closed(days: ListingDays, wanted: Sequence[date]) -> Iterator[RuleViolation]:
    for night in wanted:
        day = days.get(night)
        if day is None:
            yield RuleViolation("unknown", night, "")
            return
        if day.inventory < 1:
            yield RuleViolation("inventory", night, day.inventory)
            return


def _on_arrival(days: ListingDays, day: date, length: int) -> Iterator[RuleViolation]:
    rules = _rules(days, day)
    if rules.closed_on_arrival:
        yield RuleViolation("closed_on_arrival", day, True)
    if rules.min_stay_on_arrival and length < rules.min_stay_on_arrival:
        yield RuleViolation("min_stay_on_arrival", day, rules.min_stay_on_arrival)
    if rules.max_stay_on_arrival and length > rules.max_stay_on_arrival:
        yield RuleViolation("max_stay_on_arrival", day, rules.max_stay_on_arrival)
    if rules.exact_stay_on_arrival and length != rules.exact_stay_on_arrival:
        yield RuleViolation("exact_stay_on_arrival", day, rules.exact_stay_on_arrival)


def _through(days: ListingDays, wanted: Sequence[date]) -> Iterator[RuleViolation]:
    limits = [(night, _rules(days, night)) for night in wanted]
    least = max(((rules.min_stay_through or 0, night) for night, rules in limits), default=(0, None))
    most = min(
        ((rules.max_stay_through, night) for night, rules in limits if rules.max_stay_through),
        default=(0, None),
    )
    if least[1] and len(wanted) < least[0]:
        yield RuleViolation("min_stay_through", least[1], least[0])
    if most[1] and len(wanted) > most[0]:
        yield RuleViolation("max_stay_through", most[1], most[0])


def _on_departure(days: ListingDays, day: date) -> Iterator[RuleViolation]:
    if _rules(days, day).closed_on_departure:
        yield RuleViolation("closed_on_departure", day, True)


def _whole_days(text: str | None) -> int | None:
    """The whole days of an advance time such as `4D12H`; None where nothing readable is set."""
    found = _ADVANCE_TIME.fullmatch(text or "")
    if not found or not any(found.groups()):
        return None
    given, hours = (int(number or 0) for number in found.groups())
    return given + timedelta(hours=hours).days


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
