"""The cleaning between two stays.

It is a cleaning task of the stay that leaves, or one of the property that belongs to no stay and lies between
check-out and the next check-in; without a next guest, on the day of check-out; without a stay before, in the
14 days before check-in. Of several the latest between the two stays counts, the leaving stay's own first.
"""

from collections.abc import Iterable
from datetime import timedelta

from hostex_mcp.api.reservations import Reservation
from hostex_mcp.api.tasks import Task

LONGEST_EMPTY = timedelta(days=14)


def cleaning_between(
    tasks: Iterable[Task], leaving: Reservation | None, coming: Reservation | None
) -> Task | None:
    """The cleaning between a stay and the next one of its property, either of which may not be there."""
    found = [one for one in tasks if _cleans(one) and (_own(one, leaving) or _loose(one, leaving, coming))]
    return max(
        found,
        key=lambda one: (_between(one, leaving, coming), _own(one, leaving), f"{one.expected_date}", one.id),
        default=None,
    )


def cleaning_missing(task: Task | None, leaving: Reservation | None, coming: Reservation | None) -> list[str]:
    """What a place lacks of its cleaning, in words."""
    if task is None:
        return ["cleaning task"]
    missing = [] if task.staff_id or task.status == "completed" else ["who cleans"]
    outside = task.expected_date and not _between(task, leaving, coming, open_ended=True)
    return [*missing, *(["a cleaning day between the two stays"] if outside else [])]


def _cleans(task: Task) -> bool:
    return task.type == "cleaning" and task.status != "cancelled"


def _own(task: Task, leaving: Reservation | None) -> bool:
    return leaving is not None and task.stay_code == leaving.stay_code


def _loose(task: Task, leaving: Reservation | None, coming: Reservation | None) -> bool:
    homes = {one.property_id for one in (leaving, coming) if one}
    return not task.stay_code and task.property_id in homes and _between(task, leaving, coming)


def _between(
    task: Task, leaving: Reservation | None, coming: Reservation | None, *, open_ended: bool = False
) -> bool:
    """Whether a task lies between two stays; `open_ended`, at any time after a stay that none follows."""
    day = task.expected_date
    if day is None:
        return False
    early = leaving is not None and day < leaving.check_out_date
    if coming is None:
        late = leaving is not None and day > leaving.check_out_date and not open_ended
    else:
        late = day > coming.check_in_date
        early = early or (leaving is None and day < coming.check_in_date - LONGEST_EMPTY)
    return not (early or late)
