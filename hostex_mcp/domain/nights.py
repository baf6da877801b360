"""Nights of a property: which are free, and what closes the others.

- A *night* is named by the date of its evening: a stay takes the nights from check-in to the one before
  check-out.
- A night is *free* when the master calendar shows it as open and no stay holds it. A night that Hostex does
  not show is not free.
- A stay *holds* its nights while it is accepted, requested or awaiting payment, is assigned to a property and
  is not in the reservation box.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hostex_mcp.api.endpoints.calendar import AvailabilityDay
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import DAY, Run, runs
from hostex_mcp.domain.stays import HOLDING, by_check_in


def nights(check_in: date, check_out: date) -> list[date]:
    """Return the nights from check-in to check-out, none unless check-out is later."""
    return [check_in + DAY * step for step in range((check_out - check_in).days)]


def is_placed(stay: Reservation) -> bool:
    """Whether a stay is assigned to a property."""
    return bool(stay.property_id) and not stay.in_reservation_box


def holds(stay: Reservation) -> bool:
    """Whether a stay keeps others out of its property."""
    return stay.status in HOLDING and is_placed(stay)


@dataclass(frozen=True, slots=True)
class ClosedNights:
    """Consecutive nights that are closed for one reason: a stay, a calendar block with its remarks, or, where
    `known` is false, a calendar that Hostex does not show."""

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
    """The nights of one property: its `calendar`, and the stays that hold each night, earliest check-in
    first."""

    calendar: Mapping[date, AvailabilityDay]
    holders: Mapping[date, Sequence[Reservation]] = field(default_factory=dict[date, Sequence[Reservation]])

    def free(self, night: date) -> bool:
        """Whether a night can still be sold."""
        day = self.calendar.get(night)
        return day is not None and day.available and night not in self.holders

    def all_free(self, check_in: date, check_out: date) -> bool:
        """Whether every night of a stay is free."""
        return all(self.free(night) for night in nights(check_in, check_out))

    def without(self, stay_code: str) -> "Nights":
        """Return the nights as they would be without one stay.

        The calendar closes its nights too and does not say whether a block lies beneath, so they count as
        open.
        """
        others = {
            night: [stay for stay in stays if stay.stay_code != stay_code]
            for night, stays in self.holders.items()
        }
        opened = {
            night: AvailabilityDay(date=night, available=True, remarks="")
            for night, stays in self.holders.items()
            if len(others[night]) < len(stays)
        }
        return Nights({**self.calendar, **opened}, {night: stays for night, stays in others.items() if stays})

    def closures(self, check_in: date, check_out: date) -> list[ClosedNights]:
        """Return what keeps a stay out, in order of nights."""
        closed = [night for night in nights(check_in, check_out) if not self.free(night)]
        return [self._closure(run) for run in runs(closed, lambda night: night, self._reason)]

    def _reason(self, night: date) -> tuple[str, str, bool]:
        """Return stay code, remarks, and whether Hostex shows the night."""
        if night in self.holders:
            return self.holders[night][0].stay_code, "", True
        day = self.calendar.get(night)
        return ("", day.remarks, True) if day else ("", "", False)

    def _closure(self, run: Run[tuple[str, str, bool]]) -> ClosedNights:
        stays = self.holders.get(run.start_date)
        _, remarks, visible = run.state
        return ClosedNights(run.start_date, run.days, stays[0] if stays else None, remarks, visible)


def nights_of(
    days: Iterable[AvailabilityDay], stays: Iterable[Reservation], first: date, last: date
) -> Nights:
    """Join the calendar of one property with its stays, of whatever status, on the nights from `first` to
    `last`, both included."""
    asked = nights(first, last + DAY)
    holders = [list[Reservation]() for _ in asked]
    for stay in sorted(filter(holds, stays), key=by_check_in):
        # Only these nights: a stay that never ends would have tens of thousands.
        start, end = ((day - first).days for day in (stay.check_in_date, stay.check_out_date))
        for holding in holders[max(start, 0) : max(end, 0)]:
            holding.append(stay)
    holding_nights = {night: holding for night, holding in zip(asked, holders, strict=True) if holding}
    return Nights({day.date: day for day in days}, holding_nights)


def free_runs(book: Nights, start: date, end: date) -> list[Run[bool]]:
    """Return the free nights from `start` to `end`, both included, as runs."""
    free = [night for night in nights(start, end + DAY) if book.free(night)]
    return runs(free, lambda night: night, lambda night: True)
