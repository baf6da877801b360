"""Free nights that cannot be booked, and the calls that would open them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, TypedDict

from annotated_types import Ge

from hostex_mcp.domain.gaps import Gap, UnsellableNights, closed_arrivals, gaps, only_whole, stuck_nights
from hostex_mcp.domain.money import exact, rounded
from hostex_mcp.domain.nights import ONE, Nights, nights
from hostex_mcp.domain.stay_rules import ListingDays
from hostex_mcp.domain.wording import money
from hostex_mcp.reads.calendars import Calendars, SoldListing, add_listings, read_nights
from hostex_mcp.reads.portfolio import Portfolio, portfolio
from hostex_mcp.toolkit.arguments import Day, Id, Integer, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import call, days_to_come, failed, rule_text, stay_row

_USUAL, _LONGEST, _BEHIND = timedelta(days=59), 180, timedelta(days=31)
_MOST_ROWS = 18
_OUT, _IN = "check_out_date", "check_in_date"
_WHOLE = (
    "only_whole, apart: gaps of at most 7 nights between two stays that can be booked, but in no part; "
    "a lower price may fill them"
)
_DEFINITION = (
    "free nights that no stay which the listing's rules allow can hold (closed_on_arrival: none may begin on "
    "them); a change lowers a minimum stay to the length of the gap, never below; notice and channels "
    "without daily rules (vrbo) are not judged"
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
class _Found:
    """Nights stuck on one listing."""

    property_id: int
    gap: Gap
    stuck: UnsellableNights
    listing: SoldListing
    days: ListingDays

    @property
    def problem(self) -> str:
        """The rule at fault."""
        return self.stuck.rules[0].rule

    @property
    def sort(self) -> tuple[date, int, int, str]:
        """By night; rows of equal keys are one row."""
        return self.stuck.first_night, self.property_id, self.stuck.nights, self.problem


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
    """Free nights that cannot be booked though nobody holds them (default: 60 nights from today): gaps
    shorter than the minimum stay, nights closed to arrival or departure, or without units on a channel. Each
    names the `rules` at fault, the prices of the nights, the guests before and after, who may want to stay
    longer, and in `changes` ready write calls, where a bounded change can open them. `only_whole` has short
    gaps between two stays that can be booked only whole, which hosts discount."""
    meant = await portfolio(context, property_ids, group_id)
    today = meant.first_today()
    start, end, over = days_to_come(start_date, end_date, today, _USUAL, _LONGEST)
    read_from = max(today - ONE, start - _BEHIND)
    found = await read_nights(context, meant, read_from, end + _BEHIND)
    await add_listings(context, meant, found, read_from, end + _BEHIND)
    every = sorted(_all(meant, found, start, end), key=lambda one: one.sort)
    rows = list(_rows(meant, found, every, shortest_stay))
    rest = {"failed": failed(found.failures)}
    whole = sorted(
        _whole_rows(meant, found, start, end), key=lambda row: (row["first_night"], row["property_id"])
    )
    notes = [_DEFINITION, *([_WHOLE] if whole else []), *over, *found.notes]
    answer = {"gaps": rows, "only_whole": whole, **lean(rest), "notes": notes}
    return Item(answer, long="gaps", most={"gaps": _MOST_ROWS, "only_whole": _MOST_ROWS})


def _whole_rows(meant: Portfolio, found: Calendars, start: date, end: date) -> Iterator[JsonObject]:
    for place in meant.properties:
        if book := found.books.get(place.id):
            selling = list(found.selling(place.id))
            for gap in gaps(book, meant.today(place), end + _BEHIND):
                near = start < gap.check_out and gap.first_night <= end
                if near and (row := _whole_row(gap, book, selling)):
                    yield {**meant.named(place.id), **row}


def _whole_row(
    gap: Gap, book: Nights, selling: Sequence[tuple[SoldListing, ListingDays]]
) -> JsonObject | None:
    before, after = _beside(book, gap.first_night - ONE, _OUT), _beside(book, gap.check_out, _IN)
    between = all(side and "stay_code" in side for side in (before, after))
    if not between or not only_whole(gap, [days for _, days in selling]):
        return None
    return {
        "first_night": gap.first_night.isoformat(),
        "nights": gap.nights,
        "prices": list(filter(None, (_price(gap, *one) for one in selling))),
        "before": before,
        "after": after,
    }


def _all(meant: Portfolio, found: Calendars, start: date, end: date) -> Iterator[_Found]:
    for place in meant.properties:
        if place.id not in found.books:
            continue
        book = found.books[place.id]
        known = max(meant.today(place), start - _BEHIND)
        for gap in gaps(book, known, end + _BEHIND):
            for listing, days in found.selling(place.id):
                for one in _stuck(gap, days, book):
                    if start < one.check_out and one.first_night <= end:
                        yield _Found(place.id, gap, one, listing, days)


def _stuck(gap: Gap, days: ListingDays, book: Nights) -> list[UnsellableNights]:
    """What is stuck on a listing; of a gap whose end is not known, the last nights are not judged."""
    stuck = stuck_nights(gap, days)
    shut = closed_arrivals(gap, days, stuck)
    judged = [one for one in stuck if not (gap.open_ended and one.check_out == gap.check_out)]
    return [*judged, *shut]


def _rows(meant: Portfolio, found: Calendars, every: Sequence[_Found], shortest: int) -> Iterator[JsonObject]:
    groups: dict[tuple[date, int, int, str], list[_Found]] = {}
    for one in every:
        groups.setdefault(one.sort, []).append(one)
    for members in groups.values():
        yield _row(meant, found, members, shortest)


def _row(meant: Portfolio, found: Calendars, members: Sequence[_Found], shortest: int) -> JsonObject:
    one = members[0]
    book = found.books[one.property_id]
    closed = one.stuck.nights == one.gap.nights or not one.gap.open_ended
    return lean(
        {
            **meant.named(one.property_id),
            "first_night": one.stuck.first_night.isoformat(),
            "nights": one.stuck.nights,
            "gap_nights": one.gap.nights if closed and one.gap.nights != one.stuck.nights else None,
            "problem": one.problem,
            "rules": list(dict.fromkeys(rule_text(rule) for each in members for rule in each.stuck.rules)),
            "prices": list(filter(None, (_price(each.stuck, each.listing, each.days) for each in members))),
            "before": _beside(book, one.gap.first_night - ONE, _OUT),
            "after": _beside(book, one.gap.check_out, _IN),
            "changes": [change for each in members for change in _changes(each, shortest)],
            "unchangeable": [_named(each) for each in members if not _changes(each, shortest)],
        }
    )


def _named(one: _Found) -> str:
    return f"{one.listing.channel_type} {one.listing.listing_id}"


def _price(span: Gap | UnsellableNights, listing: SoldListing, days: ListingDays) -> str | None:
    """What nights are priced at on a listing."""
    prices = [exact(days[night].price) for night in nights(span.first_night, span.check_out) if night in days]
    currency = listing.currency or ""
    sum_of_all = rounded(sum(prices, exact(0)), currency)
    return f"{listing.channel_type} {money(sum_of_all, currency)}" if prices else None


def _changes(one: _Found, shortest: int) -> list[JsonObject]:
    """The call that opens the nights. A listing of a room type is left to the host, as its rules are those of
    other rooms too."""
    lowered = any("min_stay" in name for row in one.stuck.ranges for name in row)
    if not one.stuck.ranges or one.listing.pooled or (lowered and one.gap.nights < shortest):
        return []
    restrictions = [dict(row) for row in one.stuck.ranges]
    return [call("update_listing_restrictions", {**one.listing.arguments, "restrictions": restrictions})]


def _beside(book: Nights, night: date, day: str) -> JsonObject | None:
    """Who holds the night beside a gap, with the day on which the gap begins or ends for that stay."""
    for one in book.held.get(night, ()):
        row = stay_row(one)
        return {name: row[name] for name in ("guest_name", "stay_code", day)}
    told = book.calendar.get(night)
    return {"blocked": True} if told and not told.available else None
