"""Which properties are free for given dates, at what price, and which nearly are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, TypedDict

from annotated_types import Ge, Le

from hostex_mcp.api import FieldProblem
from hostex_mcp.domain.availability import StayQuote, alternatives, offer
from hostex_mcp.domain.lists import first
from hostex_mcp.domain.money import rounded
from hostex_mcp.domain.nights import ClosedNights
from hostex_mcp.reads.calendars import Calendars, SoldListing, add_listings, read_nights
from hostex_mcp.reads.lists import failure_rows
from hostex_mcp.reads.portfolio import Portfolio, read_portfolio
from hostex_mcp.toolkit.arguments import Day, Id, Integer, InvalidArguments, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import closure_text, rule_text

_LONGEST = 180
_MOST = {"available": 20, "near_misses": 12, "taken": 10}
_MOST_CAUSES = 3
_FEES = "Prices are sums of nightly prices, without the channel's fees, taxes and discounts."


class FreeRow(TypedDict, total=False):
    """A free property and what its listings ask; `obstacles` keep a listing from selling the dates."""

    property_id: int
    property: str
    prices: list[dict[str, Any]]


class NearRow(FreeRow, total=False):
    """A property that is nearly free: what blocks it, and dates that would work."""

    blocked_by: list[str]
    free_instead: list[dict[str, str]]


class Availability(TypedDict, total=False):
    """Properties for some dates."""

    nights: int
    available: list[FreeRow]
    near_misses: list[NearRow]
    taken: list[NearRow]
    more: dict[str, int]
    notes: list[str]
    failed: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _DateSearch:
    """The dates of a stay, and by how many days they may move."""

    check_in: date
    check_out: date
    flexible: int

    @property
    def span(self) -> tuple[date, date]:
        """Return the first and last day that can matter, the day of the latest check-out included."""
        move = timedelta(days=self.flexible)
        return self.check_in - move, self.check_out + move


@tool(
    "Find available properties",
    keywords="free vacant which apartment quote price for dates search alternatives near miss",
)
async def find_available_properties(
    context: Context,
    check_in_date: Day,
    check_out_date: Day,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
    flexible_days: Annotated[Integer, Ge(0), Le(14), "for near misses (default 3)"] = 3,
) -> Item[Availability]:
    """Properties free for a stay, with the price on each channel listing: total and average per night in
    the listing's currency, and obstacles there (minimum stay, closed to arrival or departure, notice).
    `near_misses` are free except for a rule, or taken by a named stay or block, with `free_instead` dates
    that are some days off or shorter; the rest is `taken`. Hostex has no data on capacity or amenities."""
    portfolio = await read_portfolio(context, property_ids, group_id)
    dates = _DateSearch(check_in_date, check_out_date, flexible_days)
    _require(dates, portfolio)
    # Nights that are over are neither free nor taken.
    start, end = max(dates.span[0], portfolio.first_today()), dates.span[1]
    calendars = await read_nights(context, portfolio, start, end)
    free = {home for home, book in calendars.books.items() if book.all_free(check_in_date, check_out_date)}

    # Prices are read only where they are shown.
    def is_free(listing: SoldListing) -> bool:
        return not free.isdisjoint(listing.property_ids)

    await add_listings(context, portfolio, calendars, check_in_date, check_out_date, is_free)
    return Item(_answer(portfolio, calendars, dates), long="available", most=_MOST)


def _require(dates: _DateSearch, portfolio: Portfolio) -> None:
    length = (dates.check_out - dates.check_in).days
    if length < 1:
        raise InvalidArguments(FieldProblem("check_out_date", "must be later than check_in_date"))
    if length > _LONGEST:
        raise InvalidArguments(FieldProblem("check_out_date", f"is more than {_LONGEST} nights away"))
    if dates.check_in < portfolio.first_today():
        raise InvalidArguments(FieldProblem("check_in_date", "is in the past"))


def _answer(portfolio: Portfolio, calendars: Calendars, dates: _DateSearch) -> JsonObject:
    places = [place for place in portfolio.properties if place.id in calendars.books]
    rows = [_row(portfolio, calendars, dates, place.id, portfolio.today(place)) for place in places]
    unsold = [row for row in rows if not _bookable(row)]
    rest = {
        "near_misses": [row for row in unsold if "prices" in row or "free_instead" in row],
        "taken": [row for row in unsold if "prices" not in row and "free_instead" not in row],
        "notes": [*([_FEES] if any("prices" in row for row in rows) else []), *calendars.notes],
        "failed": failure_rows(calendars.failures),
    }
    available = sorted(filter(_bookable, rows), key=_cheapest)
    return {"nights": (dates.check_out - dates.check_in).days, "available": available, **lean(rest)}


def _row(
    portfolio: Portfolio, calendars: Calendars, dates: _DateSearch, property_id: int, today: date
) -> JsonObject:
    """Return a property with its prices where it is free, else with what blocks it and dates that would
    work."""
    named = portfolio.named(property_id)
    book = calendars.books[property_id]
    closures = book.closures(dates.check_in, dates.check_out)
    if not closures and dates.check_in >= today:
        return {**named, "prices": _prices(calendars, dates, property_id, today)}
    # Where the dates are taken, what a host wants next is what else to offer.
    instead = alternatives(book, dates.check_in, dates.check_out, today, dates.flexible)
    pairs = [{"check_in_date": f"{come}", "check_out_date": f"{go}"} for come, go in instead]
    return lean({**named, "blocked_by": _causes(closures), "free_instead": pairs})


def _bookable(row: JsonObject) -> bool:
    """Whether a property is free and at least one of its listings sells the dates, if it has any."""
    prices: Sequence[JsonObject] | None = row.get("prices")
    return prices is not None and not (prices and all("obstacles" in price for price in prices))


def _causes(closures: Sequence[ClosedNights]) -> list[str]:
    texts, more = first(map(closure_text, closures), _MOST_CAUSES)
    return [*texts, *([f"{more} more stays or blocks"] if more else [])]


def _prices(calendars: Calendars, dates: _DateSearch, property_id: int, today: date) -> list[JsonObject]:
    return [
        lean({**listing.arguments, **_price(listing, offer(days, dates.check_in, dates.check_out, today))})
        for listing, days in calendars.selling(property_id)
    ]


def _price(listing: SoldListing, quote: StayQuote) -> JsonObject:
    obstacles = list(map(rule_text, quote.obstacles))
    if quote.total is None or quote.average is None:
        return {"obstacles": obstacles}
    currency = listing.currency or ""
    total, average = rounded(quote.total, currency), rounded(quote.average, currency)
    return {"total": total, "average": average, "currency": currency, "obstacles": obstacles}


def _cheapest(row: JsonObject) -> tuple[str, float, str]:
    """Return the rank of a property: by currency, then by the lowest price that can be booked."""
    sold = [price for price in row["prices"] if "total" in price and "obstacles" not in price]
    totals: list[tuple[str, float]] = [(price.get("currency", ""), price["total"]) for price in sold]
    # "~" comes after all currency codes: what has no price is last.
    currency, total = min(totals, default=("~", 0.0))
    return currency, total, row["property"]
