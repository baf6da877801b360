"""Turnovers: a guest checks out, the property is cleaned, the next guest checks in.

- Only accepted stays that are assigned to a property count.
- The *check-out time* (out time) is the departure agreed for the stay, else the property's check-out time;
  the *check-in time* (in time) is the arrival agreed for the next stay, else the property's check-in time.
- The *window* is the time between them in real hours, with daylight saving changes included.
- The *next stay* is the first one that checks in on the day of check-out or later. On a *same-day turnover*
  it checks in on that very day.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from operator import itemgetter
from zoneinfo import ZoneInfo

from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.api.endpoints.reservations import HourMinute, Reservation
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.cleaning import Cleaning, LocalTime, Vacancy, cleaning_in
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.stays import by_check_in, time_of_day


@dataclass(frozen=True, slots=True)
class Turnover:
    """A check-out and what follows it, or a check-in without a check-out on its day. The times are local;
    `window` is in hours, None while one of the times is unknown."""

    place: Property
    day: date
    leaving: Reservation | None
    coming: Reservation | None
    out_time: time | None
    in_time: time | None
    window: float | None
    cleaning: Cleaning
    missing: Sequence[str]

    @property
    def same_day(self) -> bool:
        """Whether one guest checks out and the next one checks in on the same day."""
        return bool(self.leaving and self.coming and self.coming.check_in_date == self.day)


def out_time(stay: Reservation, place: Property) -> time | None:
    """Return when a guest leaves: as agreed, else the property's check-out time."""
    agreed = stay.check_in_details.departure_at if stay.check_in_details else None
    return _clock(agreed) or time_of_day(place.default_checkout_time)


def in_time(stay: Reservation, place: Property) -> time | None:
    """Return when a guest arrives: as agreed, else the property's check-in time."""
    agreed = stay.check_in_details.arrival_at if stay.check_in_details else None
    return _clock(agreed) or time_of_day(place.default_checkin_time)


