"""What guests could be offered beyond their stay: more nights, and more hours.

- An *extension* is the free nights right after a stay, or right before one that is still to come: up to 7.
  If another stay is at their other end, they are a *gap night* (or several): few other guests want exactly
  those, and the guests on both sides could have them.
- An *early check-in* and a *late check-out* are hours that no other guest, no block and no cleaning needs,
  an hour at least, not before the property's usual check-out time and not after its usual check-in time:
  beyond that it is a night more.
- Only accepted stays that are assigned to a property are offered anything; what is over never is.
- Nights and hours between two guests can be offered to both, and only one of them can have them.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.feasibility import (
    early_check_in,
    free_before,
    free_behind,
    late_check_out,
    not_past,
    still_ahead,
)
from hostex_mcp.domain.nights import Nights, is_placed
from hostex_mcp.domain.stays import time_of_day
from hostex_mcp.domain.turnovers import in_time, out_time

Kind = Literal["extension", "gap_night", "early_check_in", "late_check_out"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_NIGHTS = 7

_LEAST_HOURS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that a guest could have. More nights: the first of them and how many. More hours: from or
    until when, instead of which usual time, and the night beside the stay. `other` is the stay at the other
    end, whose guest could have the same."""

    kind: Kind
    day: date
    first_night: date
    nights: int = 0
    other: Reservation | None = None
    clock: time | None = None
    usual: time | None = None

    @property
    def check_out(self) -> date:
        """The day after the last of the nights."""
        return self.first_night + DAY * self.nights


@dataclass(frozen=True, slots=True)
class OfferPlace:
    """A property with its nights and stays of any status, the time there, and how long cleaning takes."""

    place: Property
    book: Nights
    stays: Sequence[Reservation]
    now: datetime
    cleaning: timedelta


def offers_to(stay: Reservation, home: OfferPlace) -> Iterator[Offer]:
    """Yield what the guest of a stay could be offered, that of the arrival first."""
    today = home.now.date()
    if stay.status != "accepted" or not is_placed(stay):
        return
    if stay.check_in_date >= today:
        yield from _nights_before(stay, home)
        yield from _earlier(stay, home)
    if stay.check_out_date >= today:
        yield from _nights_after(stay, home)
        yield from _later(stay, home)


def _nights_before(stay: Reservation, home: OfferPlace) -> Iterator[Offer]:
    ahead = (stay.check_in_date - home.now.date()).days
    if free := free_before(stay, home.book, min(ahead, MOST_NIGHTS)):
        first = stay.check_in_date - DAY * free
        other = _holder(home.book, first - DAY)
        kind: Kind = "gap_night" if other else "extension"
        yield Offer(kind, stay.check_in_date, first, free, other)


def _nights_after(stay: Reservation, home: OfferPlace) -> Iterator[Offer]:
    if free := free_behind(stay, home.book, MOST_NIGHTS):
        other = _holder(home.book, stay.check_out_date + DAY * free)
        kind: Kind = "gap_night" if other else "extension"
        yield Offer(kind, stay.check_out_date, stay.check_out_date, free, other)


def _holder(book: Nights, night: date) -> Reservation | None:
    return next(iter(book.holders.get(night, ())), None)


def _earlier(stay: Reservation, home: OfferPlace) -> Iterator[Offer]:
    day, usual = stay.check_in_date, in_time(stay, home.place)
    planned = early_check_in(stay, home.stays, home.book, home.place, home.cleaning)
    shift = not_past(planned, day, home.now, usual, None)
    if shift.verdict == "possible" and shift.limit and usual:
        clock = max(shift.limit, time_of_day(home.place.default_checkout_time) or shift.limit)
        if _between(clock, usual) >= _LEAST_HOURS:
            other = _same_day(shift.neighbour, lambda stay: stay.check_out_date == day)
            yield Offer("early_check_in", day, day - DAY, other=other, clock=clock, usual=usual)


def _later(stay: Reservation, home: OfferPlace) -> Iterator[Offer]:
    day, usual = stay.check_out_date, out_time(stay, home.place)
    planned = late_check_out(stay, home.stays, home.book, home.place, home.cleaning)
    shift = still_ahead(planned, day, home.now, None)
    if shift.verdict == "possible" and shift.limit and usual:
        clock = min(shift.limit, time_of_day(home.place.default_checkin_time) or shift.limit)
        if _between(usual, clock) >= _LEAST_HOURS:
            other = _same_day(shift.neighbour, lambda stay: stay.check_in_date == day)
            yield Offer("late_check_out", day, day, other=other, clock=clock, usual=usual)


def _same_day(neighbour: Reservation | None, moves: Callable[[Reservation], bool]) -> Reservation | None:
    return neighbour if neighbour and moves(neighbour) else None


def _between(start: time, end: time) -> timedelta:
    return datetime.combine(date.min, end) - datetime.combine(date.min, start)
