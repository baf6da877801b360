"""Calendars that contradict each other: double bookings, channels out of step, prices out of proportion."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, TypedDict

from annotated_types import Ge, Le

from hostex_mcp.api.endpoints.calendar import PricingRatios
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.conflicts import (
    ChannelHole,
    Overlap,
    Priced,
    PriceNight,
    channel_holes,
    overlaps,
    price_differences,
)
from hostex_mcp.domain.lists import first
from hostex_mcp.domain.nights import ONE, is_placed, nights
from hostex_mcp.reads.calendars import Calendars, SoldListing, add_listings, read_nights, read_ratios
from hostex_mcp.reads.portfolio import Portfolio, portfolio
from hostex_mcp.toolkit.arguments import Day, Id, Number, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import call, closure_text, days_to_come, failed, stay_row

_USUAL, _LONGEST = timedelta(days=89), 180
_MOST_ROWS, _MOST_CAUSES = 25, 3
_DEFINITION = (
    "price_differences: free nights priced further than the tolerance from what the pricing ratios make of "
    "the other listings' prices; listings priced by their channel are left out"
)


class OverlapRow(TypedDict, total=False):
    """Two stays that hold the same nights of a property."""

    property_id: int
    property: str
    first_night: str
    nights: int
    stays: list[dict[str, Any]]


class ChannelRow(TypedDict, total=False):
    """Nights on which a listing is open where the property is closed, or closed where it is free. `held_by`
    says what closes them, `change` is the write call that closes the listing too."""

    property_id: int
    property: str
    channel_type: str
    listing_id: str
    state: str
    first_night: str
    nights: int
    held_by: list[str]
    change: dict[str, Any]


class PriceRow(TypedDict, total=False):
    """A listing whose prices its ratio does not explain: on how many nights, the first and the worst."""

    property_id: int
    property: str
    channel_type: str
    listing_id: str
    ratio: int
    currency: str
    nights: int
    first: dict[str, Any]
    worst: dict[str, Any]


class Conflicts(TypedDict, total=False):
    """What contradicts itself; an absent list is empty."""

    overlaps: list[OverlapRow]
    channels: list[ChannelRow]
    price_differences: list[PriceRow]
    unplaced: list[dict[str, Any]]
    more: dict[str, int]
    notes: list[str]
    failed: list[dict[str, Any]]


@tool(
    "Check calendar conflicts",
    keywords="double booking overbooking oversell sync out of step price parity difference channels",
)
async def check_calendar_conflicts(
    context: Context,
    start_date: Day | None = None,
    end_date: Day | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
    tolerance_percent: Annotated[Number, Ge(0), Le(50), "of prices, 2 unless told"] = 2,
) -> Item[Conflicts]:
    """What contradicts itself in the calendars, 90 days from today unless told: `overlaps` of stays,
    listings open where a stay or block closes the property (with a write call that closes them) or closed
    where it is free, prices that differ between channels more than their ratios explain, and `unplaced` stays
    that hold no property."""
    meant = await portfolio(context, property_ids, group_id)
    today = meant.first_today()
    start, end, over = days_to_come(start_date, end_date, today, _USUAL, _LONGEST)
    found = await read_nights(context, meant, start, end)
    await add_listings(context, meant, found, start, end)
    compared = [one.id for one in meant.properties if len(found.selling(one.id)) > 1]
    ratios, unread, notes = await read_ratios(context, compared)
    doubled = [one for one in overlaps(found.stays) if _touches(one, start, end)]
    parts = {
        "overlaps": [_overlap(meant, one) for one in doubled],
        "channels": list(_channels(meant, found, start, end)),
        "price_differences": list(_prices(meant, found, ratios, (start, end), tolerance_percent)),
        "unplaced": [stay_row(one) for one in found.stays if _unplaced(one, start)],
    }
    answer = lean({**parts, "failed": failed([*found.failures, *unread])})
    told = [_DEFINITION, *over, *found.notes, *notes]
    return Item({**answer, "notes": told}, long="channels", most=dict.fromkeys(parts, _MOST_ROWS))


def _touches(one: Overlap, start: date, end: date) -> bool:
    return one.first_night <= end and one.first_night + one.nights * ONE > start


def _unplaced(stay: Reservation, start: date) -> bool:
    return not is_placed(stay) and stay.status == "accepted" and stay.check_out_date > start


def _overlap(meant: Portfolio, one: Overlap) -> JsonObject:
    return {
        **meant.named(one.first.property_id),
        "first_night": one.first_night.isoformat(),
        "nights": one.nights,
        "stays": [stay_row(one.first), stay_row(one.second)],
    }


def _channels(meant: Portfolio, found: Calendars, start: date, end: date) -> Iterator[JsonObject]:
    """Open ones first, as they can become double bookings."""
    holes = [
        (listing, hole)
        for listing in found.listings
        if listing.key in found.days and all(one in found.books for one in listing.property_ids)
        for hole in channel_holes(
            [found.books[one] for one in listing.property_ids], found.days[listing.key], start, end
        )
    ]
    holes.sort(key=lambda pair: (not pair[1].open, pair[1].first_night, pair[0].key))
    return (_channel(meant, listing, hole) for listing, hole in holes)


def _channel(meant: Portfolio, listing: SoldListing, hole: ChannelHole) -> JsonObject:
    property_id = listing.property_ids[0]
    causes, more = first(map(closure_text, hole.closures), _MOST_CAUSES)
    return lean(
        {
            **meant.named(property_id),
            **listing.arguments,
            "state": "open" if hole.open else "closed",
            "first_night": hole.first_night.isoformat(),
            "nights": hole.nights,
            "held_by": [*causes, *([f"{more} more"] if more else [])],
            "change": _closing(listing, hole) if hole.open and not listing.pooled else None,
        }
    )


def _closing(listing: SoldListing, hole: ChannelHole) -> JsonObject:
    last = hole.first_night + (hole.nights - 1) * ONE
    period = {"start_date": hole.first_night.isoformat(), "end_date": last.isoformat()}
    return call(
        "update_listing_inventories", {**listing.arguments, "inventories": [{**period, "inventory": 0}]}
    )


def _prices(
    meant: Portfolio,
    found: Calendars,
    ratios: Mapping[int, PricingRatios],
    period: tuple[date, date],
    tolerance: float,
) -> Iterator[JsonObject]:
    for property_id, one in ratios.items():
        sold = {listing.key: (listing, days) for listing, days in found.selling(property_id)}
        known = [each for each in one.channels if (each.channel_type, each.listing_id) in sold]
        keyed = [(each, *sold[each.channel_type, each.listing_id]) for each in known]
        priced = [Priced(each, listing.currency, days) for each, listing, days in keyed]
        book = found.books.get(property_id)
        wanted = [night for night in nights(period[0], period[1] + ONE) if book and book.free(night)]
        for listing, odd in price_differences(priced, wanted, tolerance):
            yield _price(meant, property_id, listing, odd)


def _price(meant: Portfolio, property_id: int, listing: Priced, odd: Sequence[PriceNight]) -> JsonObject:
    return lean(
        {
            **meant.named(property_id),
            "channel_type": listing.ratio.channel_type,
            "listing_id": listing.ratio.listing_id,
            "ratio": listing.ratio.ratio,
            "currency": listing.currency,
            "nights": len(odd),
            "first": _night(odd[0]),
            "worst": _night(max(odd, key=lambda one: abs(one.percent))),
        }
    )


def _night(one: PriceNight) -> JsonObject:
    return {
        "night": one.night.isoformat(),
        "price": one.price,
        "expected": one.expected,
        "percent": one.percent,
    }
