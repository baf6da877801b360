"""Cleaning between two stays.

- A turnover is *clean* when a cleaning task of the property that is not cancelled lies between check-out and
  check-in, whichever stay it names, if any. Days and times are compared in the property's local time; a task
  without a time counts for its whole day.
- After a check-out without a next check-in any later cleaning counts; before the very first guest none is
  missing.
- If several tasks count, the answer names one that is done or assigned, the latest of them.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.stays import time_of_day

NO_TASK, NOBODY = "cleaning task", "who cleans"

# Every turnover of a property may have all of its tasks nearby.
_MOST_UNCOUNTED = 10


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A day at a property and the time of day, None if unknown."""

    day: date
    clock: time | None = None

    def after(self, other: "LocalTime") -> bool:
        """Whether this is certainly later; within one day both times must be known for that."""
        if self.day != other.day:
            return self.day > other.day
        return bool(self.clock and other.clock and self.clock > other.clock)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """The time in which a property has to be cleaned: from a check-out, None before the first guest, to a
    check-in, None if no next guest is known. `stay_codes` are those of the stays on either side. Unless it is
    `seen`, a guest may have left earlier than what was read."""

    property_id: int
    start: LocalTime | None
    end: LocalTime | None
    stay_codes: Collection[str] = ()
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A cleaning task near a turnover that does not count for it, and why."""

    task: Task
    why: str


@dataclass(frozen=True, slots=True)
class Cleaning:
    """The verdict on a turnover: the task that cleans it, what is `missing` in words, and the first
    `uncounted` cleaning tasks if none counts, with how many `more` there are. Unless it is `known`, nothing
    is missing and nothing is certain."""

    task: Task | None = None
    missing: Sequence[str] = ()
    uncounted: Sequence[Uncounted] = ()
    known: bool = True
    more: int = 0


def cleaning_in(vacancy: Vacancy, tasks: Iterable[Task] | None) -> Cleaning:
    """Judge the cleaning in a vacancy. None stands for tasks that could not be read."""
    if tasks is None:
        return Cleaning(known=False)
    cleanings = [task for task in tasks if task.type == "cleaning"]
    candidates = [Uncounted(task, _objection(task, vacancy)) for task in cleanings]
    if valid := [candidate.task for candidate in candidates if not candidate.why]:
        best = max(valid, key=_rank)
        return Cleaning(best, [] if _is_certain(best) else [NOBODY])
    if not vacancy.seen:
        return Cleaning(known=False)
    missing = [NO_TASK] if vacancy.start else []
    nearby = [candidate for candidate in candidates if missing and _concerns(candidate.task, vacancy)]
    return Cleaning(None, missing, nearby[:_MOST_UNCOUNTED], more=max(len(nearby) - _MOST_UNCOUNTED, 0))


def _is_certain(task: Task) -> bool:
    return bool(task.staff_id) or task.status == "completed"


def _rank(task: Task) -> tuple[bool, bool, str, str, int]:
    done = task.status == "completed"
    return done, bool(task.staff_id), f"{task.expected_date}", task.expected_time or "", task.id


def _objection(task: Task, vacancy: Vacancy) -> str:
    """Return why a cleaning task does not count, empty if it does."""
    if task.status == "cancelled":
        return "cancelled"
    if task.property_id != vacancy.property_id:
        return "for another property"
    moment = _moment(task)
    if moment is None:
        return "without a day"
    if vacancy.start and vacancy.start.after(moment):
        return "before check-out"
    return "after check-in" if vacancy.end and moment.after(vacancy.end) else ""


def _concerns(task: Task, vacancy: Vacancy) -> bool:
    """Whether a task may have been meant for a vacancy: it names a stay on either side, or is of the property
    and at most a day off."""
    if task.stay_code and task.stay_code in vacancy.stay_codes:
        return True
    if task.property_id != vacancy.property_id or not task.expected_date:
        return False
    first = vacancy.start.day if vacancy.start else task.expected_date
    last = vacancy.end.day if vacancy.end else task.expected_date
    return first - DAY <= task.expected_date <= last + DAY


def _moment(task: Task) -> LocalTime | None:
    return _local(task.expected_date, task.expected_time) if task.expected_date else None


# A task is compared with every turnover of its property.
@lru_cache(2_000)
def _local(day: date, clock: str | None) -> LocalTime:
    return LocalTime(day, time_of_day(clock))
