"""Whether a property is cleaned between two stays. Every answer takes its verdict from here.

A turnover is *clean* when a cleaning task of the property, not a cancelled one, lies between check-out and
check-in, whichever stay it names or none. Days and times are compared as the property's clock shows them; a
task without a time counts for its whole day. After a check-out that no check-in follows, any later cleaning
counts; before the first guest of all, none is missing. Where several count, one that is done or assigned
stands for them, of equals the latest.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.days import DAY

NO_TASK, NOBODY = "cleaning task", "who cleans"


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A day at a property and the time of day, None where it is not known."""

    day: date
    clock: time | None = None

    def after(self, other: "LocalTime") -> bool:
        """Whether this is surely later; on one day both times have to be known for that."""
        if self.day != other.day:
            return self.day > other.day
        return bool(self.clock and other.clock and self.clock > other.clock)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """The time in which a property is to be cleaned: from a check-out, None before the first guest, to a
    check-in, None while nobody is known to come. `stay_codes` are of the stays on either side. It is not
    `seen` when a guest may have left before what was read."""

    property_id: int
    start: LocalTime | None
    end: LocalTime | None
    stay_codes: Collection[str] = ()
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A cleaning near a turnover that does not clean it, and why."""

    task: Task
    why: str


@dataclass(frozen=True, slots=True)
class Cleaning:
    """The verdict on a turnover: the task that cleans it, what is `missing` in words, and the `uncounted`
    cleanings where none counts. Unless it is `known`, nothing is missing and nothing is certain."""

    task: Task | None = None
    missing: Sequence[str] = ()
    uncounted: Sequence[Uncounted] = ()
    known: bool = True


def cleaning_in(vacancy: Vacancy, tasks: Iterable[Task] | None) -> Cleaning:
    """The verdict on a vacancy; None are tasks that could not be read."""
    if tasks is None:
        return Cleaning(known=False)
    cleanings = [task for task in tasks if task.type == "cleaning"]
    judged = [Uncounted(task, _objection(task, vacancy)) for task in cleanings]
    counted = [verdict.task for verdict in judged if not verdict.why]
    if counted:
        best = max(counted, key=_rank)
        return Cleaning(best, [] if _is_certain(best) else [NOBODY])
    if not vacancy.seen:
        return Cleaning(known=False)
    missing = [NO_TASK] if vacancy.start else []
    return Cleaning(
        None, missing, [candidate for candidate in judged if missing and _concerns(candidate.task, vacancy)]
    )


def _is_certain(task: Task) -> bool:
    return bool(task.staff_id) or task.status == "completed"


def _rank(task: Task) -> tuple[bool, bool, str, str, int]:
    done = task.status == "completed"
    return done, bool(task.staff_id), f"{task.expected_date}", task.expected_time or "", task.id


def _objection(task: Task, vacancy: Vacancy) -> str:
    """Why a cleaning does not count, empty where it does."""
    moment = _moment(task)
    objections = {
        "cancelled": task.status == "cancelled",
        "for another property": task.property_id != vacancy.property_id,
        "without a day": moment is None,
        "before check-out": bool(moment and vacancy.start and vacancy.start.after(moment)),
        "after check-in": bool(moment and vacancy.end and moment.after(vacancy.end)),
    }
    return next((why for why, holds in objections.items() if holds), "")


def _concerns(task: Task, vacancy: Vacancy) -> bool:
    """Whether somebody may have taken a task for the cleaning of a vacancy: it names a stay on either side,
    or is of the property and at most a day off."""
    if task.stay_code and task.stay_code in vacancy.stay_codes:
        return True
    if task.property_id != vacancy.property_id or not task.expected_date:
        return False
    first = vacancy.start.day if vacancy.start else task.expected_date
    last = vacancy.end.day if vacancy.end else task.expected_date
    return first - DAY <= task.expected_date <= last + DAY


def _moment(task: Task) -> LocalTime | None:
    return LocalTime(task.expected_date, _clock(task.expected_time)) if task.expected_date else None


def _clock(text: str | None) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None
