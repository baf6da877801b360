"""Lists of Hostex that are read whole, by the readings of the last minute as far as these have them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, cast

from hostex_mcp.api import Collected, ListEndpoint, Pace, RowT, read_all, unread
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, LIST_PROPERTY_GROUPS, LIST_ROOM_TYPES
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.readings import Days, KeptReading, Start, gaps

_WHAT: Mapping[ListEndpoint[Any], str] = {
    LIST_PROPERTIES: "properties",
    LIST_PROPERTY_GROUPS: "property groups",
    LIST_ROOM_TYPES: "room types",
    LIST_RESERVATIONS: "stays",
}
"""The lists that are kept, as users call them: stays by their check-out, the others whole."""

_FIRST, _LAST = "start_check_out_date", "end_check_out_date"
_EARLIEST, _LATEST = "start_check_in_date", "end_check_in_date"
_EQUAL = frozenset(("property_id", "status"))
_KNOWN = frozenset((_FIRST, _LAST, _EARLIEST, _LATEST, *_EQUAL))
_ALL: Days = date(2000, 1, 1), date(2000, 1, 1)
"""Stands for all rows of a list that is kept whole."""


@dataclass(slots=True)
class _Known(Generic[RowT]):
    """Rows of some days by readings of the last minute, the days that they are of, and these
    readings."""

    rows: dict[object, RowT] = field(default_factory=dict[object, RowT])
    days: list[Days] = field(default_factory=list[Days])
    readings: list[KeptReading] = field(default_factory=list[KeptReading])


async def read_whole(
    context: Context, listing: ListEndpoint[RowT], query: Mapping[str, Any], most: int
) -> Collected[RowT]:
    """Read all rows of a query of a list, at most its first `most`.

    Raises:
        HostexError: when they cannot be read.
    """
    days = _days(listing, query)
    if days is None:
        return await read_all(context.client, listing, query=query, most=most)
    known = await _known(context, listing, days)
    missing = gaps(days, known.days)
    if missing and (_is_narrow(query) or not known.days):
        return await _fresh(context, listing, query, most)
    context.readings.note(_WHAT[listing], known.readings)
    parts = await asyncio.gather(
        *(_fresh(context, listing, {_FIRST: first, _LAST: last}, most) for first, last in missing)
    )
    rows = known.rows
    for part in parts:
        rows |= {listing.identity(row): row for row in part.items}
    fitting = [row for row in rows.values() if _fits(row, query)]
    return Collected(fitting, all(part.complete for part in parts))


async def read_short(
    context: Context, listing: ListEndpoint[RowT], query: Mapping[str, Any]
) -> list[RowT] | None:
    """Return the rows of a query by one page at most, None if that does not have them all.

    Raises:
        HostexError: when it cannot be read.
    """
    days = _days(listing, query)
    known = await _known(context, listing, days) if days else _Known[RowT]()
    if days and not gaps(days, known.days):
        context.readings.note(_WHAT[listing], known.readings)
        return [row for row in known.rows.values() if _fits(row, query)]
    start = context.readings.start()
    with unread() as lacking:
        page = await context.client.page(listing, query=query)
    if page.more:
        return None
    await _keep(context, listing, query, Collected(page.items, not lacking), start)
    return page.items


async def _known(context: Context, listing: ListEndpoint[RowT], days: Days) -> _Known[RowT]:
    """Return what the readings of the last minute have of some days; of a row in several, the newest."""
    known, pace = _Known[RowT](), Pace()
    for reading in context.readings.live(listing.path):
        adds = gaps(days, known.days) != gaps(days, [*known.days, reading.days])
        rows = await context.readings.rows(reading, listing.row) if adds else None
        if rows is None:
            continue
        known.days.append(reading.days)
        known.readings.append(reading)
        for row in rows:
            if days == _ALL or days[0] <= cast("Any", row).check_out_date <= days[1]:
                known.rows.setdefault(listing.identity(row), row)
            await pace.rest()
    return known


async def _fresh(
    context: Context, listing: ListEndpoint[RowT], query: Mapping[str, Any], most: int
) -> Collected[RowT]:
    """Read all rows of a query, and keep them if that may answer others."""
    start = context.readings.start()
    with unread() as lacking:
        answer = await read_all(context.client, listing, query=query, most=most)
    await _keep(context, listing, query, Collected(answer.items, answer.complete and not lacking), start)
    return answer


async def _keep(
    context: Context,
    listing: ListEndpoint[RowT],
    query: Mapping[str, Any],
    answer: Collected[RowT],
    start: Start | None,
) -> None:
    """Keep all rows of a query. Who leaves some out says so, which a reading would not."""
    days = _days(listing, query)
    if start and days and answer.complete and not _is_narrow(query):
        await context.readings.keep(listing.path, days, answer.items, listing.row, start)


def _days(listing: ListEndpoint[Any], query: Mapping[str, Any]) -> Days | None:
    """Return the days of which a query wants rows, None if no reading can answer it."""
    if listing not in _WHAT:
        return None
    if listing is not LIST_RESERVATIONS:
        return None if query else _ALL
    first, last = query.get(_FIRST), query.get(_LAST)
    if isinstance(first, date) and isinstance(last, date) and query.keys() <= _KNOWN:
        return first, last
    return None


def _is_narrow(query: Mapping[str, Any]) -> bool:
    """Whether a query wants only some rows of its days."""
    return not query.keys() <= {_FIRST, _LAST}


def _fits(row: Any, query: Mapping[str, Any]) -> bool:
    if any(getattr(row, name) != query[name] for name in _EQUAL & query.keys()):
        return False
    return _EARLIEST not in query or query[_EARLIEST] <= row.check_in_date <= query[_LATEST]
