"""Whether a stay can come earlier, leave later, or last longer, and who stands in the way.

A place needs some hours of cleaning between two guests. On the day of check-in a guest can have it from the
previous guest's out time plus the cleaning; without a guest or block the night before, at any time. On the
day of check-out the guest can keep it until the next guest's in time less the cleaning; without a guest or
block that night, to the end of the day. Out and in times are those of `turnovers`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.nights import ClosedNights, Nights, holds, nights
from hostex_mcp.domain.turnovers import in_time, out_time

MIDNIGHT = time()
END_OF_DAY = time(23, 59)

ExtensionVerdict = Literal["possible", "blocked", "unknown"]


@dataclass(frozen=True, slots=True)
class Shift:
    """An earlier check-in or later check-out. `limit` is the earliest or latest time that leaves room for the
    cleaning, None where it cannot be told; `neighbour` is the stay before or behind, whichever day it is,
    and `neighbour_time` when it leaves or comes; `block` closes the night on that side."""

    verdict: ExtensionVerdict
    limit: time | None
    neighbour: Reservation | None
    neighbour_time: time | None
    block: ClosedNights | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """More or other nights: those asked for beyond the stay's own, and what closes them."""

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
    wanted: time | None = None,
) -> Shift:
    """Whether a guest can come before the property's check-in time, or at the wanted one. A limit that is no
    earlier than the time the guest has anyway means that nothing earlier is possible."""
    day, night_before = stay.check_in_date, stay.check_in_date - DAY
    before = [other for other in _others(stay, others) if other.check_out_date <= day]
    previous = max(before, key=lambda stay: (stay.check_out_date, stay.stay_code), default=None)
    leaves = out_time(previous, place) if previous else None
    block = _block(book, night_before)
    if block:
        return Shift("unknown", None, previous, leaves, block)
    if previous is None or previous.check_out_date < day:
        return Shift("possible", MIDNIGHT, previous, leaves)
    if leaves is None:
        return Shift("unknown", None, previous, None)
    limit = _moved(day, leaves, cleaning)
    usual = wanted or in_time(stay, place)
    return Shift(_verdict(limit, usual, wanted, earlier=True), limit, previous, leaves)


def late_check_out(
    stay: Reservation,
    others: Iterable[Reservation],
    book: Nights,
    place: Property,
    cleaning: timedelta,
    wanted: time | None = None,
) -> Shift:
    """Whether a guest can leave after the property's check-out time, or at the wanted one."""
    day = stay.check_out_date
    behind = [other for other in _others(stay, others) if other.check_in_date >= day]
    following = min(behind, key=lambda stay: (stay.check_in_date, stay.stay_code), default=None)
    comes = in_time(following, place) if following else None
    block = _block(book, day)
    if block:
        return Shift("unknown", None, following, comes, block)
    if following is None or following.check_in_date > day:
        return Shift("possible", END_OF_DAY, following, comes)
    if comes is None:
        return Shift("unknown", None, following, None)
    limit = _moved(day, comes, -cleaning)
    usual = wanted or out_time(stay, place)
    return Shift(_verdict(limit, usual, wanted, earlier=False), limit, following, comes)


def not_past(found: Shift, day: date, now: datetime, usual: time | None, wanted: time | None) -> Shift:
    """An earlier check-in of a day as it stands at the local time `now`: no time that is over is offered."""
    if found.limit is None or day != now.date():
        return found
    limit = max(datetime.combine(day, found.limit), _next_minute(now))
    if limit.date() != day:
        return replace(found, verdict="blocked", limit=None)
    verdict = _verdict(limit.time(), wanted or usual, wanted, earlier=True)
    return replace(found, verdict=verdict, limit=limit.time())


def still_ahead(found: Shift, day: date, now: datetime, wanted: time | None) -> Shift:
    """A later check-out of a day as it stands at the local time `now`."""
    if found.limit is None or day != now.date():
        return found
    if found.limit < now.time():
        return replace(found, verdict="blocked", limit=None)
    return replace(found, verdict="blocked") if wanted and wanted < now.time() else found


def extension(stay: Reservation, book: Nights, check_in: date, check_out: date) -> Extension:
    """Whether a stay can have these dates instead of its own; its own nights are its own."""
    free_of_it = book.without(stay.stay_code)
    own = set(nights(stay.check_in_date, stay.check_out_date))
    added = [night for night in nights(check_in, check_out) if night not in own]
    return Extension(added, free_of_it.closures(check_in, check_out))


def free_before(stay: Reservation, book: Nights, most: int) -> int:
    """How many nights right before a stay are free, at most `most`."""
    steps = range(1, most + 1)
    return next((step - 1 for step in steps if not book.free(stay.check_in_date - step * DAY)), most)


def free_behind(stay: Reservation, book: Nights, most: int) -> int:
    """How many nights right behind a stay are free, at most `most`."""
    steps = range(most)
    return next((step for step in steps if not book.free(stay.check_out_date + step * DAY)), most)


def _others(stay: Reservation, stays: Iterable[Reservation]) -> list[Reservation]:
    return [
        other
        for other in stays
        if holds(other) and other.property_id == stay.property_id and other.stay_code != stay.stay_code
    ]


def _block(book: Nights, night: date) -> ClosedNights | None:
    """What closes a night that no stay holds."""
    return next((closure for closure in book.closures(night, night + DAY) if closure.stay is None), None)


def _next_minute(moment: datetime) -> datetime:
    """A moment, or the next full minute."""
    full = moment.replace(second=0, microsecond=0)
    return full if full == moment else full + timedelta(minutes=1)


def _moved(day: date, clock: time, span: timedelta) -> time | None:
    """A time of day moved by a span, None when it falls on another day."""
    moved = datetime.combine(day, clock) + span
    return moved.time() if moved.date() == day else None


def _verdict(
    limit: time | None, usual: time | None, wanted: time | None, *, earlier: bool
) -> ExtensionVerdict:
    """Possible when the limit leaves room: for a wanted time reaching it is enough, for the usual time there
    has to be something to gain."""
    if limit is None:
        return "blocked"
    if usual is None:
        return "possible"
    if limit == usual:
        return "possible" if wanted else "blocked"
    return "possible" if (limit < usual) is earlier else "blocked"
