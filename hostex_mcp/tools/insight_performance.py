"""How well the properties sell."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypedDict

from hostex_mcp.api.reservations import Reservation
from hostex_mcp.domain.money import rounded
from hostex_mcp.domain.performance import (
    Figures,
    Period,
    blocked_nights,
    counts,
    figures,
    grouped,
    is_unpriced,
    price,
)
from hostex_mcp.tools.arguments import Day, Id, InvalidArguments, Problem, PropertyIds, in_order
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.gather import all_stays, closed_nights, known_from
from hostex_mcp.tools.gather_lists import Gathered, Parts
from hostex_mcp.tools.gather_portfolio import Portfolio, portfolio
from hostex_mcp.tools.insight_words import failed, unpriced_notes
from hostex_mcp.tools.results import Record, lean
from hostex_mcp.tools.tool import tool

_MOST_ROWS = 50
_MOST_DAYS = 731
_DEFINITIONS = (
    "occupancy = nights sold / (all nights - blocked ones); adr = room revenue / nights sold; revpar = room "
    "revenue / nights for sale of the properties that sell in the currency; room revenue leaves fees and "
    "taxes out, revenue has all, also commission; money of a stay is spread over its nights; "
    "booking_window_days is a median; rows: by currency, most revenue first"
)

_NO_CALENDAR = "The calendar could not be read: nights for sale, occupancy and revpar are left out."


class CurrencyRow(TypedDict, total=False):
    """Money of one currency, major units."""

    currency: str
    revenue: float
    room_revenue: float
    commission: float
    adr: float | None
    revpar: float | None


class FiguresRow(TypedDict, total=False):
    """What a period brought. Occupancy in percent."""

    nights_sold: int
    nights_for_sale: int | None
    nights_blocked: int | None
    occupancy: float | None
    stays: int
    booking_window_days: float | None
    nights_without_price: int | None
    money: list[CurrencyRow]


class PerformanceRow(FiguresRow, total=False):
    """What one property, channel or month brought; `previous` is of the same form."""

    property_id: int
    property: str
    channel_type: str
    month: str
    previous: dict[str, Any]


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


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that figures are worked out from; `closed` is None where no calendar could be read."""

    meant: Portfolio
    stays: Sequence[Reservation]
    of_home: Mapping[int, Sequence[Reservation]]
    closed: Mapping[int, set[date]] | None
    sells_in: Mapping[int, Collection[str]]

    def figures(
        self, period: Period, stays: Sequence[Reservation] | None = None, ids: Sequence[int] | None = None
    ) -> Figures:
        """The figures of some stays in a period; of `ids` the nights for sale are counted too."""
        chosen = self.stays if stays is None else stays
        blocked = self._blocked(ids, period) if ids is not None else None
        return figures(chosen, period, self._booked_on, blocked=blocked, sells_in=self.sells_in)

    def unpriced(self, period: Period) -> list[str]:
        """The stays with nights in a period whose price is not known."""
        return [one.stay_code for one in self.stays if is_unpriced(one, period)]

    def _blocked(self, ids: Sequence[int], period: Period) -> dict[int, int] | None:
        if self.closed is None:
            return None
        closed, own = self.closed, self.of_home
        return {one: blocked_nights(closed.get(one, ()), own.get(one, ()), period) for one in ids}

    def _booked_on(self, stay: Reservation) -> date:
        return stay.booked_at.astimezone(self.meant.zone(stay.property_id)).date()


@tool(
    "insights",
    "Get performance",
    words="occupancy adr revpar revenue report statistics pace kpi booking window channel mix",
)
async def get_performance(
    context: Context,
    start_date: Day,
    end_date: Day,
    by: Literal["property", "channel", "month"] | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
) -> Record[Performance]:
    """Occupancy, ADR, RevPAR, revenue and booking window of the nights from start_date to end_date, in all
    and by property (unless told), channel or month, each beside the period before. Currencies are never
    mixed; `notes` has the definitions."""
    in_order(start_date=start_date, end_date=end_date)
    period = Period(start_date, end_date)
    if period.nights > _MOST_DAYS:
        raise InvalidArguments(Problem("end_date", "is more than two years behind start_date"))
    meant = await portfolio(context, property_ids, group_id)
    before = period.before
    start = min(one.before.start for one in [period, *period.months()])
    stays = await all_stays(context, meant, start, end_date)
    book = await _read_book(context, meant, stays, start, end_date)
    ids = [one.id for one in meant.properties]
    rows = _rows(book, period, by or "property")
    answer = Performance(
        start_date=f"{period.start}",
        end_date=f"{period.end}",
        previous_start_date=f"{before.start}",
        previous_end_date=f"{before.end}",
        total={**_shown(book.figures(period, ids=ids))},
        previous_total={**_shown(book.figures(before, ids=ids))},
        rows=rows,
        notes=[_DEFINITIONS, *_notes(context, book, Period(start, end_date)), *stays.notes],
        failed=[{**one} for one in failed(stays.failures)],
    )
    return Record(lean(answer), long="rows", most={"rows": _MOST_ROWS})


