"""What speaks against units for sale on a listing: nights that are booked, and more units than there are."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import cast

from hostex_mcp.api.endpoints.calendar import LIST_AVAILABILITIES
from hostex_mcp.api.endpoints.properties import Property, RoomType
from hostex_mcp.domain.calendar_changes import DayChange, reading_window
from hostex_mcp.domain.conflicts import oversold
from hostex_mcp.domain.days import Run, days_of
from hostex_mcp.domain.wording import nights_text
from hostex_mcp.reads.taken_nights import booked
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.calendar._listing_days import ListingDays
from hostex_mcp.tools.writing.edits import counted

_MOST_RUNS = 10
_UNLINKED = "No property is linked to this listing, so its bookings could not be looked at."


async def inventory_warnings(
    context: Context, listing: ListingDays, changes: Sequence[DayChange]
) -> list[str]:
    """Before units are put up for sale: on which nights more than are free, and what holds those nights."""
    units = {one.date: _units(one) for one in changes if one.before != one.after and _units(one)}
    if not units:
        return []
    if listing.sold is None:
        return [_UNLINKED]
    closed = await _closed(context, _properties(listing.sold), units)
    found = oversold(units, closed)
    lacking = {day for run in found for day in days_of(run.start_date, run.end_date)}
    held = {ident: sorted(lacking & days) for ident, days in closed.items()}
    return [*_in_words(found, len(closed)), *await booked(context, held, with_blocks=True)]


def _units(change: DayChange) -> int:
    return cast("int", dict(change.after)["inventory"])


def _in_words(found: Sequence[Run[tuple[int, int]]], total: int) -> list[str]:
    lines = [
        f"{counted(run.state[0], 'unit', 'units')} for sale on the "
        f"{nights_text(Run(run.start_date, run.end_date, ''))}, but {_free(run.state[1])} of {total} free."
        for run in found
    ]
    more = len(lines) - _MOST_RUNS
    return [*lines[:_MOST_RUNS], *([f"The same holds for {more} more ranges of nights."] if more > 0 else [])]


def _free(number: int) -> str:
    return f"only {number}" if number else "none"


def _properties(sold: Property | RoomType) -> list[int]:
    return [sold.id] if isinstance(sold, Property) else [one.id for one in sold.properties]


async def _closed(
    context: Context, property_ids: Sequence[int], days: Collection[date]
) -> dict[int, set[date]]:
    """The nights on which each property is closed in the master calendar."""
    start, end = reading_window(days, context.now().date())
    query = {"property_ids": property_ids, "start_date": start, "end_date": end}
    known = await context.client.call(LIST_AVAILABILITIES, query=query)
    closed = {one.id: {day.date for day in one.availabilities if not day.available} for one in known}
    return {ident: closed.get(ident, set()) for ident in property_ids}
