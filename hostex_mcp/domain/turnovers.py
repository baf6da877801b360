"""Turnovers: a guest leaves, the place is made ready, the next guest comes.

Only accepted stays that have a property count. The *out time* is the departure agreed for the stay, else the
property's check-out time; the *in time* is the arrival agreed for the next stay, else the property's check-in
time. The *window* between them is counted in real hours, so that a change of the clocks is in it. The next
stay is the first one that checks in on the day of check-out or later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hostex_mcp.api.properties import Property
from hostex_mcp.api.reservations import HourMinute, Reservation
from hostex_mcp.api.tasks import Task
from hostex_mcp.domain.cleaning import cleaning_between, cleaning_missing
from hostex_mcp.domain.nights import holds


@dataclass(frozen=True, slots=True)
class Turnover:
    """A check-out of a property and what follows it, or a check-in that no check-out of its day precedes.
    `day` is the day it is about, the times are local, `window` is in hours, None while something of it is
    unknown; without `cleaning_known` nothing is known of its cleaning."""

    place: Property
    day: date
    leaving: Reservation | None
    coming: Reservation | None
    out_time: time | None
    in_time: time | None
    window: float | None
    cleaning: Task | None
    missing: Sequence[str]
    cleaning_known: bool = True

    @property
    def same_day(self) -> bool:
        """Whether one guest leaves and the next one comes on the same day."""
        return bool(self.leaving and self.coming and self.coming.check_in_date == self.day)


def out_time(stay: Reservation, place: Property) -> time | None:
    """When a guest leaves: as agreed, else the property's check-out time."""
    agreed = stay.check_in_details.departure_at if stay.check_in_details else None
    return _clock(agreed) or _read(place.default_checkout_time)


def in_time(stay: Reservation, place: Property) -> time | None:
    """When a guest comes: as agreed, else the property's check-in time."""
    agreed = stay.check_in_details.arrival_at if stay.check_in_details else None
    return _clock(agreed) or _read(place.default_checkin_time)


def hours_between(start: datetime, end: datetime) -> float:
    """The real hours between two local times."""
    return round((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() / 3600, 2)


def turnovers(
    place: Property,
    zone: ZoneInfo,
    stays: Iterable[Reservation],
    tasks: Iterable[Task] | None,
    start: date,
    end: date,
) -> list[Turnover]:
    """The turnovers of one property from one day to another, both included, earliest first. `stays` and
    `tasks` reach as far beyond as the next guest is wanted, and as far back as the last one is. Without
    `tasks` no cleaning is known, and none is missing."""
    counted = [
        one for one in stays if one.property_id == place.id and one.status == "accepted" and holds(one)
    ]
    cleanings = None if tasks is None else list(tasks)
    left = [one for one in counted if start <= one.check_out_date <= end]
    found = [_turnover(place, zone, counted, cleanings, one) for one in left]
    days = {one.check_out_date for one in left}
    into_empty = [
        one for one in counted if start <= one.check_in_date <= end and one.check_in_date not in days
    ]
    found += [_arrival(place, counted, cleanings, one) for one in into_empty]
    return sorted(found, key=lambda one: (one.day, one.leaving is None))


def _turnover(
    place: Property,
    zone: ZoneInfo,
    stays: Sequence[Reservation],
    cleanings: Sequence[Task] | None,
    leaving: Reservation,
) -> Turnover:
    day = leaving.check_out_date
    after = [one for one in stays if one.check_in_date >= day and one.stay_code != leaving.stay_code]
    coming = min(after, key=lambda one: (one.check_in_date, one.stay_code), default=None)
    leaves, comes = out_time(leaving, place), in_time(coming, place) if coming else None
    window = None
    if coming and leaves and comes:
        local_out = datetime.combine(day, leaves, zone)
        window = hours_between(local_out, datetime.combine(coming.check_in_date, comes, zone))
    cleaning = cleaning_between(cleanings or (), leaving, coming)
    known = cleanings is not None
    of_cleaning = cleaning_missing(cleaning, leaving, coming) if known else []
    missing = [*of_cleaning, *_of_times(leaves, comes if coming else time())]
    if window is not None and window <= 0:
        missing.append("time between check-out and check-in")
    return Turnover(place, day, leaving, coming, leaves, comes, window, cleaning, missing, known)


def _arrival(
    place: Property, stays: Sequence[Reservation], cleanings: Sequence[Task] | None, coming: Reservation
) -> Turnover:
    """A check-in into a place whose last guest, if there was any, left on an earlier day: the cleaning is the
    one after that guest."""
    comes = in_time(coming, place)
    gone = [one for one in stays if one.check_out_date < coming.check_in_date]
    last = max(gone, key=lambda one: (one.check_out_date, one.stay_code), default=None)
    cleaning = cleaning_between(cleanings or (), last, coming)
    known = cleanings is not None
    of_cleaning = cleaning_missing(cleaning, last, coming) if last and known else []
    missing = [*of_cleaning, *_of_times(time(), comes)]
    return Turnover(place, coming.check_in_date, None, coming, None, comes, None, cleaning, missing, known)


def _of_times(leaves: time | None, comes: time | None) -> list[str]:
    return [
        *(["check-out time"] if leaves is None else []),
        *(["check-in time"] if comes is None else []),
    ]


def _clock(agreed: HourMinute | None) -> time | None:
    if agreed is None or agreed.hour is None:
        return None
    return time(agreed.hour % 24, agreed.minute or 0)


def _read(text: str | None) -> time | None:
    """A default time of a property, `HH:mm`; None where it is missing or unreadable."""
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None
