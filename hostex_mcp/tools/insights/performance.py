"""How well the properties sell."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypedDict

from hostex_mcp.api import FieldProblem, Pace
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.earnings import APART, Earning, grouped, kept_alone, price, unpaid_cancellations
from hostex_mcp.domain.lists import first
from hostex_mcp.domain.money import code, decimals, rounded
from hostex_mcp.domain.performance import Figures, double_booked
from hostex_mcp.domain.periods import Period
from hostex_mcp.domain.stays import guest
from hostex_mcp.reads.accounts import other_stays
from hostex_mcp.reads.lists import Gathered, PartialReads, failure_rows
from hostex_mcp.reads.portfolio import Portfolio, read_portfolio
from hostex_mcp.reads.stays import closed_nights, known_from, stays_of_periods
from hostex_mcp.toolkit.arguments import Day, Id, InvalidArguments, PropertyIds, in_order
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._performance_rows import Book, Compare, PerformanceRow, apart_rows, figure_rows
from hostex_mcp.tools.insights._wording import cancelled_notes, unpriced_notes

_MOST_ROWS, _MOST_NAMED = 50, 5
_MOST_DAYS = 731
_DEFINITIONS = (
    "occupancy = nights sold / (all nights - blocked ones), a night sold twice counts once; adr = room "
    "revenue / nights sold; revpar = room revenue / nights for sale of the properties that sell in the "
    "currency; room revenue excludes fees and taxes, revenue includes everything, also commission; money of "
    "a stay is spread over its nights; rows not allocated, day use and cancelled (what was received) have "
    "revenue without a night sold, so no part in adr and revpar; every amount is in one row and in the "
    "total; booking_window_days is a median; rows: by currency, most revenue first; change = now less "
    "previous, occupancy in points, _percent of previous"
)
_LAST_YEAR = (
    "last year = the same dates a year before, not the same weekdays; the end of February stands beside the "
    "end of February; properties count as for sale also before they were listed"
)
_NO_CHANGE = (
    "Nights before count as for sale, so the change of occupancy, revpar and nights for sale is left out."
)
_CHOSEN = "Only the chosen properties: stays that are not allocated to any are not read."
_NO_CALENDAR = "The calendar could not be read: nights for sale, occupancy and revpar are left out."


class Performance(TypedDict, total=False):
    """Figures of a period and the one it is compared with, in total and by property, channel or month; the
    totals and their change have the form of a row."""

    start_date: str
    end_date: str
    compare: Compare
    previous_start_date: str
    previous_end_date: str
    total: dict[str, Any]
    previous_total: dict[str, Any]
    total_change: dict[str, Any]
    rows: list[PerformanceRow]
    notes: list[str]
    failed: list[dict[str, Any]]


@tool(
    "Get performance",
    keywords="occupancy adr revpar revenue earn earnings report statistics kpi booking window channel mix "
    "compare last year",
)
async def get_performance(
    context: Context,
    start_date: Day,
    end_date: Day,
    by: Literal["property", "channel", "month"] | None = None,
    compare: Compare = "previous",
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
) -> Item[Performance]:
    """Occupancy, ADR, RevPAR, revenue and booking window of the nights from start_date to end_date, in total
    and by property (default), channel or month, each beside what it was in the period before (default) or on
    the same days last year, and the change; revenue without a night sold in rows of its own. Currencies are
    never mixed; `notes` has the definitions."""
    in_order(start_date=start_date, end_date=end_date)
    period = Period(start_date, end_date)
    if period.nights > _MOST_DAYS:
        raise InvalidArguments(FieldProblem("end_date", "is more than two years after start_date"))
    # A large account's year takes long in one piece, so other calls go on between the parts.
    pace = Pace()
    portfolio = await read_portfolio(context, property_ids, group_id)
    spans = _spans(period, compare)
    stays = await stays_of_periods(context, portfolio, spans)
    book = await _read_book(context, portfolio, stays, spans, compare)
    before = book.before(period)
    await book.work_out(period, before, *spans)
    await pace.rest()
    total = book.row(period, book.earned(period), book.ids)
    await pace.rest()
    previous_total = book.row(before, book.earned(before), book.ids)
    await pace.rest()
    # What stands apart has no channel or month of nights of its own.
    apart = apart_rows(book, period) if by in (None, "property") else []
    await pace.rest()
    rows = await figure_rows(book, period, by or "property")
    await pace.rest()
    notes = await _notes(book, period, spans)
    await pace.rest()
    answer = {
        "start_date": f"{period.start}",
        "end_date": f"{period.end}",
        "compare": compare,
        "previous_start_date": f"{before.start}",
        "previous_end_date": f"{before.end}",
        "total": total,
        "previous_total": previous_total,
        "total_change": book.compared(period, total, previous_total)["change"],
        "rows": [*apart, *rows],
        "notes": [_DEFINITIONS, *notes, *stays.notes],
        "failed": failure_rows(stays.failures),
    }
    return Item(lean(answer), long="rows", most={"rows": _MOST_ROWS})


def _spans(period: Period, compare: Compare) -> list[Period]:
    """Return what has to be read, oldest first."""
    if compare == "last_year":
        return period.beside_last_year
    # The month before the first one may begin earlier than the period before.
    return [Period(min(part.before.start for part in (period, *period.months())), period.end)]


async def _read_book(
    context: Context,
    portfolio: Portfolio,
    stays: Gathered[Reservation],
    spans: Sequence[Period],
    compare: Compare,
) -> Book:
    pace, of_home = Pace(), grouped(stays.items, lambda stay: stay.property_id)
    parts = PartialReads(stays.failures, stays.notes)
    closed = await parts.read("blocked nights", _closed(context, portfolio, spans), None)
    further = await parts.rows("stays of cancelled orders", other_stays(context, stays.items, kept_alone))
    sells_in: dict[int, set[str]] = {}
    for place in portfolio.properties:
        await pace.rest()
        # What guests paid in says more than the listings, which may never have sold.
        prices = filter(None, map(price, of_home.get(place.id, ())))
        listed = {code(link.currency) for link in place.channels if link.currency}
        if currencies := {currency for currency, *_ in prices} or listed:
            sells_in[place.id] = currencies
    since = known_from(context)
    return Book(portfolio, stays.items, further or (), of_home, closed, sells_in, since, compare)


async def _closed(context: Context, portfolio: Portfolio, spans: Sequence[Period]) -> Mapping[int, set[date]]:
    ids = [place.id for place in portfolio.properties]
    closed: dict[int, set[date]] = {}
    for span in spans:
        for home, nights in (await closed_nights(context, ids, span.start, span.end)).items():
            closed.setdefault(home, set()).update(nights)
    return closed


async def _notes(book: Book, period: Period, spans: Sequence[Period]) -> list[str]:
    """Return what the numbers leave out, and what there is to know about those of the period."""
    pace = Pace()
    notes = [_LAST_YEAR] if book.compare == "last_year" else []
    notes += [] if book.portfolio.whole else [_CHOSEN]
    notes += _calendar_notes(book, period, spans)
    notes += _twice_notes(book, book.earned(period), period)
    await pace.rest()
    notes += _apart_notes(book, period)
    await pace.rest()
    unpriced = {
        earning.stay.key: earning.stay.stay_code or guest(earning.stay)
        for span in spans
        for earning in book.earned(span)
        if not earning.currency
    }
    cancelled = unpaid_cancellations(book.stays, period, book.elsewhere)
    return [*notes, *unpriced_notes(list(unpriced.values())), *cancelled_notes(cancelled)]


def _calendar_notes(book: Book, period: Period, spans: Sequence[Period]) -> list[str]:
    if book.closed is None:
        return [_NO_CALENDAR]
    if spans[0].start >= book.closed_from:
        return []
    note = f"Blocks before {book.closed_from} are not known."
    return [note if book.before(period).start >= book.closed_from else f"{note} {_NO_CHANGE}"]


def _twice_notes(book: Book, earned: Sequence[Earning], period: Period) -> list[str]:
    clashes, more = first(double_booked(earned, period).items(), _MOST_NAMED)
    if not clashes:
        return []
    named = [
        f"{book.portfolio.titled(home)} ({', '.join(stay.stay_code or guest(stay) for stay in own)})"
        for home, own in clashes
    ]
    others = f" and {more} more properties" if more else ""
    return [f"Double bookings, whose nights count once in occupancy: {', '.join(named)}{others}."]


def _apart_notes(book: Book, period: Period) -> list[str]:
    """Return what the totals hold besides nights sold, in one sentence."""
    places = book.earned_by(period, lambda earning: earning.place)
    texts = [
        f"{sums.apart} {why} ({_amounts(sums)})"
        for why in APART
        if why in places
        for sums in [book.figures(period, places[why])]
    ]
    intro = "Bookings whose revenue is in the total without a night sold in a property"
    return [f"{intro}: {', '.join(texts)}."] if texts else []


def _amounts(sums: Figures) -> str:
    amounts = [
        f"{rounded(money.revenue, currency):.{decimals(currency)}f} {currency}"
        for currency, money in sums.money.items()
    ]
    return ", ".join(amounts) or "no price known"
