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
_UNLINKED = "No property is linked to this listing, so its bookings could not be checked."


async def inventory_warnings(
    context: Context, listing: ListingDays, changes: Sequence[DayChange]
) -> list[str]:
    """Return the nights on which more units would be for sale than are free, and what holds those nights."""
    units = {
        change.date: _units(change) for change in changes if change.before != change.after and _units(change)
    }
    if not units:
        return []
    if listing.sold is None:
        return [_UNLINKED]
    unavailable = await _unavailable(context, _properties(listing.sold), units)
    oversold_nights = oversold(units, unavailable)
    short_nights = {day for run in oversold_nights for day in days_of(run.start_date, run.end_date)}
    conflicts = {ident: sorted(short_nights & days) for ident, days in unavailable.items()}
    return [
        *_in_words(oversold_nights, len(unavailable)),
        *await booked(context, conflicts, with_blocks=True),
    ]


def _units(change: DayChange) -> int:
    return cast("int", dict(change.after)["inventory"])


def _in_words(nights: Sequence[Run[tuple[int, int]]], total: int) -> list[str]:
    lines = [
        f"{counted(run.state[0], 'unit', 'units')} for sale on the "
        f"{nights_text(Run(run.start_date, run.end_date, ''))}, but {_free(run.state[1])} of {total} free."
        for run in nights
    ]
    more = len(lines) - _MOST_RUNS
    return [
        *lines[:_MOST_RUNS],
        *([f"The same applies to {more} more ranges of nights."] if more > 0 else []),
    ]


def _free(number: int) -> str:
    return f"only {number}" if number else "none"


def _properties(sold: Property | RoomType) -> list[int]:
    return [sold.id] if isinstance(sold, Property) else [home.id for home in sold.properties]


async def _unavailable(
    context: Context, property_ids: Sequence[int], days: Collection[date]
) -> dict[int, set[date]]:
    """Return the nights on which each property is closed in the master calendar."""
    start, end = reading_window(days, context.now().date())
    query = {"property_ids": property_ids, "start_date": start, "end_date": end}
    calendars = await context.client.call(LIST_AVAILABILITIES, query=query)
    unavailable = {
        home.id: {day.date for day in home.availabilities if not day.available} for home in calendars
    }
    return {ident: unavailable.get(ident, set()) for ident in property_ids}
