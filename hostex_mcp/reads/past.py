"""The last guest of a property that has been empty for long, and the cleaning since."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hostex_mcp.api import (
    LARGEST_PAGE,
    RESERVATION_WINDOW_DAYS,
    HostexError,
    ListEndpoint,
    Pace,
    RowT,
    windows,
)
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
    """The data for the turnovers of each property, with the last guests of long empty ones, notes on what was
    not looked up, and what could not be read."""

    turnovers: dict[int, TurnoverData]
    notes: list[str]
    failures: list[Failure]


@dataclass(slots=True)
class _Before:
    """The last guests of some properties, the cleaning since, and the properties that could not be read."""

    guests: list[Reservation] = field(default_factory=list[Reservation])
    cleanings: list[Task] = field(default_factory=list[Task])
    failed: dict[int, HostexError] = field(default_factory=dict[int, HostexError])

    def add(self, property_ids: Collection[int], stays: Iterable[Reservation]) -> None:
        """Add the stays of each property that left last."""
        by_property: dict[int, list[Reservation]] = {}
        for stay in stays:
            if is_placed(stay) and stay.property_id in property_ids:
                by_property.setdefault(stay.property_id, []).append(stay)
        for own in by_property.values():
            last = max(stay.check_out_date for stay in own)
            self.guests += [stay for stay in own if stay.check_out_date == last]

    def left_on(self, property_id: int) -> date | None:
        """Return when the last guest left, None if none was found."""
        days = (stay.check_out_date for stay in self.guests if stay.property_id == property_id)
        return next(days, None)

    def lacking(self, property_ids: Iterable[int]) -> list[int]:
        """Return the properties whose last guest is not found yet."""
        return [
            property_id
            for property_id in property_ids
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
    """Complete stays and tasks read from `start` on by the last guests before it and the cleaning since,
    where an arrival of the span depends on them: for a limited number of properties, soonest arrival
    first."""
    data = turnover_data(portfolio.properties, stays, tasks)
    empty = [] if tasks is None else await _unsettled(data, span)
    selection, rest = empty[:_MOST], empty[_MOST:]
    past = await _before(context, selection, start - DAY, _pages(stays, start))
    every = None if tasks is None else [*tasks, *past.cleanings]
    guests = [stay for stay in past.guests if stay.property_id not in past.failed]
    # What was not looked up counts as unseen, so that its cleaning is not known instead of missing.
    turnovers = turnover_data(portfolio.properties, [*stays, *guests], every, {*rest, *past.failed})
    failures = [Failure(place, why.kind, f"last guest: {why.message}") for place, why in past.failed.items()]
    settled = {stay.property_id for stay in past.guests} | past.failed.keys()
    first = [property_id for property_id in selection if property_id not in settled]
    notes = [*([_not_looked_up(len(rest), start)] if rest else []), *_first_guests(portfolio, first, start)]
    return Past(turnovers, notes, failures)


def _first_guests(portfolio: Portfolio, first: Sequence[int], start: date) -> list[str]:
    """Name the properties whose next guest is taken for their first."""
    if not first:
        return []
    titles = some([portfolio.titled(property_id) for property_id in first], _MOST_NAMED)
    since = f"No guest found in the {FARTHEST.days} days before {start}"
    return [f"{since}, so the next one counts as the first: {titles}."]


def _not_looked_up(count: int, start: date) -> str:
    return (
        f"{count} more properties were empty since before {start}: their last guests were not looked up, so "
        "their cleaning is not known; ask for fewer properties."
    )


async def _unsettled(data: Mapping[int, TurnoverData], span: Span) -> list[int]:
    """Return the properties with an arrival for which neither the last guest nor a sufficient cleaning was
    read, soonest arrival first."""
    soonest: dict[int, date] = {}
    pace = Pace()
    for ident, own in data.items():
        for coming in _arrivals(own, *span(ident)):
            if stay_before(coming, own) is None and not _settled(cleaning_before(coming, own)):
                day = coming.check_in_date
                soonest[ident] = min(soonest.get(ident, day), day)
            await pace.rest()
    return sorted(soonest, key=lambda ident: (soonest[ident], ident))


def _settled(cleaning: Cleaning) -> bool:
    return bool(cleaning.task) and not cleaning.missing


def _arrivals(data: TurnoverData, first: date, last: date) -> Iterable[Reservation]:
    return (stay for stay in data.stays if first <= stay.check_in_date <= last)


def _pages(stays: Sequence[Reservation], start: date) -> int:
    """Estimate the pages that the stays of a window of the account have, by those read from a day on."""
    days = max(((stay.check_out_date - start).days for stay in stays), default=1)
    return 1 + len(stays) * RESERVATION_WINDOW_DAYS // (max(days, 1) * LARGEST_PAGE)


async def _before(context: Context, property_ids: Sequence[int], until: date, pages: int) -> _Before:
    """Read the stays that left last by a day, and the cleaning since."""
    # All properties together if that takes fewer calls than one by one.
    past = _Before()
    for first, last in windows(until - FARTHEST + DAY, until, RESERVATION_WINDOW_DAYS):
        missing = past.lacking(property_ids)
        period = {"status": "accepted", "start_check_out_date": first, "end_check_out_date": last}
        queries = _queries(missing, dict.fromkeys(missing, period), together=pages < len(missing))
        for stays in await _read(context, LIST_RESERVATIONS, queries, past):
            past.add(missing, stays)
    since = {
        property_id: past.left_on(property_id) or until - FARTHEST
        for property_id in property_ids
        if property_id not in past.failed
    }
    periods = {
        property_id: {"type": "cleaning", "start_date": day, "end_date": until}
        for property_id, day in since.items()
    }
    queries = _queries(list(since), periods, together=pages < len(since))
    for tasks in await _read(context, LIST_TASKS, queries, past):
        past.cleanings += [task for task in tasks if task.property_id in since]
    return past


def _queries(
    property_ids: Sequence[int], periods: Mapping[int, Mapping[str, Any]], *, together: bool
) -> Sequence[tuple[Sequence[int], Mapping[str, Any]]]:
    """Return the queries, with the properties of each; together they start on the earliest day."""
    if together:
        return [(property_ids, min(periods.values(), key=lambda period: f"{period.get('start_date')}"))]
    return [
        ([property_id], {**periods[property_id], "property_id": property_id}) for property_id in property_ids
    ]


async def _read(
    context: Context,
    listing: ListEndpoint[RowT],
    queries: Sequence[tuple[Sequence[int], Mapping[str, Any]]],
    past: _Before,
) -> Sequence[Sequence[RowT]]:
    """Return the answers; the properties of queries that failed are noted in `past`."""

    async def read(query: tuple[Sequence[int], Mapping[str, Any]]) -> Sequence[RowT]:
        return (await read_lists(context, listing, [query[1]])).items

    answers = await each(queries, read, may_fail=True)
    past.failed |= {
        place_id: error for (property_ids, _), error in answers.failed for place_id in property_ids
    }
    return answers.items
