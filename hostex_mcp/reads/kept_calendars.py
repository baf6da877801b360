"""Calendars of properties and listings, by the readings of the last minute as far as these have them."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from hostex_mcp.api import Pace, unread
from hostex_mcp.api.endpoints.calendar import (
    LIST_AVAILABILITIES,
    LIST_LISTING_CALENDARS,
    ListingCalendar,
    PropertyAvailability,
)
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.readings import Days
from hostex_mcp.toolkit.results import ModelT

KeyT = TypeVar("KeyT", bound=Hashable)


async def read_availabilities(
    context: Context, property_ids: Sequence[int], start: date, end: date
) -> list[PropertyAvailability]:
    """Read the nights of up to a hundred properties from `start` to `end`, both included.

    Raises:
        HostexError: when they cannot be read.
    """

    async def read(missing: Sequence[int]) -> list[PropertyAvailability]:
        query = {"property_ids": missing, "start_date": start, "end_date": end}
        return await context.client.call(LIST_AVAILABILITIES, query=query)

    kept = _KeptCalendars("nights", PropertyAvailability, "availabilities", lambda row: row.id)
    return await _completed(context, kept, (start, end), property_ids, read)


async def read_listing_calendars(
    context: Context, keys: Sequence[tuple[str, str]], start: date, end: date
) -> list[ListingCalendar]:
    """Read the calendars of up to fifty listings, by channel type and id, from `start` to `end`, both
    included.

    Raises:
        HostexError: when they cannot be read.
    """

    async def read(missing: Sequence[tuple[str, str]]) -> list[ListingCalendar]:
        listings = [{"channel_type": channel, "listing_id": listing} for channel, listing in missing]
        body = {"start_date": start, "end_date": end, "listings": listings}
        return await context.client.call(LIST_LISTING_CALENDARS, body=body)

    kept = _KeptCalendars(
        "prices", ListingCalendar, "calendar", lambda row: (row.channel_type, row.listing_id)
    )
    return await _completed(context, kept, (start, end), keys, read)


@dataclass(frozen=True, slots=True)
class _KeptCalendars(Generic[ModelT]):
    """How calendars are kept: under which name, as what, with their days in which field, told apart by
    what."""

    name: str
    kind: type[ModelT]
    field: str
    key: Callable[[ModelT], Hashable]

    def within(self, row: ModelT, days: Days) -> ModelT:
        """Return a calendar without other days."""
        own = tuple(day for day in getattr(row, self.field) if days[0] <= day.date <= days[1])
        return row.model_copy(update={self.field: own})


# Of one piece of what is kept, which is packed and read in one go.
_PIECE_DAYS = 400


async def _completed(
    context: Context,
    kept: _KeptCalendars[ModelT],
    days: Days,
    wanted: Sequence[KeyT],
    read: Callable[[Sequence[KeyT]], Awaitable[list[ModelT]]],
) -> list[ModelT]:
    """Return the wanted calendars; read and keep those that the readings of the last minute do not have."""
    known = await _known(context, kept, days, wanted)
    missing = [key for key in wanted if key not in known]
    rows = [kept.within(row, days) for row in known.values()]
    if not missing:
        return rows
    start = context.readings.start()
    with unread() as lacking:
        fresh = await read(missing)
    if start and not lacking:
        span = (days[1] - days[0]).days + 1
        own = frozenset(missing)
        await context.readings.keep(
            kept.name, days, fresh, kept.kind, start, own, max(1, _PIECE_DAYS // span)
        )
    return [*rows, *fresh]


async def _known(
    context: Context, kept: _KeptCalendars[ModelT], days: Days, wanted: Sequence[Hashable]
) -> dict[Hashable, ModelT]:
    known, pace = dict[Hashable, ModelT](), Pace()
    for reading in context.readings.live(kept.name):
        lacking = {key for key in wanted if key not in known} & reading.members
        if not lacking or not reading.covers(days):
            continue
        rows = await context.readings.rows(reading, kept.kind) or []
        found = {kept.key(row): row for row in rows if kept.key(row) in lacking}
        if found:
            context.readings.note(kept.name, [reading])
        known |= found
        await pace.rest()
    return known
