"""Days of a calendar, and runs of days in one state."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

DayT = TypeVar("DayT")
StateT = TypeVar("StateT", bound=Hashable)

DAY = timedelta(days=1)

Today = Callable[[int], date]
"""The local date at a property; of 0, for stays without a property, the earliest of all."""


@dataclass(frozen=True, slots=True)
class Run(Generic[StateT]):
    """Consecutive days in one state, from `start_date` to `end_date`, both included."""

    start_date: date
    end_date: date
    state: StateT

    @property
    def days(self) -> int:
        """The number of days in the run."""
        return (self.end_date - self.start_date).days + 1


def runs(
    days: Iterable[DayT], day: Callable[[DayT], date], state: Callable[[DayT], StateT]
) -> list[Run[StateT]]:
    """Fold days, in any order, into runs of the same state. A missing day ends a run."""
    folded: list[Run[StateT]] = []
    for entry in sorted(days, key=day):
        today, now = day(entry), state(entry)
        last = folded[-1] if folded else None
        if last and last.state == now and last.end_date + DAY >= today:
            folded[-1] = Run(last.start_date, today, now)
        else:
            folded.append(Run(today, today, now))
    return folded


def days_of(start: date, end: date) -> list[date]:
    """Return the days from `start` to `end`, both included."""
    return [start + DAY * step for step in range((end - start).days + 1)]
