"""Free nights that cannot be booked, and the calls that would open them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Annotated, Any, TypedDict

from annotated_types import Ge

from hostex_mcp.api import Pace
from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.gaps import Gap, UnsellableNights, closed_arrivals, gaps, only_whole, unsellable_nights
from hostex_mcp.domain.money import exact, rounded
from hostex_mcp.domain.nights import Nights, nights
from hostex_mcp.domain.stay_rules import ListingDays
from hostex_mcp.domain.wording import money
from hostex_mcp.reads.calendars import Calendars, SoldListing, add_listings, read_nights
from hostex_mcp.reads.lists import failure_rows
from hostex_mcp.reads.portfolio import Portfolio, read_portfolio
from hostex_mcp.toolkit.arguments import Day, Id, Integer, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import call, days_to_come, rule_text, stay_row

_USUAL, _LONGEST = timedelta(days=59), 180
# A gap is only as long as what is read, so some weeks around the days asked for are read too.
_AROUND = timedelta(days=31)
_MOST_ROWS = 18
_OUT, _IN = "check_out_date", "check_in_date"
_WHOLE = (
    "only_whole, a separate list: gaps of at most 7 nights between two stays that can only be booked as a "
    "whole; a lower price may fill them"
)
_DEFINITION = (
    "free nights that no stay allowed by the listing's rules can include (closed_on_arrival: no stay may "
    "start on them); a change lowers a minimum stay to the length of the gap, never below; notice and "
    "channels without daily rules (vrbo) are not checked"
)


class GapRow(TypedDict, total=False):
    """Nights that cannot be booked on some listings: the rules at fault, what the nights are priced at, the
    guests before and after, the calls that would open them, and the listings that no call opens."""

    property_id: int
    property: str
    first_night: str
    nights: int
    gap_nights: int
    problem: str
    rules: list[str]
    prices: list[str]
    before: dict[str, Any]
    after: dict[str, Any]
    changes: list[dict[str, Any]]
    unchangeable: list[str]


class WholeRow(TypedDict, total=False):
    """A short gap between two stays that can be booked only whole, with what it costs on each listing."""

    property_id: int
    property: str
    first_night: str
    nights: int
    prices: list[str]
    before: dict[str, Any]
    after: dict[str, Any]


class Gaps(TypedDict, total=False):
    """Nights that cannot be booked, by property and night, and apart those that sell only all together."""

    gaps: list[GapRow]
    only_whole: list[WholeRow]
    more: dict[str, int]
    notes: list[str]
    failed: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _UnsellableOnListing:
    """Nights that one listing cannot sell."""

    property_id: int
    gap: Gap
    unsellable: UnsellableNights
    listing: SoldListing
    days: ListingDays

    @property
    def problem(self) -> str:
        """Return the rule at fault."""
        return self.unsellable.rules[0].rule

    @property
    def sort(self) -> tuple[date, int, int, str]:
        """Return the place among the rows: by night. Equal keys make one row."""
        return self.unsellable.first_night, self.property_id, self.unsellable.nights, self.problem


@tool(
    "Find calendar gaps",
    keywords="orphan nights unsold minimum stay min stay closed to arrival fill unbookable",
)
async def find_calendar_gaps(
    context: Context,
    start_date: Day | None = None,
    end_date: Day | None = None,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
    shortest_stay: Annotated[Integer, Ge(1), "no change opens a stay shorter than this"] = 1,
) -> Item[Gaps]:
    """Free nights that cannot be booked although nobody holds them (default: 60 nights from today): gaps
    shorter than the minimum stay, nights closed to arrival or departure, or without units on a channel. Each
    has the `rules` at fault, the prices of the nights, the guests before and after, who may want to stay
    longer, and in `changes` ready write calls, where a bounded change can open them. `only_whole` lists short
    gaps between two stays that can only be booked as a whole, which hosts discount."""
    portfolio = await read_portfolio(context, property_ids, group_id)
    today = portfolio.first_today()
    start, end, notes = days_to_come(start_date, end_date, today, _USUAL, _LONGEST)
    # Where the first gap begins may hang on the night before today.
    first = max(today - DAY, start - _AROUND)
    calendars = await read_nights(context, portfolio, first, end + _AROUND)
    await add_listings(context, portfolio, calendars, first, end + _AROUND)
    whole = sorted(await _whole_rows(portfolio, calendars, start, end), key=_order)
    answer = {
        "gaps": await _rows(portfolio, calendars, (start, end), shortest_stay),
        "only_whole": whole,
        **lean({"failed": failure_rows(calendars.failures)}),
        "notes": [_DEFINITION, *([_WHOLE] if whole else []), *notes, *calendars.notes],
    }
    return Item(answer, long="gaps", most={"gaps": _MOST_ROWS, "only_whole": _MOST_ROWS})


def _order(row: JsonObject) -> tuple[str, int]:
    return row["first_night"], row["property_id"]


async def _whole_rows(portfolio: Portfolio, calendars: Calendars, start: date, end: date) -> list[JsonObject]:
    pace, rows = Pace(), list[JsonObject]()
    for place in portfolio.properties:
        if book := calendars.books.get(place.id):
            selling = calendars.selling(place.id)
            for gap in gaps(book, portfolio.today(place), end + _AROUND):
                touches = start < gap.check_out and gap.first_night <= end
                if touches and (row := _whole_row(gap, book, selling)):
                    rows.append({**portfolio.named(place.id), **row})
        await pace.rest()
    return rows


def _whole_row(
    gap: Gap, book: Nights, selling: Sequence[tuple[SoldListing, ListingDays]]
) -> JsonObject | None:
    before, after = _beside(book, gap.first_night - DAY, _OUT), _beside(book, gap.check_out, _IN)
    between = all(side and "stay_code" in side for side in (before, after))
    if not between or not only_whole(gap, [days for _, days in selling]):
        return None
    return {
        "first_night": f"{gap.first_night}",
        "nights": gap.nights,
        "prices": _prices(gap, selling),
        "before": before,
        "after": after,
    }


async def _rows(
    portfolio: Portfolio, calendars: Calendars, period: tuple[date, date], shortest: int
) -> list[JsonObject]:
    """Return a row for nights that several listings cannot sell by the same rule, earliest first."""
    pace, every, rows = Pace(), list[_UnsellableOnListing](), list[JsonObject]()
    for place in portfolio.properties:
        for unsellable in _all_unsellable(portfolio, calendars, place, *period):
            every += unsellable
            await pace.rest()
        # A property that no listing sells has gaps all the same.
        await pace.rest()
    every.sort(key=lambda unsellable: unsellable.sort)
    for _, members in groupby(every, key=lambda unsellable: unsellable.sort):
        rows.append(_row(portfolio, calendars, list(members), shortest))
        await pace.rest()
    return rows


def _all_unsellable(
    portfolio: Portfolio, calendars: Calendars, place: Property, start: date, end: date
) -> Iterator[list[_UnsellableOnListing]]:
    """Return the nights of each gap that each listing cannot sell, a list for each."""
    if place.id not in calendars.books:
        return
    first = max(portfolio.today(place), start - _AROUND)
    for gap in gaps(calendars.books[place.id], first, end + _AROUND):
        for listing, days in calendars.selling(place.id):
            yield [
                _UnsellableOnListing(place.id, gap, unsellable, listing, days)
                for unsellable in _unsellable(gap, days)
                if start < unsellable.check_out and unsellable.first_night <= end
            ]


def _unsellable(gap: Gap, days: ListingDays) -> list[UnsellableNights]:
    """Return the nights that a listing cannot sell; of a gap whose end is not read, the last nights are not
    judged."""
    unsellable = unsellable_nights(gap, days)
    judged = [span for span in unsellable if not (gap.open_ended and span.check_out == gap.check_out)]
    return [*judged, *closed_arrivals(gap, days, unsellable)]


def _row(
    portfolio: Portfolio, calendars: Calendars, members: Sequence[_UnsellableOnListing], shortest: int
) -> JsonObject:
    home, gap, unsellable = members[0].property_id, members[0].gap, members[0].unsellable
    book = calendars.books[home]
    closed = unsellable.nights == gap.nights or not gap.open_ended
    rules = [rule for member in members for rule in member.unsellable.rules]
    changes = [(member, _changes(member, shortest)) for member in members]
    return lean(
        {
            **portfolio.named(home),
            "first_night": f"{unsellable.first_night}",
            "nights": unsellable.nights,
            "gap_nights": gap.nights if closed and gap.nights != unsellable.nights else None,
            "problem": members[0].problem,
            "rules": list(dict.fromkeys(map(rule_text, rules))),
            "prices": _prices(unsellable, [(member.listing, member.days) for member in members]),
            "before": _beside(book, gap.first_night - DAY, _OUT),
            "after": _beside(book, gap.check_out, _IN),
            "changes": [change for _, calls in changes for change in calls],
            "unchangeable": [" ".join(member.listing.key) for member, calls in changes if not calls],
        }
    )


def _prices(span: Gap | UnsellableNights, selling: Sequence[tuple[SoldListing, ListingDays]]) -> list[str]:
    """Return what nights are priced at on each listing that has prices for them."""
    texts: list[str] = []
    for listing, days in selling:
        priced = [night for night in nights(span.first_night, span.check_out) if night in days]
        if priced:
            currency = listing.currency or ""
            total = rounded(sum((exact(days[night].price) for night in priced), exact(0)), currency)
            # Nights that nothing is known to be asked for have no price, not one of zero.
            texts += [f"{listing.channel_type} {money(total, currency)}"] if total else []
    return texts


def _changes(member: _UnsellableOnListing, shortest: int) -> list[JsonObject]:
    """Return the call that opens the nights, if there is one."""
    listing, ranges = member.listing, member.unsellable.ranges
    lowered = any("min_stay" in name for row in ranges for name in row)
    # The rules of a room type's listing are those of other rooms too, so they are left to the host.
    if not ranges or listing.pooled or (lowered and member.gap.nights < shortest):
        return []
    restrictions = [dict(row) for row in ranges]
    return [call("update_listing_restrictions", {**listing.arguments, "restrictions": restrictions})]


def _beside(book: Nights, night: date, day: str) -> JsonObject | None:
    """Return who holds the night beside a gap, with the day on which the gap begins or ends for that stay."""
    if stays := book.holders.get(night):
        row = stay_row(stays[0])
        return {name: row[name] for name in ("guest_name", "stay_code", day)}
    closed = book.calendar.get(night)
    return {"blocked": True} if closed and not closed.available else None
