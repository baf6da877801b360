"""Calendars that contradict each other: double bookings, channels out of step, prices out of proportion."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, TypedDict

from annotated_types import Ge, Le

from hostex_mcp.api import Pace
from hostex_mcp.api.endpoints.calendar import PricingRatios
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.conflicts import (
    ChannelHole,
    Overlap,
    Priced,
    PriceNight,
    channel_holes,
    double_bookings,
    price_differences,
)
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.lists import first
from hostex_mcp.domain.nights import is_placed, nights
from hostex_mcp.reads.calendars import Calendars, SoldListing, add_listings, read_nights, read_ratios
from hostex_mcp.reads.lists import failure_rows
from hostex_mcp.reads.portfolio import Portfolio, read_portfolio
from hostex_mcp.toolkit.arguments import Day, Id, Number, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import call, closure_text, days_to_come, stay_row

_USUAL, _LONGEST = timedelta(days=89), 180
_MOST_ROWS, _MOST_CAUSES = 25, 3
_DEFINITION = (
    "price_differences: free nights whose price differs by more than the tolerance from what the pricing "
    "ratios and the other listings' prices imply; listings priced by their channel are left out"
)


class OverlapRow(TypedDict, total=False):
    """Two stays that hold the same nights of a property; of very many, the last one counts `more`."""

    property_id: int
    property: str
    first_night: str
    nights: int
    stays: list[dict[str, Any]]
    more: int


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
    """The contradictions; an absent list is empty."""

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
    tolerance_percent: Annotated[Number, Ge(0), Le(50), "of prices (default 2)"] = 2,
) -> Item[Conflicts]:
    """Contradictions in the calendars (default: 90 days from today): `overlaps` of stays, listings open where
    a stay or block closes the property (with a write call that closes them) or closed where it is free,
    prices that differ between channels by more than their ratios explain, and `unplaced` stays that have no
    property."""
    portfolio = await read_portfolio(context, property_ids, group_id)
    today = portfolio.first_today()
    start, end, notes = days_to_come(start_date, end_date, today, _USUAL, _LONGEST)
    calendars = await read_nights(context, portfolio, start, end)
    await add_listings(context, portfolio, calendars, start, end)
    # A single listing has no other to be compared with.
    compared = [place.id for place in portfolio.properties if len(calendars.selling(place.id)) > 1]
    ratios, failures, ratio_notes = await read_ratios(context, compared)
    doubled = double_bookings(calendars.stays, start, end)
    parts = {
        "overlaps": [_overlap(portfolio, overlap) for overlap in doubled],
        "channels": await _channels(portfolio, calendars, start, end),
        "price_differences": await _prices(portfolio, calendars, ratios, (start, end), tolerance_percent),
        "unplaced": [stay_row(stay) for stay in calendars.stays if _unplaced(stay, start)],
    }
    answer = lean({**parts, "failed": failure_rows([*calendars.failures, *failures])})
    notes = [_DEFINITION, *notes, *calendars.notes, *ratio_notes]
    return Item({**answer, "notes": notes}, long="channels", most=dict.fromkeys(parts, _MOST_ROWS))


def _unplaced(stay: Reservation, start: date) -> bool:
    return not is_placed(stay) and stay.status == "accepted" and stay.check_out_date > start


def _overlap(portfolio: Portfolio, overlap: Overlap) -> JsonObject:
    return {
        **portfolio.named(overlap.first.property_id),
        "first_night": f"{overlap.first_night}",
        "nights": overlap.nights,
        "stays": [stay_row(overlap.first), stay_row(overlap.second)],
        **({"more": overlap.more} if overlap.more else {}),
    }


async def _channels(portfolio: Portfolio, calendars: Calendars, start: date, end: date) -> list[JsonObject]:
    """Return a row for each hole; open ones first, as they can become double bookings."""
    pace, holes = Pace(), list[tuple[SoldListing, ChannelHole]]()
    for listing in calendars.listings:
        books = [calendars.books.get(home) for home in listing.property_ids]
        # A room type is open while any of its rooms is free, so that all of its calendars are needed.
        read = [book for book in books if book]
        if listing.key in calendars.days and len(read) == len(books):
            days = calendars.days[listing.key]
            holes += [(listing, hole) for hole in channel_holes(read, days, start, end)]
        await pace.rest()
    holes.sort(key=lambda pair: (not pair[1].open, pair[1].first_night, pair[0].key))
    rows: list[JsonObject] = []
    for listing, hole in holes:
        rows.append(_channel(portfolio, listing, hole))
        await pace.rest()
    return rows


def _channel(portfolio: Portfolio, listing: SoldListing, hole: ChannelHole) -> JsonObject:
    # A closed season may have a dozen stays and blocks behind it.
    causes, more = first(map(closure_text, hole.closures), _MOST_CAUSES)
    return lean(
        {
            **portfolio.named(listing.property_ids[0]),
            **listing.arguments,
            "state": "open" if hole.open else "closed",
            "first_night": f"{hole.first_night}",
            "nights": hole.nights,
            "held_by": [*causes, *([f"{more} more"] if more else [])],
            # To close a room type would close its free rooms too.
            "change": _closing(listing, hole) if hole.open and not listing.pooled else None,
        }
    )


def _closing(listing: SoldListing, hole: ChannelHole) -> JsonObject:
    last = hole.first_night + (hole.nights - 1) * DAY
    closed = {"start_date": f"{hole.first_night}", "end_date": f"{last}", "inventory": 0}
    return call("update_listing_inventories", {**listing.arguments, "inventories": [closed]})


async def _prices(
    portfolio: Portfolio,
    calendars: Calendars,
    ratios: Mapping[int, PricingRatios],
    period: tuple[date, date],
    tolerance: float,
) -> list[JsonObject]:
    pace, rows, (start, end) = Pace(), list[JsonObject](), period
    for home, pricing in ratios.items():
        selling = {listing.key: (listing, days) for listing, days in calendars.selling(home)}
        priced: list[Priced] = []
        for ratio in pricing.channels:
            if sold := selling.get((ratio.channel_type, ratio.listing_id)):
                priced.append(Priced(ratio, sold[0].currency, sold[1]))
        book = calendars.books.get(home)
        free = [night for night in nights(start, end + DAY) if book and book.free(night)]
        for listing, odd in price_differences(priced, free, tolerance):
            rows.append(_price(portfolio, home, listing, odd))
        await pace.rest()
    return rows


def _price(portfolio: Portfolio, home: int, listing: Priced, odd: Sequence[PriceNight]) -> JsonObject:
    return lean(
        {
            **portfolio.named(home),
            "channel_type": listing.ratio.channel_type,
            "listing_id": listing.ratio.listing_id,
            "ratio": listing.ratio.ratio,
            "currency": listing.currency,
            "nights": len(odd),
            "first": _night(odd[0]),
            "worst": _night(max(odd, key=lambda night: abs(night.percent))),
        }
    )


def _night(night: PriceNight) -> JsonObject:
    return {
        "night": f"{night.night}",
        "price": night.price,
        "expected": night.expected,
        "percent": night.percent,
    }
