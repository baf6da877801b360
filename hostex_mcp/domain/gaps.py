"""Free nights that cannot be booked under the rules in force, and the smallest change that opens them.

- A *gap* is a run of free nights of one property.
- A night of a gap is *stuck* (unsellable) on a listing when no stay inside the gap that the listing's rules
  allow includes it: the gap is shorter than the minimum stay (an *orphan gap*), arrival or departure is
  closed, or the channel sells no unit. Notice and booking horizon are not considered.
- An *opening* is the change of rules that lets one stay include the stuck nights. It allows arrival and
  departure on that stay's own days, and lowers a minimum stay to the length of the gap, never below it and
  only if the stay fills the whole gap, so that no shorter stay becomes possible anywhere. Maximum and exact
  stays and units are left to the host.
- A gap of at most a week is sold *only whole* when it lies between two stays and the rules allow a stay that
  fills it and none that is shorter. Hosts often lower the price of such nights, as few guests want exactly
  those.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
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
    """Consecutive free nights. `open_ended`: more may follow after the calendar that was read."""

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
    """Consecutive nights that cannot be booked on a listing, and the rules that keep them from it. `ranges`
    are the arguments of an `update_listing_restrictions` call that opens them, none where only the host can
    decide."""

    first_night: date
    nights: int
    rules: Sequence[RuleViolation]
    ranges: Sequence[dict[str, Any]] = ()

    @property
    def check_out(self) -> date:
        """The day after the last night."""
        return self.first_night + DAY * self.nights


def gaps(book: Nights, start: date, end: date) -> list[Gap]:
    """Return the gaps from `start` to `end`, both included. A gap is cut at the ends of the period, so pass
    one that reaches beyond the nights of interest."""
    return [Gap(run.start_date, run.days, run.end_date == end) for run in free_runs(book, start, end)]


def unsellable_nights(gap: Gap, days: ListingDays) -> list[UnsellableNights]:
    """Return the nights of a gap that a listing cannot sell."""
    unsold = runs(_unsold(gap, days), lambda night: night, lambda night: True)
    return [_unsellable(gap, days, run) for run in unsold]


def rule_bound_nights(gap: Gap, days: ListingDays) -> list[UnsellableNights]:
    """Return the nights of a gap that a listing's rules keep from being sold. At an end that was not read
    they are not judged, and where the listing has no units no rule is at fault."""
    unsold = runs(_unsold(gap, days), lambda night: night, lambda night: _has_units(days, night))
    judged = [run for run in unsold if not (gap.open_ended and run.end_date == gap.last_night)]
    return [_unsellable(gap, days, run) for run in judged if run.state]


def _has_units(days: ListingDays, night: date) -> bool:
    day = days.get(night)
    return day is not None and day.inventory > 0


def closed_arrivals(
    gap: Gap, days: ListingDays, unsold: Sequence[UnsellableNights]
) -> list[UnsellableNights]:
    """Return the nights of a gap on which nobody may arrive, but which an earlier arrival can include."""
    unsellable = {night for run in unsold for night in nights(run.first_night, run.check_out)}
    closed = [
        night
        for night in nights(gap.first_night, gap.check_out)
        if night not in unsellable and _arrival_closed(days, night)
    ]
    return [_arrivals(run) for run in runs(closed, lambda night: night, lambda night: True)]


def only_whole(gap: Gap, calendars: Sequence[ListingDays]) -> bool:
    """Whether a short gap can be sold on some of these listings, and on none of them in part."""
    if gap.open_ended or gap.nights > _SHORT:
        return False
    sold_whole = any(not broken_rules(days, gap.first_night, gap.check_out) for days in calendars)
    return sold_whole and not any(_sold_in_part(gap, days) for days in calendars)


def _sold_in_part(gap: Gap, days: ListingDays) -> bool:
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
    covered = set[date]()

    # A gap may be as long as the period, and what can be sold from its first day on often fills it: the
    # longest stay from each day is looked for once, and only where it matters.
    @cache
    def longest(day: date) -> int:
        return longest_stay(days, day, (gap.check_out - day).days) or 0

    every = nights(gap.first_night, gap.check_out)
    for night in every:
        if night not in covered and (stay := _covering(gap, longest, night)):
            covered.update(nights(*stay))
    return [night for night in every if night not in covered]


def _covering(gap: Gap, longest: Callable[[date], int], night: date) -> tuple[date, date] | None:
    """Return check-in and check-out of the longest stay allowed that includes a night, late arrivals
    first."""
    for back in range((night - gap.first_night).days + 1):
        arrival = night - back * DAY
        if longest(arrival) > back:
            return arrival, arrival + longest(arrival) * DAY
    return None


def _unsellable(gap: Gap, days: ListingDays, run: Run[bool]) -> UnsellableNights:
    options = [(rules, stay) for stay in _candidates(gap, run) if (rules := broken_rules(days, *stay))]
    solvable = [option for option in options if _can_open(gap, *option)]
    rules, stay = min(solvable or options, key=_cost)
    ranges = _ranges(gap, days, rules, stay) if solvable else ()
    return UnsellableNights(run.start_date, run.days, rules, ranges)


def _candidates(gap: Gap, run: Run[bool]) -> Iterator[tuple[date, date]]:
    """Yield the stays inside a gap that include all nights of a run: the whole gap, then those near the
    run."""
    # The number of stays grows with the square of the reach.
    yield gap.first_night, gap.check_out
    first, last = (
        max(gap.first_night, run.start_date - _REACH * DAY),
        min(gap.last_night, run.end_date + _REACH * DAY),
    )
    for arrival in nights(first, run.start_date + DAY):
        for night in nights(run.end_date, last + DAY):
            yield arrival, night + DAY


def _can_open(gap: Gap, rules: Sequence[RuleViolation], stay: tuple[date, date]) -> bool:
    fills_gap = not gap.open_ended and stay == (gap.first_night, gap.check_out)
    return all(
        violation.rule in _ALLOWED or (fills_gap and violation.rule in _LOWERED) for violation in rules
    )


def _cost(option: tuple[Sequence[RuleViolation], tuple[date, date]]) -> tuple[int, int]:
    rules, (check_in, check_out) = option
    return len(rules), (check_out - check_in).days


def _ranges(
    gap: Gap, days: ListingDays, rules: Sequence[RuleViolation], stay: tuple[date, date]
) -> list[dict[str, Any]]:
    """Return the new rules, for the days of the stay on which they differ."""
    changes: dict[date, dict[str, Any]] = {}
    for violation in rules:
        if violation.rule == "min_stay_through":
            for night in nights(*stay):
                if _minimum_through(days, night) > gap.nights:
                    changes.setdefault(night, {})["min_stay_through"] = gap.nights
        else:
            changes.setdefault(violation.day, {})[violation.rule] = _ALLOWED.get(violation.rule, gap.nights)
    changed = runs(changes, lambda day: day, lambda day: tuple(changes[day].items()))
    return [
        {"start_date": run.start_date.isoformat(), "end_date": run.end_date.isoformat(), **dict(run.state)}
        for run in changed
    ]


def _minimum_through(days: ListingDays, night: date) -> int:
    day = days.get(night)
    return (day.restrictions.min_stay_through or 0) if day and day.restrictions else 0