def hours_between(start: datetime, end: datetime) -> float:
    """Return the real hours between two local times."""
    # In UTC, as Python ignores changes of the clocks between two times of one zone.
    return round((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() / 3600, 2)


@dataclass(frozen=True)
class TurnoverData:
    """What the turnovers of a property are judged by: its accepted stays, and its tasks, None if they could
    not be read. Unless the past is `seen`, a guest may have left earlier than what was read."""

    place: Property
    stays: Sequence[Reservation]
    tasks: Sequence[Task] | None
    seen: bool = True

    @cached_property
    def by_arrival(self) -> Sequence[Reservation]:
        """The stays by check-in."""
        return sorted(self.stays, key=by_check_in)

    @cached_property
    def by_leaving(self) -> Sequence[Reservation]:
        """The stays by check-out day and time."""
        return sorted(self.stays, key=lambda stay: _leaving_order(stay, self.place))


def turnover_data(
    places: Iterable[Property],
    stays: Iterable[Reservation],
    tasks: Iterable[Task] | None,
    unseen: Collection[int] = (),
) -> dict[int, TurnoverData]:
    """Sort stays and tasks by property. A task belongs to its own property and to that of the stay it
    names."""
    own: dict[int, list[Reservation]] = defaultdict(list)
    homes: dict[str, int] = {}
    for stay in stays:
        if stay.status == "accepted" and is_placed(stay):
            own[stay.property_id].append(stay)
            homes[stay.key] = stay.property_id
    work: dict[int, list[Task]] = defaultdict(list)
    for task in tasks or ():
        for home in {task.property_id or 0, homes.get(task.stay_code or "", 0)}:
            work[home].append(task)
    return {
        place.id: TurnoverData(
            place, own[place.id], None if tasks is None else work[place.id], place.id not in unseen
        )
        for place in places
    }


def stay_before(coming: Reservation, data: TurnoverData) -> Reservation | None:
    """Return the stay whose guest is the last to leave before another one arrives."""
    gone = bisect_right(data.by_leaving, coming.check_in_date, key=lambda stay: stay.check_out_date)
    return _first_other(coming, (data.by_leaving[place] for place in range(gone - 1, -1, -1)))


def stay_after(leaving: Reservation, data: TurnoverData) -> Reservation | None:
    """Return the stay whose guest is the first to arrive once another one has left."""
    ahead = bisect_left(data.by_arrival, leaving.check_out_date, key=lambda stay: stay.check_in_date)
    return _first_other(leaving, (data.by_arrival[place] for place in range(ahead, len(data.by_arrival))))


def _first_other(stay: Reservation, others: Iterable[Reservation]) -> Reservation | None:
    return next((other for other in others if other.key != stay.key), None)


def cleaning_before(coming: Reservation, data: TurnoverData) -> Cleaning:
    """Judge the cleaning for an arrival: after the last guest, before this one."""
    last = stay_before(coming, data)
    start = LocalTime(last.check_out_date, out_time(last, data.place)) if last else None
    end = LocalTime(coming.check_in_date, in_time(coming, data.place))
    codes = {coming.stay_code, *([last.stay_code] if last else [])}
    return cleaning_in(Vacancy(data.place.id, start, end, codes, data.seen or bool(last)), data.tasks)


def cleaning_after(leaving: Reservation, data: TurnoverData) -> Cleaning:
    """Judge the cleaning after a guest whom no other is known to follow."""
    start = LocalTime(leaving.check_out_date, out_time(leaving, data.place))
    return cleaning_in(Vacancy(data.place.id, start, None, {leaving.stay_code}), data.tasks)


def turnovers(data: TurnoverData, zone: ZoneInfo, start: date, end: date) -> Iterator[Turnover]:
    """Work out the turnovers of one property from `start` to `end`, both included, earliest first, each when
    it is asked for: with very many stays and tasks they are long work together.

    The next and the last guest are looked for among all stays of `data`, which should reach further each
    way.
    """
    leaving = [stay for stay in data.stays if start <= stay.check_out_date <= end]
    days = {stay.check_out_date for stay in leaving}
    coming = (stay for stay in data.stays if start <= stay.check_in_date <= end)
    moves = [(stay.check_out_date, False, stay) for stay in leaving]
    moves += [(stay.check_in_date, True, stay) for stay in coming if stay.check_in_date not in days]
    for _, arrives, stay in sorted(moves, key=itemgetter(0, 1)):
        yield _arrival(data, stay) if arrives else _turnover(data, zone, stay)


def _turnover(data: TurnoverData, zone: ZoneInfo, leaving: Reservation) -> Turnover:
    day, place = leaving.check_out_date, data.place
    coming = stay_after(leaving, data)
    leaves, comes = out_time(leaving, place), in_time(coming, place) if coming else None
    window = None
    if coming and leaves and comes:
        local_out = datetime.combine(day, leaves, zone)
        window = hours_between(local_out, datetime.combine(coming.check_in_date, comes, zone))
    cleaning = cleaning_before(coming, data) if coming else cleaning_after(leaving, data)
    # Midnight stands in for the time of a guest who does not exist, which is not missing.
    missing = [*cleaning.missing, *_missing_times(leaves, comes if coming else time())]
    if window is not None and window <= 0:
        missing.append("time between check-out and check-in")
    return Turnover(place, day, leaving, coming, leaves, comes, window, cleaning, missing)


def _arrival(data: TurnoverData, coming: Reservation) -> Turnover:
    """Return a check-in into a property whose last guest, if any, left on an earlier day."""
    comes, cleaning = in_time(coming, data.place), cleaning_before(coming, data)
    missing = [*cleaning.missing, *_missing_times(time(), comes)]
    day = coming.check_in_date
    return Turnover(data.place, day, None, coming, None, comes, None, cleaning, missing)


def _leaving_order(stay: Reservation, place: Property) -> tuple[date, time, str]:
    return stay.check_out_date, out_time(stay, place) or time(), stay.stay_code


def _missing_times(leaves: time | None, comes: time | None) -> list[str]:
    return [
        *(["check-out time"] if leaves is None else []),
        *(["check-in time"] if comes is None else []),
    ]


def _clock(agreed: HourMinute | None) -> time | None:
    if agreed is None or agreed.hour is None:
        return None
    return time(agreed.hour % 24, agreed.minute or 0)
