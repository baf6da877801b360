"""What is on the books for coming nights, beside last year and some days ago."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypedDict

from annotated_types import Ge, Le

from hostex_mcp.api import FieldProblem, Pace, paced, run_apart
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.earnings import APART, Earning, paced_earnings, price, touches
from hostex_mcp.domain.money import rounded
from hostex_mcp.domain.on_the_books import on_the_books
from hostex_mcp.domain.performance import figures
from hostex_mcp.domain.periods import Period, months_from, year_before
from hostex_mcp.domain.wording import some
from hostex_mcp.reads.lists import failure_rows
from hostex_mcp.reads.portfolio import Portfolio, read_portfolio
from hostex_mcp.reads.stays import stays_of_periods
from hostex_mcp.toolkit.arguments import Day, Id, Integer, InvalidArguments, PropertyIds, in_order
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._performance_change import change
from hostex_mcp.tools.insights._wording import unpriced_notes

_MONTHS, _MOST_DAYS, _MOST_ROWS, _MOST_NAMED = 6, 366, 50, 10
_DEFINITIONS = (
    "on the books = accepted stays, each from its booking until its cancellation, by those times; earlier "
    "days have stays cancelled since, at their whole price; requests and what was kept of cancelled orders "
    "do not count; a stay entered after check-in counts from that day; pickup = now less earlier, "
    "nights_booked less nights_cancelled; last_year = the same dates a year before, on the books of a year "
    "ago at this time of day; nights, revenue and adr as in get_performance, revenue with day use and stays "
    "not allocated (bookings_apart); change = now less last_year, _percent of it"
)
_AS_NOW = (
    "Stays count with the dates, property and price they have now: those they had before a move or a change "
    "are not kept anywhere."
)
_CHOSEN = "Only the chosen properties: stays that are not allocated to any are not read."

By = Literal["month", "property", "channel"]
_Groups = Mapping[str | int, Sequence[Earning]]


class PaceRow(TypedDict, total=False):
    """The books of a month, property or channel, or under `row` of what is in no property, on three days.
    `change` is since last year, `pickup` since the earlier day. All have nights_sold, stays, and money with
    revenue and adr by currency, in major units."""

    month: str
    property_id: int
    property: str
    channel_type: str
    row: str
    now: dict[str, Any]
    last_year: dict[str, Any]
    earlier: dict[str, Any]
    change: dict[str, Any]
    pickup: dict[str, Any]


class PaceReport(TypedDict, total=False):
    """The books for some nights, in total and by month, property or channel, and their moments; the total has
    the form of a row."""

    start_date: str
    end_date: str
    as_of: str
    last_year_start_date: str
    last_year_end_date: str
    last_year_as_of: str
    earlier_as_of: str
    total: dict[str, Any]
    rows: list[PaceRow]
    notes: list[str]
    failed: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Books:
    """The stays on the books of one day, and which nights are asked about."""

    stays: Sequence[Reservation]
    nights: Callable[[Period], Period]

    def row(self, earned: Sequence[Earning], period: Period) -> JsonObject:
        """Return nights and money of a part of the books."""
        sums = figures(earned, self.nights(period), lambda _: None, blocked=None, sells_in={})
        money: list[JsonObject] = []
        for currency, amounts in sums.money.items():
            adr = sums.adr(currency)
            rate = None if adr is None else rounded(adr, currency)
            money.append(
                lean({"currency": currency, "revenue": rounded(amounts.revenue, currency), "adr": rate})
            )
        row = {
            "nights_sold": sums.sold,
            "stays": sums.stays,
            "nights_without_price": sums.unpriced or None,
            "nights_not_allocated": sums.not_allocated or None,
            "bookings_apart": sums.apart or None,
            "money": money,
        }
        return lean(row)

    async def grouped(self, period: Period, by: By) -> _Groups:
        """Return what is earned by month, property or channel; what was not sold in a property is apart."""
        if by == "month":
            return {
                f"{month.start:%Y-%m}": await paced_earnings(self.stays, self.nights(month))
                for month in period.months()
            }
        groups: dict[str | int, list[Earning]] = {}
        for earning in await paced_earnings(self.stays, self.nights(period)):
            own = earning.property_id if earning.sold else earning.place
            groups.setdefault(own if by == "property" else earning.stay.channel_type, []).append(earning)
        return groups


@tool(
    "Get booking pace",
    keywords="pickup on the books otb stly bookings coming months ahead behind last year forecast revenue",
)
async def get_pace(
    context: Context,
    start_date: Day | None = None,
    end_date: Day | None = None,
    by: By = "month",
    days_ago: Annotated[Integer, Ge(1), Le(365), "of the earlier books, default 7"] = 7,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
) -> Item[PaceReport]:
    """Nights and revenue on the books for the nights from start_date to end_date (default: this month and the
    next five) now, beside the same nights of last year as they were booked a year ago today, and beside the
    books some days ago (pickup); in total and by month, property or channel. Worked out from booking and
    cancellation times; a stay that was moved or repriced counts as it is now. Currencies are never mixed;
    `notes` has the definitions."""
    portfolio = await read_portfolio(context, property_ids, group_id)
    period = _period(start_date, end_date, portfolio)
    stays = await stays_of_periods(context, portfolio, period.beside_last_year)
    at = _moments(portfolio.now, days_ago)
    books = [
        _Books(await _all(stays.items, lambda stay: stay.status == "accepted"), _same),
        _Books(await _booked(stays.items, at["last_year_as_of"], portfolio), _last_year),
        _Books(await _booked(stays.items, at["earlier_as_of"], portfolio), _same),
    ]
    groups = [await day.grouped(period, by) for day in books]
    earned = [await paced_earnings(day.stays, day.nights(period)) for day in books]
    keys = _keys(portfolio, by, groups)

    async def row(key: str | int) -> JsonObject:
        month = next((part for part in period.months() if key == f"{part.start:%Y-%m}"), period)
        parts = [group.get(key, ()) for group in groups]
        asked = month if by == "month" else period
        return {**_name(portfolio, by, key), **await _compared(books, parts, asked)}

    rows = [await row(key) for key in keys]
    if by != "month":
        rows = sorted(rows, key=lambda row: row["change"]["nights_sold"])
    notes = await _notes(portfolio, stays.items, period)
    answer = {
        "start_date": f"{period.start}",
        "end_date": f"{period.end}",
        "last_year_start_date": f"{period.last_year.start}",
        "last_year_end_date": f"{period.last_year.end}",
        **{name: f"{moment:%Y-%m-%dT%H:%MZ}" for name, moment in at.items()},
        "total": await _compared(books, earned, period),
        "rows": rows,
        "notes": [_DEFINITIONS, _AS_NOW, *notes, *stays.notes],
        "failed": failure_rows(stays.failures),
    }
    return Item(lean(answer), long="rows", most={"rows": _MOST_ROWS})


def _period(start: Any, end: Any, portfolio: Portfolio) -> Period:
    in_order(start_date=start, end_date=end)
    if start is None or end is None:
        return months_from(portfolio.first_today(), _MONTHS)
    period = Period(start, end)
    if period.nights > _MOST_DAYS:
        problem = f"is more than {_MOST_DAYS} nights from start_date; split the period"
        raise InvalidArguments(FieldProblem("end_date", problem))
    return period


def _moments(now: datetime, days_ago: int) -> dict[str, datetime]:
    last_year = datetime.combine(year_before(now.date()), now.timetz())
    return {"as_of": now, "last_year_as_of": last_year, "earlier_as_of": now - timedelta(days=days_ago)}


async def _all(stays: Iterable[Reservation], fits: Callable[[Reservation], bool]) -> list[Reservation]:
    fitting = await paced(lambda stay: stay if fits(stay) else None, stays)
    return [stay for stay in fitting if stay]


async def _booked(stays: Iterable[Reservation], at: datetime, portfolio: Portfolio) -> list[Reservation]:
    booked = await paced(lambda stay: on_the_books(stay, at, portfolio.midnight), stays)
    return [stay for stay in booked if stay]


def _same(period: Period) -> Period:
    return period


def _last_year(period: Period) -> Period:
    return period.last_year


def _keys(portfolio: Portfolio, by: By, groups: Sequence[_Groups]) -> list[str | int]:
    found = list(dict.fromkeys(key for group in groups for key in group))
    if by != "property":
        return found
    return [*(why for why in APART if why in found), *(place.id for place in portfolio.properties)]


def _name(portfolio: Portfolio, by: By, key: str | int) -> JsonObject:
    if isinstance(key, int):
        return portfolio.named(key)
    return {{"month": "month", "channel": "channel_type", "property": "row"}[by]: key}


async def _compared(
    books: Sequence[_Books], parts: Sequence[Sequence[Earning]], period: Period
) -> JsonObject:
    """Return a part of the books of each day, and what was added since."""
    await Pace().rest()
    # The books of a large account take long in one piece, so other calls go on beside them.
    return await run_apart(parts, _side_by_side, books, parts, period)


def _side_by_side(books: Sequence[_Books], parts: Sequence[Sequence[Earning]], period: Period) -> JsonObject:
    now, last_year, earlier = (day.row(part, period) for day, part in zip(books, parts, strict=True))
    return {
        "now": now,
        "last_year": last_year,
        "earlier": earlier,
        "change": change(now, last_year, calendar=False),
        "pickup": {
            "nights_booked": _nights_beyond(parts[0], parts[2]),
            "nights_cancelled": _nights_beyond(parts[2], parts[0]),
            **change(now, earlier, calendar=False),
        },
    }


def _nights_beyond(earned: Iterable[Earning], others: Iterable[Earning]) -> int:
    """Count the nights sold of the stays that only the first books have."""
    known = {earning.stay.key for earning in others}
    return sum(earning.sold for earning in earned if earning.stay.key not in known)


async def _notes(portfolio: Portfolio, stays: Iterable[Reservation], period: Period) -> list[str]:
    """Name the stays whose times or price are not known."""
    asked = period, period.last_year
    own = await _all(stays, lambda stay: any(touches(stay, nights) for nights in asked))
    named = await run_apart(own, _named_stays, own)
    return [*([] if portfolio.whole else [_CHOSEN]), *named]


def _named_stays(own: Sequence[Reservation]) -> list[str]:
    accepted = [stay for stay in own if stay.status == "accepted"]
    timeless = [stay for stay in accepted if not (stay.booked_at or stay.created_at)]
    stored = [stay for stay in accepted if stay.created_at and not stay.booked_at]
    lost = [stay for stay in own if stay.status == "cancelled" and not stay.cancelled_at]
    texts = {
        "say not when they were booked and count on all days": timeless,
        "say only when Hostex stored them, which counts as booked": stored,
        "say not when they were cancelled and count on none of the days": lost,
    }
    named = [f"Stays that {text}: {_codes(found)}." for text, found in texts.items() if found]
    unpriced = [stay.stay_code or stay.key for stay in accepted if price(stay) is None]
    return [*named, *unpriced_notes(unpriced)]


def _codes(stays: Sequence[Reservation]) -> str:
    return some([stay.stay_code or stay.key for stay in stays], _MOST_NAMED)
