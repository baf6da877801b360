"""Nights of a property: which are free, and what closes the others.

A *night* has the date of its evening, so that a stay holds the nights from its check-in to the one before its
check-out. A night is *free* when the calendar shows it open and no stay holds it; a night that the calendar
does not tell is not free. A stay *holds* its nights while it is accepted, asked for or awaiting payment, has
a property, and is not in the reservation box.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hostex_mcp.api.endpoints.calendar import AvailabilityDay
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import DAY, Run, runs
from hostex_mcp.domain.stays import HOLDING

ONE = DAY


def nights(check_in: date, check_out: date) -> list[date]:
    """The nights from check-in to check-out; none where check-out does not come later."""
    return [check_in + DAY * step for step in range((check_out - check_in).days)]


def is_placed(stay: Reservation) -> bool:
    """Whether a stay is in a property."""
    return bool(stay.property_id) and not stay.in_reservation_box


def holds(stay: Reservation) -> bool:
    """Whether a stay keeps others out of its property."""
    return stay.status in HOLDING and is_placed(stay)


@dataclass(frozen=True, slots=True)
class ClosedNights:
    """Nights in a row that are not free, for one reason: a stay, a block of the calendar with its remarks,
    or, where `known` is false, a calendar that tells nothing."""

    first_night: date
    nights: int
    stay: Reservation | None = None
    remarks: str = ""
    known: bool = True

    @property
    def last_night(self) -> date:
        """The last of the nights."""
        return self.first_night + DAY * (self.nights - 1)


@dataclass(frozen=True, slots=True)
class Nights:
    """What is known of one property's nights: its `calendar`, and for each night held by stays all of them,
    the one that came first in front."""

    calendar: Mapping[date, AvailabilityDay]
    held: Mapping[date, Sequence[Reservation]] = field(default_factory=dict[date, Sequence[Reservation]])

    def free(self, night: date) -> bool:
        """Whether a night can still be given to a guest."""
        day = self.calendar.get(night)
        return day is not None and day.available and night not in self.held

    def all_free(self, check_in: date, check_out: date) -> bool:
        """Whether every night of a stay is free."""
        return all(self.free(night) for night in nights(check_in, check_out))

    def without(self, stay_code: str) -> "Nights":
        """The same nights as if one stay were not there; where no other holds them, they count as open."""
        own = [night for night, stays in self.held.items() if any(_is(stay, stay_code) for stay in stays)]
        others = {
            night: kept
            for night, stays in self.held.items()
            if (kept := [stay for stay in stays if not _is(stay, stay_code)])
        }
        opened = {night: AvailabilityDay(date=night, available=True, remarks="") for night in own}
        return Nights({**self.calendar, **opened}, others)

    def closures(self, check_in: date, check_out: date) -> list[ClosedNights]:
        """What keeps a stay out, in order of nights."""
        closed = [night for night in nights(check_in, check_out) if not self.free(night)]
        return [self._closure(run) for run in runs(closed, lambda night: night, self._why)]

    def _why(self, night: date) -> tuple[str, str, bool]:
        """Stay code, remarks, and whether anything is known."""
        if night in self.held:
            return self.held[night][0].stay_code, "", True
        day = self.calendar.get(night)
        return ("", day.remarks, True) if day else ("", "", False)

    def _closure(self, run: Run[tuple[str, str, bool]]) -> ClosedNights:
        stays = self.held.get(run.start_date)
        _, remarks, known = run.state
        return ClosedNights(run.start_date, run.days, stays[0] if stays else None, remarks, known)


def nights_of(days: Iterable[AvailabilityDay], stays: Iterable[Reservation]) -> Nights:
    """The nights of one property, by its calendar and its stays, of whatever status."""
    held: dict[date, list[Reservation]] = {}
    for stay in sorted(filter(holds, stays), key=lambda stay: (stay.check_in_date, stay.stay_code)):
        for night in nights(stay.check_in_date, stay.check_out_date):
            held.setdefault(night, []).append(stay)
    return Nights({day.date: day for day in days}, held)


def free_runs(book: Nights, start: date, end: date) -> list[Run[bool]]:
    """The free nights from `start` to `end`, both included, as runs."""
    open_nights = [night for night in nights(start, end + DAY) if book.free(night)]
    return runs(open_nights, lambda night: night, lambda night: True)


def _is(stay: Reservation, stay_code: str) -> bool:
    return stay.stay_code == stay_code
