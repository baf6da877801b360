"""Calendars: the nights of properties, the listings that sell them, and their prices."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Protocol

from hostex_mcp.api import HostexError, Operation, Pace, paced
from hostex_mcp.api.endpoints.calendar import (
    GET_PRICING_RATIOS,
    LIST_LISTING_CALENDARS,
    ListingCalendar,
    PricingRatios,
    PropertyAvailability,
)
from hostex_mcp.api.endpoints.models import ChannelLink
from hostex_mcp.api.endpoints.properties import LIST_ROOM_TYPES, RoomType
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.calendar_changes import reading_window
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.nights import Nights, nights_of
from hostex_mcp.domain.stay_rules import ListingDays
from hostex_mcp.reads.kept_calendars import read_availabilities, read_listing_calendars
from hostex_mcp.reads.lists import Failure, PartialReads, each, read_lists
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.reads.stays import all_stays, stays_between
from hostex_mcp.toolkit.context import Context

CALENDAR_CHANNELS = frozenset(
    [
        "agoda",
        "airbnb",
        "booking.com",
        "booking_site",
        "ctrip",
        "expedia",
        "houfy",
        "trip.com",
        "tujia_intl",
        "vrbo",
    ]
)
"""The channels whose calendars Hostex shows. Inferred for ctrip, which only its changelog mentions."""

_MOST_PROPERTIES = 100
_MOST_LISTINGS = 50
_MOST_RATIOS = 40
_MOST_ALONE = 60
# One listing or property that fails in these ways fails the call for all others in it.
_ONE_SPOILS = ("not_found", "invalid_arguments", "forbidden")


ListingKey = tuple[str, str]
"""The channel type and id by which Hostex identifies a listing."""


@dataclass(frozen=True, slots=True)
class SoldListing:
    """A listing that sells one property, or any of a room type's `property_ids` (`pooled`)."""

    channel_type: str
    listing_id: str
    currency: str | None
    property_ids: tuple[int, ...]
    pooled: bool

    @property
    def key(self) -> ListingKey:
        """How Hostex identifies the listing."""
        return self.channel_type, self.listing_id

    @property
    def arguments(self) -> dict[str, str]:
        """The arguments that identify the listing in a call."""
        return {"channel_type": self.channel_type, "listing_id": self.listing_id}


@dataclass(slots=True)
class Calendars:
    """The nights of properties, their stays, and the days of the listings that sell them; `failures` has what
    could not be read, `notes` what was cut."""

    books: dict[int, Nights]
    stays: list[Reservation]
    listings: list[SoldListing]
    days: dict[tuple[str, str], ListingDays]
    failures: list[Failure]
    notes: list[str]

    def selling(self, property_id: int) -> list[tuple[SoldListing, ListingDays]]:
        """Return the listings that sell a property, with their days, as far as these could be read."""
        return [
            (listing, self.days[listing.key])
            for listing in self.listings
            if property_id in listing.property_ids and listing.key in self.days
        ]


async def read_nights(
    context: Context, portfolio: Portfolio, start: date, end: date, around: timedelta = timedelta()
) -> Calendars:
    """Read the nights of the properties from `start` to `end`, both included, and the stays that touch
    them. The calendar is read as far `around` these days, which does not cost a call, and not before
    yesterday."""
    ids = [place.id for place in portfolio.properties]
    today = context.now().date()
    first, last = widened(start, end, around, today)
    parts = [ids[place : place + _MOST_PROPERTIES] for place in range(0, len(ids), _MOST_PROPERTIES)]

    async def read(part: Sequence[int]) -> list[PropertyAvailability]:
        return await read_availabilities(context, part, first, last)

    # The look-up of long stays needs the calendar from the last night on, which Hostex has within a year.
    shows_end = reading_window([end], today)[0] == end
    stays = await (all_stays if shows_end else stays_between)(context, portfolio, start, end)
    answers = await each(parts, read)
    by_property: dict[int, list[Reservation]] = {}
    for stay in stays.items:
        by_property.setdefault(stay.property_id, []).append(stay)
    calendars = {row.id: row for part in answers.items for row in part}
    pace, books = Pace(), dict[int, Nights]()
    for key, row in calendars.items():
        known = by_property.get(key, ())
        books[key] = nights_of(row.availabilities, known, min(start, first) - around, max(end, last) + around)
        await pace.rest()
    unread = [Failure(place_id, why.kind, why.message) for part, why in answers.failed for place_id in part]
    return Calendars(books, stays.items, [], {}, [*stays.failures, *unread], stays.notes)


def widened(start: date, end: date, around: timedelta, today: date) -> tuple[date, date]:
    """Return the first and last day to read for some days and those around them."""
    first = min(start, max(today - DAY, start - around))
    return reading_window([first, end + around], today)


