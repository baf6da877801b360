"""The reads behind a calendar of several properties: which rows a page has, and what is in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast

from hostex_mcp.api import FieldProblem, Pace
from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.conflicts import ChannelHole, Overlap, channel_holes, double_bookings
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.gaps import UnsellableNights, gaps, rule_bound_nights
from hostex_mcp.domain.grid import (
    Bar,
    Columns,
    ListingKey,
    Stuck,
    bars,
    columns,
    letters,
    stuck_nights,
)
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.names import fold
from hostex_mcp.domain.nights import ClosedNights, is_placed
from hostex_mcp.domain.stays import HOLDING
from hostex_mcp.domain.wording import some
from hostex_mcp.reads.calendars import Calendars, SoldListing, add_listings, read_nights, widened
from hostex_mcp.reads.lists import failure_rows
from hostex_mcp.reads.portfolio import Portfolio, read_portfolio
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.paging import moment_of, sliced
from hostex_mcp.toolkit.results import Key, ListPage, PageRequest

USUAL_DAYS, MOST_DAYS, LONGEST = 31, 92, 366
"""How many days a calendar has if nobody says, at most in a row, and at most in all rows of a property."""

# Hostex shows calendars of a year back; ahead it shows three, which no host plans for.
_BACK, _AHEAD = timedelta(days=364), timedelta(days=730)
# A gap is only as long as what is read, so some weeks around the days are read too.
_AROUND = timedelta(days=31)
_MOST_NAMED = 5
_NOT_LOOKED_FOR = "Stays without a property are looked for only when all properties are in one answer."


@dataclass(frozen=True, slots=True)
class CalendarCell:
    """A property on some days, before it is read."""

    place: Property
    start: date
    end: date


@dataclass(slots=True)
class CalendarRow:
    """A property on some days: its bars and nights, its listings, and where their calendars contradict."""

    cell: CalendarCell
    title: str
    today: date
    nights: str
    bars: Sequence[Bar]
    double: Sequence[Overlap]
    blocks: Sequence[ClosedNights]
    listings: Sequence[tuple[SoldListing, Columns]] = ()
    holes: Sequence[tuple[SoldListing, ChannelHole]] = ()
    stuck: Sequence[Stuck] = ()


@dataclass(slots=True)
class CalendarPage:
    """The rows of a page, and the page that they belong to, whose items they are to become."""

    rows: list[CalendarRow]
    page: ListPage[Any]


def days_asked(
    start: date | None, end: date | None, days: int | None, first_today: date, today: date
) -> tuple[date, date]:
    """Return the first and last day of a calendar.

    Raises:
        InvalidArguments: for days that contradict each other, are too many, or that Hostex does not show.
    """
    first = start or first_today
    last = end or first + DAY * ((days or USUAL_DAYS) - 1)
    if days and last != first + DAY * (days - 1):
        raise InvalidArguments(FieldProblem("days", "contradicts end_date; leave one of them out"))
    if last < first:
        raise InvalidArguments(FieldProblem("end_date", f"is before start_date, {first}"))
    if (last - first).days >= LONGEST:
        problem = f"is more than {LONGEST} days from start_date; ask for a year at most and then for the rest"
        raise InvalidArguments(FieldProblem("end_date", problem))
    if first < today - _BACK:
        problem = f"is too long ago: Hostex shows calendars from {today - _BACK} on"
        raise InvalidArguments(FieldProblem("start_date", problem))
    if last > today + _AHEAD:
        problem = f"is too far ahead; choose {today + _AHEAD} or earlier"
        raise InvalidArguments(FieldProblem("end_date", problem))
    return first, last


async def read_calendar_page(
    context: Context,
    page: PageRequest,
    start_date: date | None,
    end_date: date | None,
    days: int | None,
    property_ids: Sequence[int] | None,
) -> CalendarPage:
    """Read the rows of one page: a property on at most 92 days each, all properties of the first days
    first."""
    moment = moment_of(page, context.now())
    portfolio = replace(await read_portfolio(context, property_ids), now=moment)
    start, end = days_asked(start_date, end_date, days, portfolio.first_today(), moment.date())
    cells, keys = _cells(portfolio, start, end)
    rows = sliced(cells, page, keys=keys, moment=moment)
    wanted = cast("Sequence[CalendarCell]", rows.items)
    if not wanted:
        return CalendarPage([], rows)
    chosen = {cell.place.id for cell in wanted}
    whole = portfolio.whole and len(chosen) == len(portfolio.properties)
    properties = [place for place in portfolio.properties if place.id in chosen]
    narrowed = replace(portfolio, properties=properties, whole=whole)
    calendars = await _read(context, narrowed, wanted)
    rows.notes += [*calendars.notes, *_unplaced_notes(portfolio, narrowed, calendars.stays)]
    rows.failed = failure_rows(calendars.failures)
    return CalendarPage(await _rows(context, narrowed, calendars, wanted), rows)


def _cells(portfolio: Portfolio, start: date, end: date) -> tuple[list[CalendarCell], list[Key]]:
    """Return all rows of a calendar and their keys."""
    places = sorted(portfolio.properties, key=lambda place: (_title_key(place), place.id))
    firsts = [start + DAY * step for step in range(0, (end - start).days + 1, MOST_DAYS)]
    cells = [
        CalendarCell(place, first, min(first + DAY * (MOST_DAYS - 1), end))
        for first in firsts
        for place in places
    ]
    return cells, [[f"{cell.start}", _title_key(cell.place), cell.place.id] for cell in cells]


def _title_key(place: Property) -> str:
    """Return what sorts properties by title, "Room 2" before "Room 10"."""
    return re.sub(r"\d+", lambda number: number[0].zfill(6), fold(place.title))


async def _read(context: Context, portfolio: Portfolio, cells: Sequence[CalendarCell]) -> Calendars:
    start, end = min(cell.start for cell in cells), max(cell.end for cell in cells)
    calendars = await read_nights(context, portfolio, start, end, _AROUND)
    await add_listings(context, portfolio, calendars, *_span(context, start, end))
    return calendars


def _span(context: Context, start: date, end: date) -> tuple[date, date]:
    first, last = widened(start, end, _AROUND, context.now().date())
    return min(start, first), last


async def _rows(
    context: Context, portfolio: Portfolio, calendars: Calendars, cells: Sequence[CalendarCell]
) -> list[CalendarRow]:
    by_property: dict[int, list[Reservation]] = {}
    for stay in calendars.stays:
        by_property.setdefault(stay.property_id, []).append(stay)
    _, last = _span(context, min(cell.start for cell in cells), max(cell.end for cell in cells))
    pace, rows = Pace(), list[CalendarRow]()
    for cell in cells:
        row = _shown(portfolio, calendars, cell, by_property.get(cell.place.id, ()))
        await pace.rest()
        row.listings = await _columns(calendars, cell, pace)
        row.holes = await _holes(calendars, cell, row.today, pace)
        row.stuck = await _stuck(calendars, cell, (row.today, last), pace)
        rows.append(row)
    return rows


def _shown(
    portfolio: Portfolio, calendars: Calendars, cell: CalendarCell, stays: Sequence[Reservation]
) -> CalendarRow:
    """Return a row with what its own calendar and its stays tell."""
    book, start, end = calendars.books.get(cell.place.id), cell.start, cell.end
    closures = book.closures(start, end + DAY) if book else []
    return CalendarRow(
        cell=cell,
        title=portfolio.titled(cell.place.id),
        today=portfolio.today(cell.place),
        nights=letters(book, start, end),
        bars=bars(stays, start, end),
        double=double_bookings(stays, start, end) if book else [],
        blocks=[closure for closure in closures if closure.known and closure.stay is None],
    )


async def _columns(calendars: Calendars, cell: CalendarCell, pace: Pace) -> list[tuple[SoldListing, Columns]]:
    found: list[tuple[SoldListing, Columns]] = []
    for listing, days in calendars.selling(cell.place.id):
        found.append((listing, columns(days, cell.start, cell.end)))
        await pace.rest()
    return found


async def _holes(
    calendars: Calendars, cell: CalendarCell, today: date, pace: Pace
) -> list[tuple[SoldListing, ChannelHole]]:
    """Return where the listings of a property contradict its calendar from today on."""
    found: list[tuple[SoldListing, ChannelHole]] = []
    for listing, days in calendars.selling(cell.place.id):
        books = [calendars.books.get(home) for home in listing.property_ids]
        # A room type is open while any of its rooms is free, so that all of its calendars are needed.
        read = [book for book in books if book]
        if len(read) == len(books):
            holes = channel_holes(read, days, max(cell.start, today), cell.end)
            found += [(listing, hole) for hole in holes]
        await pace.rest()
    return found


async def _stuck(
    calendars: Calendars, cell: CalendarCell, read: tuple[date, date], pace: Pace
) -> list[Stuck]:
    """Return the nights that rules keep from being sold, looking at gaps as far as they were read."""
    book, found = calendars.books.get(cell.place.id), list[tuple[ListingKey, UnsellableNights]]()
    for gap in gaps(book, *read) if book else ():
        if gap.first_night <= cell.end and gap.check_out > cell.start:
            for listing, days in calendars.selling(cell.place.id):
                found += [(listing.key, span) for span in rule_bound_nights(gap, days)]
                await pace.rest()
    return stuck_nights(found, cell.start, cell.end)


def _unplaced_notes(portfolio: Portfolio, narrowed: Portfolio, stays: Sequence[Reservation]) -> list[str]:
    """Say which stays are in no row because they have no property."""
    codes = [one_line(stay.stay_code) for stay in stays if stay.status in HOLDING and not is_placed(stay)]
    if codes:
        count = "1 stay has" if len(codes) == 1 else f"{len(codes)} stays have"
        return [f"{count} no property and no row: {some(codes, _MOST_NAMED)}."]
    return [_NOT_LOOKED_FOR] if portfolio.whole and not narrowed.whole else []
