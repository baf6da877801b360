"""Who was the last guest of a property that has stood empty for long, and whether it was cleaned since."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hostex_mcp.api import LARGEST_PAGE, RESERVATION_WINDOW_DAYS, HostexError, ListEndpoint, RowT, windows
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.api.endpoints.tasks import LIST_TASKS, Task
from hostex_mcp.domain.cleaning import Cleaning
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.nights import is_placed
from hostex_mcp.domain.turnovers import TurnoverData, cleaning_before, stay_before, turnover_data
from hostex_mcp.domain.wording import some
from hostex_mcp.reads.lists import Failure, each, read_lists
from hostex_mcp.reads.portfolio import Portfolio, Span
from hostex_mcp.toolkit.context import Context

FARTHEST = timedelta(days=3 * RESERVATION_WINDOW_DAYS)

_MOST, _MOST_NAMED = 12, 5


@dataclass(slots=True)
class Past:
    """What is known of the turnovers of each property, the last guests of long empty ones with it, what was
    not looked up, and what could not be read."""

    turnovers: dict[int, TurnoverData]
    notes: list[str]
    failures: list[Failure]


@dataclass(slots=True)
class _Before:
    """The last guests of some properties and the cleanings since, and which could not be read."""

    guests: list[Reservation] = field(default_factory=list[Reservation])
    cleanings: list[Task] = field(default_factory=list[Task])
    failed: dict[int, HostexError] = field(default_factory=dict[int, HostexError])

    def add(self, asked: Collection[int], stays: Iterable[Reservation]) -> None:
        """Keep those of the stays that left last."""
        gone: dict[int, list[Reservation]] = {}
        for stay in stays:
            if is_placed(stay) and stay.property_id in asked:
                gone.setdefault(stay.property_id, []).append(stay)
        for own in gone.values():
            last = max(stay.check_out_date for stay in own)
            self.guests += [stay for stay in own if stay.check_out_date == last]

    def left_on(self, property_id: int) -> date | None:
        """When the last guest left, None where none was found."""
        days = (stay.check_out_date for stay in self.guests if stay.property_id == property_id)
        return next(days, None)

    def lacking(self, wanted: Iterable[int]) -> list[int]:
        """The properties whose last guest is not found yet."""
        return [
            property_id
            for property_id in wanted
            if property_id not in self.failed and self.left_on(property_id) is None
        ]


async def with_last_guests(
    context: Context,
    portfolio: Portfolio,
    stays: Sequence[Reservation],
    tasks: Sequence[Task] | None,
    span: Span,
    start: date,
) -> Past:
    """Stays and tasks read from `start` on, and the last guests before it, with the cleanings since, where an
    arrival of the span hangs on them: of at most some properties, those whose guests come first."""
    known = turnover_data(portfolio.properties, stays, tasks)
    empty = [] if tasks is None else _unsettled(known, span)
    wanted, left = empty[:_MOST], empty[_MOST:]
    past = await _before(context, wanted, start - DAY, _pages(stays, start))
    every = None if tasks is None else [*tasks, *past.cleanings]
    guests = [stay for stay in past.guests if stay.property_id not in past.failed]
    turnovers = turnover_data(portfolio.properties, [*stays, *guests], every, {*left, *past.failed})
    failed = [
        Failure(property_id, why.kind, f"last guest: {why.message}")
        for property_id, why in past.failed.items()
    ]
    seen = {stay.property_id for stay in past.guests} | past.failed.keys()
    first = [property_id for property_id in wanted if property_id not in seen]
    notes = [*([_not_looked_up(len(left), start)] if left else []), *_first_guests(portfolio, first, start)]
    return Past(turnovers, notes, failed)


def _first_guests(portfolio: Portfolio, first: Sequence[int], start: date) -> list[str]:
    """The properties whose next guest is taken for their first."""
    if not first:
        return []
    named = some([portfolio.titled(property_id) for property_id in first], _MOST_NAMED)
    since = f"No guest found in the {FARTHEST.days} days before {start}"
    return [f"{since}, so the next one counts as the first: {named}."]


def _not_looked_up(count: int, start: date) -> str:
    return (
        f"{count} more properties were empty since before {start}: their last guests were not looked up, so "
        "their cleaning is not known; ask for fewer properties."
    )


def _unsettled(known: Mapping[int, TurnoverData], span: Span) -> list[int]:
    """The properties with an arrival for which neither the last guest nor a cleaning that settles it was
    read; the soonest arrivals first."""
    found: dict[int, date] = {}
    for ident, around in known.items():
        for coming in _arrivals(around, *span(ident)):
            if stay_before(coming, around) is None and not _settled(cleaning_before(coming, around)):
                day = coming.check_in_date
                found[ident] = min(found.get(ident, day), day)
    return sorted(found, key=lambda ident: (found[ident], ident))


def _settled(cleaning: Cleaning) -> bool:
    return bool(cleaning.task) and not cleaning.missing


def _arrivals(known: TurnoverData, first: date, last: date) -> Iterable[Reservation]:
    return (stay for stay in known.stays if first <= stay.check_in_date <= last)


def _pages(stays: Sequence[Reservation], start: date) -> int:
    """How many pages the stays of one window of the account may have, by those read from a day on."""
    days = max(((stay.check_out_date - start).days for stay in stays), default=1)
    return 1 + len(stays) * RESERVATION_WINDOW_DAYS // (max(days, 1) * LARGEST_PAGE)


async def _before(context: Context, wanted: Sequence[int], until: date, pages: int) -> _Before:
    """The stays that left last up to a day, and the cleanings since. All properties are asked about together
    where that costs fewer calls than one after the other."""
    found = _Before()
    for first, last in windows(until - FARTHEST + DAY, until, RESERVATION_WINDOW_DAYS):
        left = found.lacking(wanted)
        period = {"status": "accepted", "start_check_out_date": first, "end_check_out_date": last}
        queries = _queries(left, dict.fromkeys(left, period), together=pages < len(left))
        for stays in await _read(context, LIST_RESERVATIONS, queries, found):
            found.add(left, stays)
    since = {
        property_id: found.left_on(property_id) or until - FARTHEST
        for property_id in wanted
        if property_id not in found.failed
    }
    periods = {
        property_id: {"type": "cleaning", "start_date": day, "end_date": until}
        for property_id, day in since.items()
    }
    queries = _queries(list(since), periods, together=pages < len(since))
    for tasks in await _read(context, LIST_TASKS, queries, found):
        found.cleanings += [task for task in tasks if task.property_id in since]
    return found


def _queries(
    asked: Sequence[int], periods: Mapping[int, Mapping[str, Any]], *, together: bool
) -> Sequence[tuple[Sequence[int], Mapping[str, Any]]]:
    """What is asked about which properties; together from the earliest day on."""
    if together:
        return [(asked, min(periods.values(), key=lambda period: f"{period.get('start_date')}"))]
    return [([property_id], {**periods[property_id], "property_id": property_id}) for property_id in asked]


async def _read(
    context: Context,
    listing: ListEndpoint[RowT],
    queries: Sequence[tuple[Sequence[int], Mapping[str, Any]]],
    found: _Before,
) -> Sequence[Sequence[RowT]]:
    """What each query gives; the properties of one that failed are noted."""

    async def read(query: tuple[Sequence[int], Mapping[str, Any]]) -> Sequence[RowT]:
        return (await read_lists(context, listing, [query[1]])).items

    got = await each(queries, read, may_fail=True)
    found.failed |= {property_id: why for (asked, _), why in got.failed for property_id in asked}
    return got.items