async def add_listings(
    context: Context,
    portfolio: Portfolio,
    calendars: Calendars,
    start: date,
    end: date,
    is_wanted: Callable[[SoldListing], bool] = lambda listing: True,
) -> None:
    """Add the wanted listings of the properties and their days to calendars."""
    parts = PartialReads(calendars.failures, calendars.notes)
    pools = await parts.rows("room types", read_lists(context, LIST_ROOM_TYPES))
    calendars.listings = [listing for listing in sold_listings(portfolio, pools or []) if is_wanted(listing)]
    readable = [listing for listing in calendars.listings if listing.channel_type in CALENDAR_CHANNELS]
    first, _ = reading_window([start, end], context.now().date())
    keys = {listing.key: listing for listing in readable}
    answers = await read_listing_days(partial(_by_readings, context), list(keys), first, end)
    if answers.unread:
        calendars.notes.append(
            f"The calendars of {answers.unread} more listings were not read; narrow the question."
        )
    calendars.days = dict(await paced(_by_day, answers.rows))
    calendars.failures += [
        Failure(keys[key].property_ids[0], why.kind, f"{' '.join(key)}: {why.message}")
        for key, why in answers.failed
    ]


async def _by_readings(
    context: Context, operation: Operation[list[ListingCalendar]], *, body: Mapping[str, Any]
) -> list[ListingCalendar]:
    """Read calendars as a client does, or have them from a reading of the last minute."""
    keys = [(listing["channel_type"], listing["listing_id"]) for listing in body["listings"]]
    return await read_listing_calendars(context, keys, body["start_date"], body["end_date"])


class _ReadsCalendars(Protocol):
    async def __call__(
        self, operation: Operation[list[ListingCalendar]], *, body: Mapping[str, Any]
    ) -> list[ListingCalendar]: ...


@dataclass(frozen=True, slots=True)
class ListingCalendars:
    """The calendars of listings, those that could not be read with the error, and how many were not tried."""

    rows: list[ListingCalendar]
    failed: list[tuple[ListingKey, HostexError]]
    unread: int = 0


def _by_day(row: ListingCalendar) -> tuple[ListingKey, ListingDays]:
    return (row.channel_type, row.listing_id), {day.date: day for day in row.calendar}


async def read_listing_days(
    call: _ReadsCalendars,
    keys: Sequence[ListingKey],
    start: date,
    end: date,
) -> ListingCalendars:
    """Read the calendars of listings from `start` to `end`, both included, by `call` of a client or a
    context. One listing that its channel has lost fails the call for all others in it, so then they are read
    one by one."""

    async def read(part: Sequence[ListingKey]) -> list[ListingCalendar]:
        listings = [{"channel_type": channel, "listing_id": listing} for channel, listing in part]
        body = {"start_date": start, "end_date": end, "listings": listings}
        return await call(LIST_LISTING_CALENDARS, body=body)

    pieces = [keys[place : place + _MOST_LISTINGS] for place in range(0, len(keys), _MOST_LISTINGS)]
    answers = await each(pieces, read, may_fail=True)
    lost = [
        (key, why)
        for part, why in answers.failed
        if len(part) == 1 or why.kind not in _ONE_SPOILS
        for key in part
    ]
    settled = {key for key, _ in lost}
    again = [key for part, _ in answers.failed for key in part if key not in settled]
    alone = await each([[key] for key in again[:_MOST_ALONE]], read, may_fail=True)
    return ListingCalendars(
        [row for part in [*answers.items, *alone.items] for row in part],
        [*lost, *((key, why) for (key,), why in alone.failed)],
        len(again[_MOST_ALONE:]),
    )


async def read_ratios(
    context: Context, property_ids: Sequence[int]
) -> tuple[Mapping[int, PricingRatios], list[Failure], list[str]]:
    """Read the price ratios of properties, with what could not be read, and a note if there are too many."""

    async def read(property_id: int) -> tuple[int, PricingRatios]:
        query = {"property_id": property_id}
        return property_id, await context.client.call(GET_PRICING_RATIOS, query=query)

    answers = await each(property_ids[:_MOST_RATIOS], read, may_fail=True)
    rest = len(property_ids) - _MOST_RATIOS
    notes = [f"Prices of {rest} more properties were not compared; narrow the question."] if rest > 0 else []
    return (
        dict(answers.items),
        [Failure(property_id, why.kind, why.message) for property_id, why in answers.failed],
        notes,
    )


def sold_listings(portfolio: Portfolio, pools: Iterable[RoomType]) -> list[SoldListing]:
    """Return the listings that sell these properties, alone or as one of a room type."""
    ids = {place.id for place in portfolio.properties}
    own = [_listing(link, (place.id,), False) for place in portfolio.properties for link in place.channels]
    shared = [
        _listing(link, tuple(place.id for place in pool.properties), True)
        for pool in pools
        if ids & {place.id for place in pool.properties}
        for link in pool.channels
    ]
    return list({listing.key: listing for listing in [*shared, *own]}.values())


def _listing(link: ChannelLink, property_ids: tuple[int, ...], pooled: bool) -> SoldListing:
    return SoldListing(link.channel_type, link.listing_id, link.currency, property_ids, pooled)
