"""How well the properties sell."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, TypedDict

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.earnings import (
    APART,
    Earning,
    grouped,
    kept_alone,
    price,
    unpaid_cancellations,
)
from hostex_mcp.domain.lists import first
from hostex_mcp.domain.money import code, decimals, rounded
from hostex_mcp.domain.performance import Figures, double_booked
from hostex_mcp.domain.periods import Period
from hostex_mcp.reads.accounts import other_stays
from hostex_mcp.reads.lists import Gathered, PartialReads
from hostex_mcp.reads.portfolio import Portfolio, portfolio
from hostex_mcp.reads.stays import all_stays, closed_nights, known_from
from hostex_mcp.toolkit.arguments import Day, FieldProblem, Id, InvalidArguments, PropertyIds, in_order
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._performance_rows import (
    Book,
    PerformanceRow,
    apart_rows,
    figure_rows,
    shown,
    split,
)
from hostex_mcp.tools.insights._wording import cancelled_notes, failed, unpriced_notes

_MOST_ROWS, _MOST_NAMED = 50, 5
_MOST_DAYS = 731
_DEFINITIONS = (
    "occupancy = nights sold / (all nights - blocked ones), a night sold twice counts once; adr = room "
    "revenue / nights sold; revpar = room revenue / nights for sale of the properties that sell in the "
    "currency; room revenue leaves fees and taxes out, revenue has all, also commission; money of a stay is "
    "spread over its nights; rows not allocated, day use and cancelled (what was received) have revenue "
    "without a night sold, so no part in adr and revpar; every amount is in one row and in the total; "
    "booking_window_days is a median; rows: by currency, most revenue first"
)

_CHOSEN = "Only of the chosen properties: stays that are not allocated to any are not read."
_NO_CALENDAR = "The calendar could not be read: nights for sale, occupancy and revpar are left out."


class Performance(TypedDict, total=False):
    """Figures of a period and the one before it, in all and by property, channel or month; the totals have
    the form of a row."""

    start_date: str
    end_date: str
    previous_start_date: str
    previous_end_date: str
    total: dict[str, Any]
    previous_total: dict[str, Any]
    rows: list[PerformanceRow]
    notes: list[str]
    failed: list[dict[str, Any]]


@tool(
    "Get performance",
    keywords="occupancy adr revpar revenue earn earnings report statistics pace kpi booking window channel "
    "mix",
)
async def get_performance(
    context: Context,
    start_date: Day,
    end_date: Day,
    by: Literal["property", "channel", "month"] | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
) -> Item[Performance]:
    """Occupancy, ADR, RevPAR, revenue and booking window of the nights from start_date to end_date, in all
    and by property (unless told), channel or month, each beside the period before; revenue without a night
    sold in rows of its own. Currencies are never mixed; `notes` has the definitions."""
    in_order(start_date=start_date, end_date=end_date)
    period = Period(start_date, end_date)
    if period.nights > _MOST_DAYS:
        raise InvalidArguments(FieldProblem("end_date", "is more than two years behind start_date"))
    meant = await portfolio(context, property_ids, group_id)
    before = period.before
    start = min(one.before.start for one in [period, *period.months()])
    stays = await all_stays(context, meant, start, end_date)
    book = await _read_book(context, meant, stays, start, end_date)
    rows = figure_rows(book, period, by or "property")
    rest = apart_rows(book, period) if by in (None, "property") else []
    answer = Performance(
        start_date=f"{period.start}",
        end_date=f"{period.end}",
        previous_start_date=f"{before.start}",
        previous_end_date=f"{before.end}",
        total={**shown(book.figures(period, book.earned(period), book.ids))},
        previous_total={**shown(book.figures(before, book.earned(before), book.ids))},
        rows=[*rest, *rows],
        notes=[_DEFINITIONS, *_notes(context, book, period, Period(start, end_date)), *stays.notes],
        failed=[{**one} for one in failed(stays.failures)],
    )
    return Item(lean(answer), long="rows", most={"rows": _MOST_ROWS})


async def _read_book(
    context: Context, meant: Portfolio, stays: Gathered[Reservation], start: date, end: date
) -> Book:
    of_home = grouped(stays.items, lambda one: one.property_id)
    parts = PartialReads(stays.failures, stays.notes)
    reading = closed_nights(context, [one.id for one in meant.properties], start, end)
    closed = await parts.read("blocked nights", reading, None)
    further = await parts.rows("stays of cancelled orders", other_stays(context, stays.items, kept_alone))
    asked = {
        one.id: {code(link.currency) for link in one.channels if link.currency} for one in meant.properties
    }
    paid = {key: {known[0] for one in own if (known := price(one))} for key, own in of_home.items()}
    sells_in = {key: paid.get(key) or listed for key, listed in asked.items()}
    known = {key: one for key, one in sells_in.items() if one}
    return Book(meant, stays.items, further or (), of_home, closed, known)


def _notes(context: Context, book: Book, period: Period, read: Period) -> list[str]:
    """What the numbers leave out, and what there is to know of those of the period."""
    since = known_from(context)
    early = [f"Blocks before {since} are not known."] if since > read.start else []
    earned = book.earned(period)
    return [
        *([] if book.meant.whole else [_CHOSEN]),
        *([_NO_CALENDAR] if book.closed is None else early),
        *_twice_notes(book, earned, period),
        *_apart_notes(book, earned, period),
        *unpriced_notes([one.stay.stay_code for one in book.earned(read) if not one.currency]),
        *cancelled_notes(unpaid_cancellations(book.stays, period, book.elsewhere)),
    ]


def _twice_notes(book: Book, earned: Sequence[Earning], period: Period) -> list[str]:
    clashes, more = first(double_booked(earned, period).items(), _MOST_NAMED)
    if not clashes:
        return []
    named = [f"{book.meant.titled(home)} ({', '.join(s.stay_code for s in own)})" for home, own in clashes]
    others = f" and {more} more properties" if more else ""
    return [f"Double bookings, whose nights count once in occupancy: {', '.join(named)}{others}."]


def _apart_notes(book: Book, earned: Sequence[Earning], period: Period) -> list[str]:
    """What the totals hold besides nights sold, in one sentence."""
    places = split(earned, lambda one: one.place)
    found = {why: book.figures(period, places[why]) for why in APART if why in places}
    texts = [f"{one.apart} {why} ({_amounts(one)})" for why, one in found.items()]
    told = "Bookings whose revenue is in the total without a night sold in a property"
    return [f"{told}: {', '.join(texts)}."] if texts else []


def _amounts(found: Figures) -> str:
    amounts = [f"{rounded(sums.revenue, one):.{decimals(one)}f} {one}" for one, sums in found.money.items()]
    return ", ".join(amounts) or "no price known"
