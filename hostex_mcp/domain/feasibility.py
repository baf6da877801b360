"""Early check-in, late check-out and extensions, and who stands in the way.

- A property needs some hours for cleaning between two guests.
- *Early check-in*: the guest can have the property from the previous guest's check-out time plus the
  cleaning; at any time if neither a guest nor a block takes the night before.
- *Late check-out*: the guest can stay until the next guest's check-in time less the cleaning; to the end of
  the day if neither a guest nor a block takes that night.
- Check-out and check-in times are those of turnovers: as agreed for the stay, else the property's own.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.nights import ClosedNights, Nights, holds, nights
from hostex_mcp.domain.stays import by_check_in
from hostex_mcp.domain.turnovers import in_time, out_time

MIDNIGHT = time()
END_OF_DAY = time(23, 59)

ExtensionVerdict = Literal["possible", "blocked", "unknown"]


@dataclass(frozen=True, slots=True)
class Shift:
    """An earlier check-in or later check-out. `limit` is the earliest or latest time that leaves room for the
    cleaning, None if it cannot be determined; `neighbour` is the stay before or after, on whichever day, and
    `neighbour_time` when that guest leaves or arrives; `block` closes the night on that side."""

    verdict: ExtensionVerdict
    limit: time | None
    neighbour: Reservation | None
    neighbour_time: time | None
    block: ClosedNights | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """Other dates for a stay: the nights beyond its own, and what closes them."""

    added: Sequence[date]
    closures: Sequence[ClosedNights]

    @property
    def verdict(self) -> ExtensionVerdict:
        """Possible when every night is free."""
        if any(not closure.known for closure in self.closures):
            return "unknown"
        return "blocked" if self.closures else "possible"


def early_check_in(
    stay: Reservation,
    others: Iterable[Reservation],
    book: Nights,
    place: Property,
    cleaning: timedelta,
    target: time | None = None,
) -> Shift:
    """Judge whether a guest can check in before the property's check-in time, or at the `target` time.

    A limit no earlier than the time that the guest has anyway means that nothing earlier is possible.
    """
    day = stay.check_in_date
    before = [other for other in _others(stay, others) if other.check_out_date <= day]
    previous = max(before, key=lambda other: (other.check_out_date, other.stay_code), default=None)
    leaves = out_time(previous, place) if previous else None
    if block := _block(book, day - DAY):
        return Shift("unknown", None, previous, leaves, block)
    if previous is None or previous.check_out_date < day:
        return Shift("possible", MIDNIGHT, previous, leaves)
    if leaves is None:
        return Shift("unknown", None, previous, None)
    limit = _moved(day, leaves, cleaning)
    verdict = _verdict(limit, target or in_time(stay, place), target, earlier=True)
    return Shift(verdict, limit, previous, leaves)


def late_check_out(
    stay: Reservation,
    others: Iterable[Reservation],
    book: Nights,
    place: Property,
    cleaning: timedelta,
    target: time | None = None,
) -> Shift:
    """Judge whether a guest can check out after the property's check-out time, or at the `target` time."""
    day = stay.check_out_date
    after = [other for other in _others(stay, others) if other.check_in_date >= day]
    following = min(after, key=by_check_in, default=None)
    comes = in_time(following, place) if following else None
    if block := _block(book, day):
        return Shift("unknown", None, following, comes, block)
    if following is None or following.check_in_date > day:
        return Shift("possible", END_OF_DAY, following, comes)
    if comes is None:
        return Shift("unknown", None, following, None)
    limit = _moved(day, comes, -cleaning)
    verdict = _verdict(limit, target or out_time(stay, place), target, earlier=False)
    return Shift(verdict, limit, following, comes)


def not_past(shift: Shift, day: date, now: datetime, usual: time | None, target: time | None) -> Shift:
    """Adapt an early check-in to the local time `now`, so that no time in the past is offered."""
    if shift.limit is None or day != now.date():
        return shift
    limit = max(datetime.combine(day, shift.limit), _next_minute(now))
    if limit.date() != day:
        return replace(shift, verdict="blocked", limit=None)
    verdict = _verdict(limit.time(), target or usual, target, earlier=True)
    return replace(shift, verdict=verdict, limit=limit.time())


def still_ahead(shift: Shift, day: date, now: datetime, target: time | None) -> Shift:
    """Adapt a late check-out to the local time `now`."""
    if shift.limit is None or day != now.date():
        return shift
    if shift.limit < now.time():
        return replace(shift, verdict="blocked", limit=None)
    return replace(shift, verdict="blocked") if target and target < now.time() else shift


def extension(stay: Reservation, book: Nights, check_in: date, check_out: date) -> Extension:
    """Judge whether a stay can have these dates instead of its own; the nights it has count as free."""
    others = book.without(stay.stay_code)
    own = set(nights(stay.check_in_date, stay.check_out_date))
    added = [night for night in nights(check_in, check_out) if night not in own]
    return Extension(added, others.closures(check_in, check_out))


def free_before(stay: Reservation, book: Nights, most: int) -> int:
    """Count the free nights right before a stay, up to `most`."""
    steps = range(1, most + 1)
    return next((step - 1 for step in steps if not book.free(stay.check_in_date - step * DAY)), most)


def free_behind(stay: Reservation, book: Nights, most: int) -> int:
    """Count the free nights right after a stay, up to `most`."""
    steps = range(most)
    return next((step for step in steps if not book.free(stay.check_out_date + step * DAY)), most)


def _others(stay: Reservation, stays: Iterable[Reservation]) -> list[Reservation]:
    return [
        other
        for other in stays
        if holds(other) and other.property_id == stay.property_id and other.stay_code != stay.stay_code
    ]


def _block(book: Nights, night: date) -> ClosedNights | None:
    """Return the block of a night that no stay holds."""
    return next((closure for closure in book.closures(night, night + DAY) if closure.stay is None), None)


def _next_minute(moment: datetime) -> datetime:
    """Round a moment up to a full minute."""
    full = moment.replace(second=0, microsecond=0)
    return full if full == moment else full + timedelta(minutes=1)


def _moved(day: date, clock: time, span: timedelta) -> time | None:
    """Move a time of day by a span; None if it falls on another day."""
    moment = datetime.combine(day, clock) + span
    return moment.time() if moment.date() == day else None


def _verdict(
    limit: time | None, usual: time | None, target: time | None, *, earlier: bool
) -> ExtensionVerdict:
    """Compare the limit with the time asked for: a target only has to be reached, while beside the usual
    time there must be something to gain."""
    if limit is None:
        return "blocked"
    if usual is None:
        return "possible"
    if limit == usual:
        return "possible" if target else "blocked"
    return "possible" if (limit < usual) is earlier else "blocked"
