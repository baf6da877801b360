"""The rows of figures: of properties, channels and months, and of what stands apart from them."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Literal, TypedDict

from hostex_mcp.api import paced
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.earnings import APART, Earning, Place, earnings, paced_earnings
from hostex_mcp.domain.lists import KeyT
from hostex_mcp.domain.money import rounded
from hostex_mcp.domain.performance import Figures, blocked_nights, figures
from hostex_mcp.domain.periods import Period
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.toolkit.results import JsonObject, lean
from hostex_mcp.tools.insights._performance_change import change

Compare = Literal["previous", "last_year"]


class CurrencyRow(TypedDict, total=False):
    """Money of one currency, major units."""

    currency: str
    revenue: float
    room_revenue: float
    commission: float
    adr: float | None
    revpar: float | None


class FiguresRow(TypedDict, total=False):
    """Figures of a period. Occupancy in percent; `bookings_apart` earn without a night sold."""

    nights_sold: int
    nights_for_sale: int | None
    nights_blocked: int | None
    occupancy: float | None
    stays: int
    booking_window_days: float | None
    nights_without_price: int | None
    nights_sold_twice: int | None
    nights_not_allocated: int | None
    bookings_apart: int | None
    money: list[CurrencyRow]


class PerformanceRow(FiguresRow, total=False):
    """Figures of one property, channel or month, or under `row` of what is in none of the properties;
    `previous` has the same form, and so has `change`, with more in percent."""

    row: str
    property_id: int
    property: str
    channel_type: str
    month: str
    previous: dict[str, Any]
    change: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that figures are worked out from; `closed` is None where no calendar could be read and has
    no nights before `closed_from`, `elsewhere` are further stays of the same orders. Periods stand beside
    those that they are to `compare` with."""

    portfolio: Portfolio
    stays: Sequence[Reservation]
    elsewhere: Sequence[Reservation]
    of_home: Mapping[int, Sequence[Reservation]]
    closed: Mapping[int, set[date]] | None
    sells_in: Mapping[int, Collection[str]]
    closed_from: date
    compare: Compare
    _earnings: dict[Period, Sequence[Earning]] = field(default_factory=dict[Period, Sequence[Earning]])

    @property
    def ids(self) -> Sequence[int]:
        """Return the ids of the properties."""
        return [place.id for place in self.portfolio.properties]

    def before(self, period: Period) -> Period:
        """Return the period that one is compared with."""
        return period.last_year if self.compare == "last_year" else period.before

    def compared(self, period: Period, now: JsonObject, before: JsonObject) -> dict[str, Any]:
        """Return the figures of the period before, and the change since then."""
        known = self.before(period).start >= self.closed_from
        return {"previous": {**before}, "change": change(now, before, calendar=known)}

    async def work_out(self, *periods: Period) -> None:
        """Work out what the stays earn in these periods, while others run."""
        for period in periods:
            self._earnings[period] = await paced_earnings(self.stays, period, self.elsewhere)

    def earned(self, period: Period) -> Sequence[Earning]:
        """Return what the stays earn in a period."""
        # Totals, rows and notes ask for the same periods, and of a large account each takes long.
        if period not in self._earnings:
            self._earnings[period] = earnings(self.stays, period, self.elsewhere)
        return self._earnings[period]

    def earned_by(self, period: Period, key: Callable[[Earning], KeyT]) -> dict[KeyT, list[Earning]]:
        """Return the earnings of a period by what they have in common, in order of first appearance."""
        groups: dict[KeyT, list[Earning]] = {}
        for earning in self.earned(period):
            groups.setdefault(key(earning), []).append(earning)
        return groups

    def figures(self, period: Period, earned: Iterable[Earning], ids: Sequence[int] | None = None) -> Figures:
        """Return the figures of earnings in a period; of `ids` the nights for sale are counted too."""
        blocked = self._blocked(ids, period) if ids is not None else None
        return figures(earned, period, self._booked_on, blocked=blocked, sells_in=self.sells_in)

    def row(
        self, period: Period, earned: Iterable[Earning], ids: Sequence[int] | None = None
    ) -> dict[str, Any]:
        """Return the figures as a row, without what has no meaning."""
        return {**_row(self.figures(period, earned, ids))}

    def _blocked(self, ids: Sequence[int], period: Period) -> dict[int, int] | None:
        if self.closed is None:
            return None
        closed, own = self.closed, self.of_home
        return {home: blocked_nights(closed.get(home, ()), own.get(home, ()), period) for home in ids}

    def _booked_on(self, stay: Reservation) -> date | None:
        if stay.booked_at is None:
            return None
        # A booking window counts days at the property, not in UTC.
        return stay.booked_at.astimezone(self.portfolio.zone(stay.property_id)).date()