async def _read_book(
    context: Context, meant: Portfolio, stays: Gathered[Reservation], start: date, end: date
) -> Book:
    of_home = grouped(stays.items, lambda one: one.property_id)
    reading = closed_nights(context, [one.id for one in meant.properties], start, end)
    closed = await Parts(stays.failures).read("blocked nights", reading, None)
    asked = {one.id: {link.currency for link in one.channels if link.currency} for one in meant.properties}
    paid = {key: {known[0] for one in own if (known := price(one))} for key, own in of_home.items()}
    sells_in = {key: paid.get(key) or listed for key, listed in asked.items()}
    return Book(meant, stays.items, of_home, closed, {key: one for key, one in sells_in.items() if one})


def _notes(context: Context, book: Book, read: Period) -> list[str]:
    """What the numbers leave out."""
    first = known_from(context)
    early = [f"Blocks before {first} are not known."] if first > read.start else []
    return [
        *([_NO_CALENDAR] if book.closed is None else early),
        *unpriced_notes(book.unpriced(read)),
    ]


def _rows(book: Book, period: Period, by: str) -> list[PerformanceRow]:
    if by == "month":
        return [_month(book, month) for month in period.months()]
    if by == "channel":
        return _by_channel(book, period)
    return _ranked(book, period, [_home(book, period, one.id) for one in book.meant.properties])


def _month(book: Book, month: Period) -> PerformanceRow:
    ids = [one.id for one in book.meant.properties]
    return PerformanceRow(
        month=f"{month.start:%Y-%m}",
        **_shown(book.figures(month, ids=ids)),
        previous={**_shown(book.figures(month.before, ids=ids))},
    )


def _by_channel(book: Book, period: Period) -> list[PerformanceRow]:
    counted = [one for one in book.stays if counts(one)]
    channels = grouped(counted, lambda one: one.channel_type)
    rows = [
        PerformanceRow(
            channel_type=name,
            **_shown(book.figures(period, stays)),
            previous={**_shown(book.figures(period.before, stays))},
        )
        for name, stays in channels.items()
    ]
    sold = [one for one in rows if one.get("stays") or one.get("previous", {}).get("stays")]
    return _ranked(book, period, sold)


def _home(book: Book, period: Period, property_id: int) -> PerformanceRow:
    own = book.of_home.get(property_id, ())
    return PerformanceRow(
        property_id=property_id,
        property=book.meant.titled(property_id),
        **_shown(book.figures(period, own, [property_id])),
        previous={**_shown(book.figures(period.before, own, [property_id]))},
    )


def _ranked(book: Book, period: Period, rows: Sequence[PerformanceRow]) -> list[PerformanceRow]:
    """By currency, that of most nights first, then by the revenue in it; what earned nothing comes last."""
    money = book.figures(period).money
    places = sorted(money, key=lambda one: -money[one].nights)

    def rank(row: PerformanceRow) -> tuple[int, float]:
        earned = {one.get("currency", ""): one.get("revenue", 0.0) for one in row.get("money", [])}
        first = next((one for one in places if earned.get(one)), None)
        return (places.index(first), -earned[first]) if first else (len(places), 0.0)

    return sorted(rows, key=rank)


def _shown(found: Figures) -> FiguresRow:
    occupancy = found.occupancy
    row = FiguresRow(
        nights_sold=found.sold,
        nights_for_sale=found.for_sale,
        nights_blocked=found.blocked,
        occupancy=None if occupancy is None else round(float(occupancy) * 100, 1),
        stays=found.stays,
        booking_window_days=found.booking_window,
        nights_without_price=found.unpriced or None,
        money=[_money(found, currency) for currency in found.money],
    )
    return FiguresRow(**lean(row))


def _money(found: Figures, currency: str) -> CurrencyRow:
    sums, adr, revpar = found.money[currency], found.adr(currency), found.revpar(currency)
    row = CurrencyRow(
        currency=currency,
        revenue=rounded(sums.revenue, currency),
        room_revenue=rounded(sums.room, currency),
        commission=rounded(sums.commission, currency),
        adr=None if adr is None else rounded(adr, currency),
        revpar=None if revpar is None else rounded(revpar, currency),
    )
    return CurrencyRow(**lean(row))
