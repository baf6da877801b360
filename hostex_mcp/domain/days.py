"""Days of a calendar: runs of equal days, and the pairs of dates that periods are made of."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

DayT = TypeVar("DayT")
StateT = TypeVar("StateT", bound=Hashable)

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Run(Generic[StateT]):
    """Consecutive days in one state, from `start_date` to `end_date`, both included."""

    start_date: date
    end_date: date
    state: StateT

    @property
    def days(self) -> int:
        """How many days the run has."""
        return (self.end_date - self.start_date).days + 1


def runs(
    days: Iterable[DayT], day: Callable[[DayT], date], state: Callable[[DayT], StateT]
) -> list[Run[StateT]]:
    """Fold days into runs of the same state; a missing day ends a run. Order of input does not matter."""
    found: list[Run[StateT]] = []
    for one in sorted(days, key=day):
        today, now = day(one), state(one)
        last = found[-1] if found else None
        if last and last.state == now and last.end_date + DAY >= today:
            found[-1] = Run(last.start_date, today, now)
        else:
            found.append(Run(today, today, now))
    return found