async def figure_rows(book: Book, period: Period, by: str) -> list[PerformanceRow]:
    """Return a row for each month or channel, or else for each property."""
    if by == "month":
        return await paced(partial(_month, book), period.months())
    rows = await (_by_channel if by == "channel" else _by_home)(book, period)
    return _ranked(book, period, rows)


def _month(book: Book, month: Period) -> PerformanceRow:
    before = book.before(month)
    now, then = (book.row(part, book.earned(part), book.ids) for part in (month, before))
    return PerformanceRow(month=f"{month.start:%Y-%m}", **now, **book.compared(month, now, then))


async def _by_channel(book: Book, period: Period) -> list[PerformanceRow]:
    earlier = book.before(period)
    now = book.earned_by(period, lambda earning: earning.stay.channel_type)
    before = book.earned_by(earlier, lambda earning: earning.stay.channel_type)

    def row(channel: str) -> PerformanceRow:
        figures = book.row(period, now.get(channel, ()))
        then = book.row(earlier, before.get(channel, ()))
        return PerformanceRow(channel_type=channel, **figures, **book.compared(period, figures, then))

    return await paced(row, {**now, **before})


async def _by_home(book: Book, period: Period) -> list[PerformanceRow]:
    # What was not sold is of no property here: it is in the rows apart.
    def key(earning: Earning) -> int:
        return earning.property_id if earning.sold else 0

    earlier = book.before(period)
    now, before = book.earned_by(period, key), book.earned_by(earlier, key)

    def row(home: int) -> PerformanceRow:
        figures = book.row(period, now.get(home, ()), [home])
        then = book.row(earlier, before.get(home, ()), [home])
        compared = book.compared(period, figures, then)
        return PerformanceRow(property_id=home, property=book.portfolio.titled(home), **figures, **compared)

    return await paced(row, book.ids)


def apart_rows(book: Book, period: Period) -> list[PerformanceRow]:
    """Return a row for each kind of booking that earns without a night sold in a property."""
    earlier = book.before(period)
    now = book.earned_by(period, lambda earning: earning.place)
    before = book.earned_by(earlier, lambda earning: earning.place)

    def row(why: Place) -> PerformanceRow:
        figures = _apart(book.figures(period, now.get(why, ())))
        then = _apart(book.figures(earlier, before.get(why, ())))
        return PerformanceRow(row=why, **figures, **book.compared(period, figures, then))

    return [row(why) for why in APART if why in now or why in before]


def _ranked(book: Book, period: Period, rows: Sequence[PerformanceRow]) -> list[PerformanceRow]:
    """Return the rows by currency, that of most nights first, then by the revenue in it; what earned nothing
    comes last."""
    nights = Counter[str]()
    for earning in book.earned(period):
        nights[earning.currency] += earning.sold
    currencies = sorted(filter(None, sorted(nights)), key=lambda currency: -nights[currency])

    def rank(row: PerformanceRow) -> tuple[int, float]:
        earned = {sums.get("currency", ""): sums.get("revenue", 0.0) for sums in row.get("money", [])}
        first = next((currency for currency in currencies if earned.get(currency)), None)
        return (currencies.index(first), -earned[first]) if first else (len(currencies), 0.0)

    return sorted(rows, key=rank)


def _row(sums: Figures) -> JsonObject:
    occupancy = sums.occupancy
    row = FiguresRow(
        nights_sold=sums.sold,
        nights_for_sale=sums.for_sale,
        nights_blocked=sums.blocked,
        occupancy=None if occupancy is None else round(float(occupancy) * 100, 1),
        stays=sums.stays,
        booking_window_days=sums.booking_window,
        # These are the exception; zeros of them would only cost tokens.
        nights_without_price=sums.unpriced or None,
        nights_sold_twice=sums.sold_twice or None,
        nights_not_allocated=sums.not_allocated or None,
        bookings_apart=sums.apart or None,
        money=[_money(sums, currency) for currency in sums.money],
    )
    return lean(row)


def _apart(sums: Figures) -> JsonObject:
    """Return figures without what only nights sold have."""
    row = FiguresRow(
        bookings_apart=sums.apart,
        nights_not_allocated=sums.not_allocated or None,
        money=[
            CurrencyRow(
                currency=currency,
                revenue=rounded(money.revenue, currency),
                commission=rounded(money.commission, currency),
            )
            for currency, money in sums.money.items()
        ],
    )
    return lean(row)


def _money(sums: Figures, currency: str) -> CurrencyRow:
    money, adr, revpar = sums.money[currency], sums.adr(currency), sums.revpar(currency)
    row = CurrencyRow(
        currency=currency,
        revenue=rounded(money.revenue, currency),
        room_revenue=rounded(money.room, currency),
        commission=rounded(money.commission, currency),
        adr=None if adr is None else rounded(adr, currency),
        revpar=None if revpar is None else rounded(revpar, currency),
    )
    return CurrencyRow(**lean(row))
