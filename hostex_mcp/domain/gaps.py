"""Free nights that cannot be booked under the rules in force, and the smallest change that opens them.

A *gap* is a run of free nights of one property. A night of it is *stuck* on a listing when no stay inside the
gap that the listing's rules allow holds it: the gap is shorter than the minimum stay (an orphan gap), arrival
or departure is closed, or the channel sells no unit. Notice and booking horizon are not looked at.

An *opening* is the change of rules that lets one stay hold stuck nights. It allows arrival and departure on
that stay's own days, and lowers a minimum stay to the length of the gap, never below it and only when the
stay fills the gap whole, so that no shorter stay becomes possible anywhere. Maximum and exact stays and units
are left to the host.

A gap of at most a week that can be sold *only whole* lies between two stays, and the rules allow a stay that
fills it and none that is shorter: hosts make such nights cheaper, as few guests want just those.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hostex_mcp.domain.days import DAY, Run, runs
from hostex_mcp.domain.nights import Nights, free_runs, nights
from hostex_mcp.domain.stay_rules import ListingDays, RuleViolation, broken_rules, longest_stay

_ALLOWED = {"closed_on_arrival": False, "closed_on_departure": False}
_LOWERED = ("min_stay_on_arrival", "min_stay_through")
_REACH = 30
_SHORT = 7


@dataclass(frozen=True, slots=True)
class Gap:
    """Free nights in a row. `open_ended`: more of them may follow behind the calendar that was read."""

    first_night: date
    nights: int
    open_ended: bool = False

    @property
    def check_out(self) -> date:
        """The day after the last night."""
        return self.first_night + DAY * self.nights

    @property
    def last_night(self) -> date:
        """The last of the nights."""
        return self.check_out - DAY


@dataclass(frozen=True, slots=True)
class UnsellableNights:
    """Nights in a row that cannot be booked on a listing, and the rules that say so. `ranges` are those of an
    `update_listing_restrictions` call that opens them, none where only the host can."""

    first_night: date
    nights: int
    rules: Sequence[RuleViolation]
    ranges: Sequence[dict[str, Any]] = ()

    @property
    def check_out(self) -> date:
        """The day after the last night."""
        return self.first_night + DAY * self.nights


def gaps(book: Nights, start: date, end: date) -> list[Gap]:
    """The gaps among the nights from `start` to `end`, both included. Give a period that reaches beyond the
    nights you want to know about, for a gap is only as long as what is looked at."""
    return [Gap(run.start_date, run.days, run.end_date == end) for run in free_runs(book, start, end)]


def stuck_nights(gap: Gap, days: ListingDays) -> list[UnsellableNights]:
    """The nights of a gap that a listing cannot sell."""
    stuck = runs(_unsold(gap, days), lambda night: night, lambda night: True)
    return [_stuck(gap, days, run) for run in stuck]


def closed_arrivals(gap: Gap, days: ListingDays, stuck: Sequence[UnsellableNights]) -> list[UnsellableNights]:
    """The nights of a gap on which nobody may arrive though an earlier arrival can hold them."""
    without_stay = {night for run in stuck for night in nights(run.first_night, run.check_out)}
    shut = [
        night
        for night in nights(gap.first_night, gap.check_out)
        if night not in without_stay and _arrival_closed(days, night)
    ]
    return [_arrivals(run) for run in runs(shut, lambda night: night, lambda night: True)]


def only_whole(gap: Gap, calendars: Sequence[ListingDays]) -> bool:
    """Whether a short gap can be sold on some of these listings, and on none of them in part."""
    if gap.open_ended or gap.nights > _SHORT:
        return False
    whole = [days for days in calendars if not broken_rules(days, gap.first_night, gap.check_out)]
    return bool(whole) and not any(_in_part(gap, days) for days in calendars)


def _in_part(gap: Gap, days: ListingDays) -> bool:
    arrivals = nights(gap.first_night, gap.check_out)
    return any(
        not broken_rules(days, arrival, night + DAY)
        for arrival in arrivals
        for night in nights(arrival, gap.check_out)
        if (arrival, night) != (gap.first_night, gap.last_night)
    )


def _arrivals(run: Run[bool]) -> UnsellableNights:
    change = {"start_date": run.start_date.isoformat(), "end_date": run.end_date.isoformat()}
    rules = [RuleViolation("closed_on_arrival", run.start_date, True)]
    return UnsellableNights(run.start_date, run.days, rules, [{**change, "closed_on_arrival": False}])


def _arrival_closed(days: ListingDays, night: date) -> bool:
    day = days.get(night)
    rules = day.restrictions if day and day.inventory > 0 else None
    return bool(rules and rules.closed_on_arrival)


def _unsold(gap: Gap, days: ListingDays) -> list[date]:
    covered: set[date] = set()
    for night in nights(gap.first_night, gap.check_out):
        if night not in covered and (stay := _covering(gap, days, night)):
            covered.update(nights(*stay))
    return [night for night in nights(gap.first_night, gap.check_out) if night not in covered]


def _covering(gap: Gap, days: ListingDays, night: date) -> tuple[date, date] | None:
    """Check-in and check-out of the longest allowed stay that holds a night, late arrivals tried first."""
    for back in range((night - gap.first_night).days + 1):
        arrival = night - back * DAY
        length = longest_stay(days, arrival, (gap.check_out - arrival).days, least=back + 1)
        if length:
            return arrival, arrival + length * DAY
    return None


def _stuck(gap: Gap, days: ListingDays, run: Run[bool]) -> UnsellableNights:
    options = [(rules, stay) for stay in _holding(gap, run) if (rules := broken_rules(days, *stay))]
    solvable = [option for option in options if _can_open(gap, *option)]
    rules, stay = min(solvable or options, key=_weight)
    ranges = _ranges(gap, days, rules, stay) if solvable else ()
    return UnsellableNights(run.start_date, run.days, rules, ranges)


def _holding(gap: Gap, run: Run[bool]) -> Iterator[tuple[date, date]]:
    """The stays inside a gap that hold all of some nights, the gap as a whole and those near the nights."""
    yield gap.first_night, gap.check_out
    first, last = (
        max(gap.first_night, run.start_date - _REACH * DAY),
        min(gap.last_night, run.end_date + _REACH * DAY),
    )
    for arrival in nights(first, run.start_date + DAY):
        for night in nights(run.end_date, last + DAY):
            yield arrival, night + DAY


def _can_open(gap: Gap, rules: Sequence[RuleViolation], stay: tuple[date, date]) -> bool:
    whole = not gap.open_ended and stay == (gap.first_night, gap.check_out)
    return all(violation.rule in _ALLOWED or (whole and violation.rule in _LOWERED) for violation in rules)


def _weight(option: tuple[Sequence[RuleViolation], tuple[date, date]]) -> tuple[int, int]:
    rules, (check_in, check_out) = option
    return len(rules), (check_out - check_in).days


def _ranges(
    gap: Gap, days: ListingDays, rules: Sequence[RuleViolation], stay: tuple[date, date]
) -> list[dict[str, Any]]:
    """The new rules, on the days of the stay where they differ."""
    changes: dict[date, dict[str, Any]] = {}
    for violation in rules:
        if violation.rule == "min_stay_through":
            for night in nights(*stay):
                if _minimum_through(days, night) > gap.nights:
                    changes.setdefault(night, {})["min_stay_through"] = gap.nights
        else:
            changes.setdefault(violation.day, {})[violation.rule] = _ALLOWED.get(violation.rule, gap.nights)
    folded = runs(changes, lambda day: day, lambda day: tuple(changes[day].items()))
    return [
        {"start_date": run.start_date.isoformat(), "end_date": run.end_date.isoformat(), **dict(run.state)}
        for run in folded
    ]


def _minimum_through(days: ListingDays, night: date) -> int:
    day = days.get(night)
    return (day.restrictions.min_stay_through or 0) if day and day.restrictions else 0
