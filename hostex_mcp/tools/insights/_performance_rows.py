"""The rows of figures: of properties, channels and months, and of what stands apart from them."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict, TypeVar

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.earnings import (
    APART,
    Earning,
    earnings,
)
from hostex_mcp.domain.money import rounded
from hostex_mcp.domain.performance import Figures, blocked_nights, figures
from hostex_mcp.domain.periods import Period
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.toolkit.results import lean

KeyT = TypeVar("KeyT", bound=Hashable)


class CurrencyRow(TypedDict, total=False):
    """Money of one currency, major units."""

    currency: str
    revenue: float
    room_revenue: float
    commission: float
    adr: float | None
    revpar: float | None


class FiguresRow(TypedDict, total=False):
    """What a period brought. Occupancy in percent; `bookings_apart` earn without a night sold."""

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
    """What one property, channel or month brought, or under `row` what is in none of the properties;
    `previous` is of the same form."""

    row: str
    property_id: int
    property: str
    channel_type: str
    month: str
    previous: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that figures are worked out from; `closed` is None where no calendar could be read,
    `elsewhere` are further stays of the same orders."""

    meant: Portfolio
    stays: Sequence[Reservation]
    elsewhere: Sequence[Reservation]
    of_home: Mapping[int, Sequence[Reservation]]
    closed: Mapping[int, set[date]] | None
    sells_in: Mapping[int, Collection[str]]

    @property
    def ids(self) -> Sequence[int]:
        """The properties that are meant."""
        return [one.id for one in self.meant.properties]

    def earned(self, period: Period) -> list[Earning]:
        """What the stays earn in a period."""
        return earnings(self.stays, period, self.elsewhere)

    def figures(self, period: Period, earned: Iterable[Earning], ids: Sequence[int] | None = None) -> Figures:
        """The figures of what was earned in a period; of `ids` the nights for sale are counted too."""
        blocked = self._blocked(ids, period) if ids is not None else None
        return figures(earned, period, self._booked_on, blocked=blocked, sells_in=self.sells_in)

    def _blocked(self, ids: Sequence[int], period: Period) -> dict[int, int] | None:
        if self.closed is None:
            return None
        closed, own = self.closed, self.of_home
        return {one: blocked_nights(closed.get(one, ()), own.get(one, ()), period) for one in ids}

    def _booked_on(self, stay: Reservation) -> date | None:
        if stay.booked_at is None:
            return None
        return stay.booked_at.astimezone(self.meant.zone(stay.property_id)).date()


def figure_rows(book: Book, period: Period, by: str) -> list[PerformanceRow]:
    """A row for each month or channel, or else for each property."""
    if by == "month":
        return [_month(book, month) for month in period.months()]
    if by == "channel":
        return _by_channel(book, period)
    now = split((one for one in book.earned(period) if one.sold), lambda one: one.property_id)
    before = split((one for one in book.earned(period.before) if one.sold), lambda one: one.property_id)
    return _ranked(
        book,
        period,
        [_home(book, period, one, now.get(one, ()), before.get(one, ())) for one in book.ids],
    )


def _month(book: Book, month: Period) -> PerformanceRow:
    before = month.before
    return PerformanceRow(
        month=f"{month.start:%Y-%m}",
        **shown(book.figures(month, book.earned(month), book.ids)),
        previous={**shown(book.figures(before, book.earned(before), book.ids))},
    )


def _by_channel(book: Book, period: Period) -> list[PerformanceRow]:
    now = split(book.earned(period), lambda one: one.stay.channel_type)
    before = split(book.earned(period.before), lambda one: one.stay.channel_type)
    rows = [
        PerformanceRow(
            channel_type=name,
            **shown(book.figures(period, now.get(name, ()))),
            previous={**shown(book.figures(period.before, before.get(name, ())))},
        )
        for name in {**now, **before}
    ]
    return _ranked(book, period, rows)


def _home(
    book: Book, period: Period, property_id: int, now: Sequence[Earning], before: Sequence[Earning]
) -> PerformanceRow:
    return PerformanceRow(
        property_id=property_id,
        property=book.meant.titled(property_id),
        **shown(book.figures(period, now, [property_id])),
        previous={**shown(book.figures(period.before, before, [property_id]))},
    )


def apart_rows(book: Book, period: Period) -> list[PerformanceRow]:
    """A row for each kind of booking that earns without a night sold in a property."""
    now = split(book.earned(period), lambda one: one.place)
    before = split(book.earned(period.before), lambda one: one.place)
    return [
        PerformanceRow(
            row=why,
            **_shown_apart(book.figures(period, now.get(why, ()))),
            previous={**_shown_apart(book.figures(period.before, before.get(why, ())))},
        )
        for why in APART
        if why in now or why in before
    ]


def split(earned: Iterable[Earning], key: Callable[[Earning], KeyT]) -> dict[KeyT, list[Earning]]:
    """Earnings by what they have in common, in order of first appearance."""
    groups: dict[KeyT, list[Earning]] = {}
    for one in earned:
        groups.setdefault(key(one), []).append(one)
    return groups


def _ranked(book: Book, period: Period, rows: Sequence[PerformanceRow]) -> list[PerformanceRow]:
    """By currency, that of most nights first, then by the revenue in it; what earned nothing comes last."""
    money = book.figures(period, book.earned(period)).money
    places = sorted(money, key=lambda one: -money[one].nights)

    def rank(row: PerformanceRow) -> tuple[int, float]:
        earned = {one.get("currency", ""): one.get("revenue", 0.0) for one in row.get("money", [])}
        first = next((one for one in places if earned.get(one)), None)
        return (places.index(first), -earned[first]) if first else (len(places), 0.0)

    return sorted(rows, key=rank)


def shown(found: Figures) -> FiguresRow:
    """Figures as a row tells them, without what has no meaning."""
    occupancy = found.occupancy
    row = FiguresRow(
        nights_sold=found.sold,
        nights_for_sale=found.for_sale,
        nights_blocked=found.blocked,
        occupancy=None if occupancy is None else round(float(occupancy) * 100, 1),
        stays=found.stays,
        booking_window_days=found.booking_window,
        nights_without_price=found.unpriced or None,
        nights_sold_twice=found.sold_twice or None,
        nights_not_allocated=found.not_allocated or None,
        bookings_apart=found.apart or None,
        money=[_money(found, currency) for currency in found.money],
    )
    return FiguresRow(**lean(row))


def _shown_apart(found: Figures) -> FiguresRow:
    """Figures without what only nights sold have."""
    row = FiguresRow(
        bookings_apart=found.apart,
        nights_not_allocated=found.not_allocated or None,
        money=[
            CurrencyRow(
                currency=currency,
                revenue=rounded(sums.revenue, currency),
                commission=rounded(sums.commission, currency),
            )
            for currency, sums in found.money.items()
        ],
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
