"""Who was the last guest of a property that has stood empty for long, and whether it was cleaned since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hostex_mcp.api import RESERVATION_WINDOW_DAYS, windows
from hostex_mcp.api.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.api.tasks import LIST_TASKS, Task
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.turnovers import Known, cleaning_before, known_by_property, stay_before
from hostex_mcp.domain.wording import some
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.gather_lists import Failure, Gathered, read_lists
from hostex_mcp.tools.gather_portfolio import Portfolio, each
from hostex_mcp.tools.property_days import Span

FARTHEST = timedelta(days=3 * RESERVATION_WINDOW_DAYS)

_DAY = timedelta(days=1)
_MOST, _MOST_NAMED = 12, 5


@dataclass(slots=True)
class Past:
    """What is known of the turnovers of each property, the last guests of long empty ones with it, what was
    not looked up, and what could not be read."""

    turnovers: dict[int, Known]
    notes: list[str]
    failures: list[Failure]


async def with_last_guests(
    context: Context,
    meant: Portfolio,
    stays: Sequence[Reservation],
    tasks: Sequence[Task] | None,
    span: Span,
    start: date,
) -> Past:
    """Stays and tasks read from `start` on, and the last guests before it, with the cleanings since, where an
    arrival of the span hangs on them: of at most some properties, those whose guests come first."""
    known = known_by_property(meant.properties, stays, tasks)
    empty = [] if tasks is None else _long_empty(known, span)
    wanted, left = empty[:_MOST], empty[_MOST:]
    found = await each(wanted, lambda one: _last_guest(context, one, start - _DAY), may_fail=True)
    guests = [stay for last, _ in found.items for stay in last]
    cleanings = [task for _, done in found.items for task in done]
    failed = [Failure(one, why.kind, f"last guest: {why.message}") for one, why in found.failed]
    unseen = {*left, *(one for one, _ in found.failed)}
    read = [one for one in wanted if one not in unseen]
    every = None if tasks is None else [*tasks, *cleanings]
    turnovers = known_by_property(meant.properties, [*stays, *guests], every, unseen)
    first = [one for one, (last, _) in zip(read, found.items, strict=True) if not last]
    notes = [*([_not_looked_up(len(left), start)] if left else []), *_first_guests(meant, first, start)]
    return Past(turnovers, notes, failed)


def _first_guests(meant: Portfolio, first: Sequence[int], start: date) -> list[str]:
    """The properties whose next guest is taken for their first."""
    if not first:
        return []
    named = some([meant.titled(one) for one in first], _MOST_NAMED)
    since = f"No guest found in the {FARTHEST.days} days before {start}"
    return [f"{since}, so the next one counts as the first: {named}."]


def _not_looked_up(count: int, start: date) -> str:
    return (
        f"{count} more properties were empty since before {start}: their last guests were not looked up, so "
        "their cleaning is not known; ask for fewer properties."
    )


def _long_empty(known: Mapping[int, Known], span: Span) -> list[int]:
    """The properties with an arrival for which neither the last guest nor a cleaning was read; the soonest
    arrivals first."""
    found: dict[int, date] = {}
    for ident, one in known.items():
        for coming in _arrivals(one, *span(ident)):
            if stay_before(coming, one) is None and cleaning_before(coming, one).task is None:
                day = coming.check_in_date
                found[ident] = min(found.get(ident, day), day)
    return sorted(found, key=lambda ident: (found[ident], ident))


def _arrivals(known: Known, first: date, last: date) -> Iterable[Reservation]:
    return (stay for stay in known.stays if first <= stay.check_in_date <= last)


async def _last_guest(
    context: Context, property_id: int, until: date
) -> tuple[list[Reservation], list[Task]]:
    """The stay that left last up to a day, if there is one, and the cleanings since."""
    for first, last in windows(until - FARTHEST + _DAY, until, RESERVATION_WINDOW_DAYS):
        query: Mapping[str, object] = {
            "property_id": property_id,
            "status": "accepted",
            "start_check_out_date": first,
            "end_check_out_date": last,
        }
        gone = [
            one for one in (await read_lists(context, LIST_RESERVATIONS, [query])).items if is_placed(one)
        ]
        if gone:
            left = max(one.check_out_date for one in gone)
            cleanings = await _cleanings(context, property_id, left, until)
            return [one for one in gone if one.check_out_date == left], cleanings.items
    return [], []


async def _cleanings(context: Context, property_id: int, start: date, end: date) -> Gathered[Task]:
    query = {"property_id": property_id, "type": "cleaning", "start_date": start, "end_date": end}
    return await read_lists(context, LIST_TASKS, [query])
