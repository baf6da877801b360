"""A calendar of several properties as a grid for a view: days are numbered from the first one of the row."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypedDict

from hostex_mcp.domain.conflicts import ChannelHole, Overlap
from hostex_mcp.domain.grid import Bar, Columns, Span, Stuck, percent_of
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.nights import ClosedNights
from hostex_mcp.domain.stays import guest
from hostex_mcp.reads.calendars import SoldListing
from hostex_mcp.toolkit.results import JsonObject, lean
from hostex_mcp.tools.calendar._grid_reads import CalendarRow
from hostex_mcp.tools.calendar._grid_rows import lead, stay_price, stuck_text


class GridRow(TypedDict, total=False):
    """A property on `days` days from `start_date` on. In `nights` each letter is a night: `.` free, `s` held
    by a stay, `b` blocked, `?` not in the calendar. A span is `[first day, days, value]`, the days numbered
    from 0. `price_of` is the place in `listings` of the one whose prices a grid shows."""

    property_id: int
    property: str
    time_zone: str
    today: str
    start_date: str
    days: int
    nights: str
    stays: list[dict[str, Any]]
    blocks: list[dict[str, Any]]
    listings: list[dict[str, Any]]
    price_of: int
    gaps: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]


def grid_row(row: CalendarRow) -> JsonObject:
    """Return a property as a view draws it."""
    start, place = row.cell.start, row.cell.place
    return {
        "property_id": place.id,
        "property": row.title,
        **lean({"time_zone": place.timezone}),
        "today": f"{row.today}",
        "start_date": f"{start}",
        "days": len(row.nights),
        "nights": row.nights,
        "stays": [_bar(bar, start) for bar in row.bars],
        "blocks": [_block(block, start) for block in row.blocks],
        **_listings(row.listings),
        "gaps": [_gap(stuck, start) for stuck in row.stuck],
        "conflicts": [
            *(_overlap(overlap, start) for overlap in row.double),
            *(_hole(listing, hole, start) for listing, hole in row.holes),
        ],
    }


def _bar(bar: Bar, start: date) -> JsonObject:
    stay, price = bar.stay, stay_price(bar.stay)
    code = stay.reservation_code
    return lean(
        {
            "start": (stay.check_in_date - start).days,
            "nights": bar.nights,
            "lane": bar.lane,
            "guest_name": guest(stay),
            "channel_type": stay.channel_type,
            "check_in_date": f"{stay.check_in_date}",
            "check_out_date": f"{stay.check_out_date}",
            "status": stay.status,
            "amount": price.amount,
            "currency": price.currency,
            "stay_code": stay.stay_code,
            "reservation_code": code if code != stay.stay_code else None,
        }
    )


def _block(block: ClosedNights, start: date) -> JsonObject:
    remarks = one_line(block.remarks)
    return lean({"start": (block.first_night - start).days, "nights": block.nights, "remarks": remarks})


def _listings(listings: Sequence[tuple[SoldListing, Columns]]) -> JsonObject:
    place = lead(listings)
    base: Sequence[Span[float]] = listings[place][1].price if place is not None else ()
    rows = [_listing(listing, own, base) for listing, own in listings]
    return {"listings": rows, **({"price_of": place} if place is not None else {})}


def _listing(listing: SoldListing, own: Columns, base: Sequence[Span[float]]) -> JsonObject:
    columns: dict[str, Any] = {
        "price": [[*span] for span in own.price],
        "units": [[*span] for span in own.units],
        "min_stay": [[*span] for span in own.min_stay],
        "no_arrival": [[first, count] for first, count, _ in own.no_arrival],
        "no_departure": [[first, count] for first, count, _ in own.no_departure],
    }
    return lean(
        {
            **listing.arguments,
            "currency": listing.currency,
            "shared_by": len(listing.property_ids) if listing.pooled else None,
            "percent": percent_of(base, own.price),
            **columns,
        }
    )


def _gap(stuck: Stuck, start: date) -> JsonObject:
    return {
        "start": (stuck.first_night - start).days,
        "nights": stuck.nights,
        "rule": stuck.rule.rule,
        "text": stuck_text(stuck),
        "channels": list(dict.fromkeys(channel for channel, _ in stuck.listings)),
    }


def _overlap(overlap: Overlap, start: date) -> JsonObject:
    return {
        "kind": "double_booking",
        "start": (overlap.first_night - start).days,
        "nights": overlap.nights,
        "stay_codes": [overlap.first.stay_code, overlap.second.stay_code],
    }


def _hole(listing: SoldListing, hole: ChannelHole, start: date) -> JsonObject:
    return {
        "kind": "open_on_channel" if hole.open else "closed_on_channel",
        "start": (hole.first_night - start).days,
        "nights": hole.nights,
        **listing.arguments,
    }
