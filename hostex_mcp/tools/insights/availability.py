"""Which properties are free for given dates, at what price, and which nearly are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, TypedDict

from annotated_types import Ge, Le

from hostex_mcp.domain.availability import StayQuote, alternatives, offer
from hostex_mcp.domain.lists import first
from hostex_mcp.domain.money import rounded
from hostex_mcp.domain.nights import ClosedNights, nights
from hostex_mcp.reads.calendars import Calendars, SoldListing, add_listings, read_nights
from hostex_mcp.reads.portfolio import Portfolio, portfolio
from hostex_mcp.toolkit.arguments import Day, FieldProblem, Id, Integer, InvalidArguments, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import closure_text, failed, rule_text

_LONGEST = 180
_MOST = {"available": 20, "near_misses": 12, "taken": 10}
_MOST_NAMED = 3
_FEES = "Prices are sums of nightly prices, without fees, taxes and discounts of the channel."


class FreeRow(TypedDict, total=False):
    """A free property and what its listings ask; `obstacles` keep a listing from selling the dates."""

    property_id: int
    property: str
    prices: list[dict[str, Any]]


class NearRow(FreeRow, total=False):
    """A property that is nearly free: what is in the way, and dates that would do."""

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
class _Question:
    """The dates that are wanted, and by how many days they may move."""

    check_in: date
    check_out: date
    flexible: int

    @property
    def span(self) -> tuple[date, date]:
        """The first and last day that can matter, the day of the latest check-out included."""
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
    the listing's currency, and the obstacles there (minimum stay, closed to arrival or departure, notice).
    `near_misses` are free but for a rule, or taken by a named stay or block, with `free_instead` dates some
    days off or shorter; the rest is `taken`. Hostex knows no capacity or amenities."""
    meant = await portfolio(context, property_ids, group_id)
    asked = _Question(check_in_date, check_out_date, flexible_days)
    _require(asked, meant)
    start, end = max(asked.span[0], meant.first_today()), asked.span[1]
    found = await read_nights(context, meant, start, end)
    free = {key for key, book in found.books.items() if book.all_free(check_in_date, check_out_date)}
    await add_listings(
        context, meant, found, check_in_date, check_out_date, lambda one: bool(free & {*one.property_ids})
    )
    return Item(_answer(meant, found, asked), long="available", most=_MOST)


def _require(asked: _Question, meant: Portfolio) -> None:
    length = (asked.check_out - asked.check_in).days
    if length < 1:
        raise InvalidArguments(FieldProblem("check_out_date", "has to be later than check_in_date"))
    if length > _LONGEST:
        raise InvalidArguments(FieldProblem("check_out_date", f"is more than {_LONGEST} nights away"))
    if asked.check_in < meant.first_today():
        raise InvalidArguments(FieldProblem("check_in_date", "is in the past"))


def _answer(meant: Portfolio, found: Calendars, asked: _Question) -> JsonObject:
    read = [one for one in meant.properties if one.id in found.books]
    rows = [_row(meant, found, asked, one.id, meant.today(one)) for one in read]
    free = [one for one in rows if _bookable(one)]
    near = [one for one in rows if not _bookable(one) and ("prices" in one or "free_instead" in one)]
    taken = [one for one in rows if "prices" not in one and "free_instead" not in one]
    rest = {
        "near_misses": near,
        "taken": taken,
        "notes": [*([_FEES] if any("prices" in one for one in rows) else []), *found.notes],
        "failed": failed(found.failures),
    }
    length = len(nights(asked.check_in, asked.check_out))
    return {"nights": length, "available": sorted(free, key=_cheapest), **lean(rest)}


def _row(meant: Portfolio, found: Calendars, asked: _Question, property_id: int, today: date) -> JsonObject:
    """A property with its prices where it is free, else with what is in the way and what would do."""
    named = meant.named(property_id)
    book = found.books[property_id]
    closures = book.closures(asked.check_in, asked.check_out)
    if not closures and asked.check_in >= today:
        return {**named, "prices": _prices(found, asked, property_id, today)}
    instead = alternatives(book, asked.check_in, asked.check_out, today, asked.flexible)
    dates = [{"check_in_date": str(come), "check_out_date": str(go)} for come, go in instead]
    return lean({**named, "blocked_by": _named(closures), "free_instead": dates})


def _bookable(row: JsonObject) -> bool:
    """Whether a property is free and no rule keeps all of its listings from selling the dates."""
    prices: Sequence[JsonObject] | None = row.get("prices")
    return prices is not None and not (prices and all("obstacles" in one for one in prices))


def _named(closures: Sequence[ClosedNights]) -> list[str]:
    shown, more = first(closures, _MOST_NAMED)
    return [*map(closure_text, shown), *([f"{more} more stays or blocks"] if more else [])]


def _prices(found: Calendars, asked: _Question, property_id: int, today: date) -> list[JsonObject]:
    return [
        lean({**listing.arguments, **_price(listing, offer(days, asked.check_in, asked.check_out, today))})
        for listing, days in found.selling(property_id)
    ]


def _price(listing: SoldListing, got: StayQuote) -> JsonObject:
    obstacles = list(map(rule_text, got.obstacles))
    if got.total is None or got.average is None:
        return {"obstacles": obstacles}
    currency = listing.currency or ""
    total, average = rounded(got.total, currency), rounded(got.average, currency)
    return {"total": total, "average": average, "currency": currency, "obstacles": obstacles}


def _cheapest(row: JsonObject) -> tuple[str, float, str]:
    """By currency, then by the lowest price of a listing that sells the dates."""
    sold = [one for one in row["prices"] if "total" in one and "obstacles" not in one]
    totals: list[tuple[str, float]] = [(one.get("currency", ""), one["total"]) for one in sold]
    currency, total = min(totals, default=("~", 0.0))
    return currency, total, row["property"]
