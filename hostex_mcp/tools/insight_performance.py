"""How well the properties sell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypedDict

from hostex_mcp.api.reservations import Reservation
from hostex_mcp.domain.money import rounded
from hostex_mcp.domain.performance import Figures, Period, blocked_nights, counts, figures, grouped
from hostex_mcp.tools.arguments import Day, Id, InvalidArguments, Problem, PropertyIds, in_order
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.gather import all_stays, closed_nights, known_from
from hostex_mcp.tools.gather_portfolio import Portfolio, portfolio
from hostex_mcp.tools.results import Record, lean
from hostex_mcp.tools.tool import tool

_MOST_ROWS = 50
_MOST_DAYS = 731
_DEFINITIONS = (
    "occupancy = nights sold / (all nights - blocked ones); adr = room revenue / nights sold; revpar = room "
    "revenue / nights for sale; room revenue leaves fees and taxes out, revenue has all, also commission; "
    "money of a stay is spread over its nights; booking_window_days is a median"
)


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


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that figures are worked out from."""

    meant: Portfolio
    stays: Sequence[Reservation]
    of_home: Mapping[int, Sequence[Reservation]]
    closed: Mapping[int, set[date]]

    def figures(
        self, period: Period, stays: Sequence[Reservation] | None = None, ids: Sequence[int] | None = None
    ) -> Figures:
        """The figures of some stays in a period; of `ids` the nights for sale are counted too."""
        chosen = self.stays if stays is None else stays
        homes = None if ids is None else len(ids)
        blocked = None if ids is None else sum(self._blocked(one, period) for one in ids)
        return figures(chosen, period, self._booked_on, blocked=blocked, homes=homes)

    def _blocked(self, property_id: int, period: Period) -> int:
        own = self.of_home.get(property_id, ())
        return blocked_nights(self.closed.get(property_id, ()), own, period)

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
    stays = await all_stays(context, meant, before.start, end_date)
    ids = [one.id for one in meant.properties]
    of_home = grouped(stays.items, lambda one: one.property_id)
    closed = await closed_nights(context, ids, before.start, end_date)
    first = known_from(context)
    unknown = [f"Blocks before {first} are not known."] if first > before.start else []
    book = Book(meant, stays.items, of_home, closed)
    rows = _rows(book, period, by or "property")
    cut = [f"The {_MOST_ROWS} rows with most revenue of {len(rows)}."] if len(rows) > _MOST_ROWS else []
    answer = Performance(
        start_date=f"{period.start}",
        end_date=f"{period.end}",
        previous_start_date=f"{before.start}",
        previous_end_date=f"{before.end}",
        total={**_shown(book.figures(period, ids=ids))},
        previous_total={**_shown(book.figures(before, ids=ids))},
        rows=rows[:_MOST_ROWS],
        notes=[_DEFINITIONS, *unknown, *stays.notes, *cut],
    )
    return Record(answer, long="rows")


def _rows(book: Book, period: Period, by: str) -> list[PerformanceRow]:
    if by == "month":
        return [_month(book, month) for month in period.months()]
    if by == "channel":
        return _by_channel(book, period)
    rows = [_home(book, period, one.id) for one in book.meant.properties]
    return sorted(rows, key=_revenue, reverse=True)


def _month(book: Book, month: Period) -> PerformanceRow:
    ids = [one.id for one in book.meant.properties]
    row = PerformanceRow(month=f"{month.start:%Y-%m}", **_shown(book.figures(month, ids=ids)))
    if book.figures(month.before).stays:
        row["previous"] = {**_shown(book.figures(month.before, ids=ids))}
    return row


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
    return sorted(sold, key=_revenue, reverse=True)


def _home(book: Book, period: Period, property_id: int) -> PerformanceRow:
    own = book.of_home.get(property_id, ())
    return PerformanceRow(
        property_id=property_id,
        property=book.meant.titled(property_id),
        **_shown(book.figures(period, own, [property_id])),
        previous={**_shown(book.figures(period.before, own, [property_id]))},
    )


def _revenue(row: PerformanceRow) -> float:
    return max((one.get("revenue", 0.0) for one in row.get("money", [])), default=0.0)


def _shown(found: Figures) -> FiguresRow:
    occupancy = found.occupancy
    row = FiguresRow(
        nights_sold=found.sold,
        nights_for_sale=found.for_sale,
        nights_blocked=found.blocked,
        occupancy=None if occupancy is None else round(float(occupancy) * 100, 1),
        stays=found.stays,
        booking_window_days=found.booking_window,
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
