"""Calendars: availability of properties, prices and rules of channel listings, and shared calendar links."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, TypedDict, TypeVar

from annotated_types import MaxLen, MinLen

from hostex_mcp.api import FieldProblem, Pace
from hostex_mcp.api.endpoints import calendar as api
from hostex_mcp.api.endpoints import price_and_rules
from hostex_mcp.domain.days import runs
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.wording import some
from hostex_mcp.reads.calendars import read_listing_days
from hostex_mcp.toolkit.arguments import (
    Arguments,
    Channel,
    Code,
    Day,
    Id,
    InvalidArguments,
    PropertyId,
    in_order,
)
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.paging import sliced
from hostex_mcp.toolkit.results import Item, JsonObject, Key, ListPage, PageRequest, everything, lean
from hostex_mcp.toolkit.tool import tool

CalendarT = TypeVar("CalendarT")

_MOST_NAMED = 20
_AT_ONCE = 500


class ListingKey(Arguments):
    """Names one channel listing."""

    channel_type: Channel
    listing_id: Code


class AvailabilityRun(TypedDict, total=False):
    """Days of a property in one state, both ends included."""

    property_id: int
    start_date: str
    end_date: str
    available: bool
    remarks: str


class CalendarRun(TypedDict, total=False):
    """Days of a listing at one price under one set of rules, both ends included. In full detail each day
    is a row with a `date`."""

    channel_type: str
    listing_id: str
    start_date: str
    end_date: str
    price: float
    inventory: int
    min_stay_on_arrival: int
    closed_on_arrival: bool
    closed_on_departure: bool


class ShareLinkRow(TypedDict, total=False):
    """A public calendar link in a list."""

    id: int
    scope: str
    url: str
    property_ids: list[int]


@tool(
    "List availability",
    hostex_name="search_availabilities",
    core=True,
    keywords="free open closed blocked dates vacant master calendar",
)
async def list_availabilities(
    context: Context,
    page: PageRequest,
    property_ids: Annotated[list[PropertyId], MinLen(1), MaxLen(100)],
    start_date: Day,
    end_date: Day,
) -> ListPage[AvailabilityRun]:
    """Open and closed days of properties (the master calendar), as runs of equal days, both ends included;
    full detail gives every day. A closed day is a booking or a block: `list_reservations` tells which."""
    in_order(start_date=start_date, end_date=end_date)
    query = {"property_ids": property_ids, "start_date": start_date, "end_date": end_date}
    properties = await context.read(api.LIST_AVAILABILITIES, query=query)
    notes = _without_days(
        (f"property {ident}" for ident in property_ids),
        {f"property {home.id}" for home in properties if home.availabilities},
    )
    return await _by_day(properties, _availability_rows, page, notes)


def _without_days(names: Iterable[str], answered: AbstractSet[str]) -> list[str]:
    """Return a note on what Hostex returned no days for, which the rows of others would hide."""
    missing = [name for name in dict.fromkeys(names) if name not in answered]
    return [f"Hostex returned no days for {some(missing, _MOST_NAMED)}."] if missing else []


async def _by_day(
    calendars: list[CalendarT],
    rows_of: Callable[[CalendarT, bool], list[Mapping[str, Any]]],
    page: PageRequest,
    notes: Sequence[str],
) -> ListPage[Any]:
    """Return the rows of several calendars, of each by day; the calendars are gone afterwards."""
    # Fifty listings of a year have 19,000 days: one calendar after another lets other calls go on. To free
    # what so many days hold takes long too.
    pace, rows, keys = Pace(), list[JsonObject](), list[Key]()
    for place in range(len(calendars)):
        days = sorted(rows_of(calendars.pop(0), page.detail == "full"), key=_first_day)
        rows += days
        keys += [Key((place, _first_day(row))) for row in days]
        await pace.rest()
    listed = sliced(rows, page, notes, keys=keys)
    while rows:
        del rows[-_AT_ONCE:], keys[-_AT_ONCE:]
        await pace.rest()
    return listed


def _first_day(row: JsonObject) -> str:
    return row.get("start_date") or row["date"]


def _availability_rows(home: api.PropertyAvailability, daily: bool) -> list[Mapping[str, Any]]:
    if daily:
        return [{"property_id": home.id, **everything(day)} for day in home.availabilities]
    folded = runs(home.availabilities, lambda day: day.date, lambda day: (day.available, day.remarks))
    return [
        lean(
            AvailabilityRun(
                property_id=home.id,
                start_date=run.start_date.isoformat(),
                end_date=run.end_date.isoformat(),
                available=run.state[0],
                remarks=run.state[1],
            )
        )
        for run in folded
    ]


@tool(
    "List listing calendars",
    hostex_name="search_listing_calendars",
    core=True,
    keywords="nightly price rate inventory minimum stay restrictions",
)
async def list_listing_calendars(
    context: Context,
    page: PageRequest,
    listings: Annotated[list[ListingKey], MinLen(1), MaxLen(50)],
    start_date: Day,
    end_date: Day,
) -> ListPage[CalendarRun]:
    """Nightly prices, inventory and stay rules of channel listings (named by `get_pricing_ratios`), as runs
    of equal days, both ends included; full detail gives every day and rule. Prices are major units of the
    listing's currency; ctrip's are floor prices, not selling prices."""
    in_order(start_date=start_date, end_date=end_date)
    keys = [(listing.channel_type, listing.listing_id) for listing in listings]
    answers = await read_listing_days(context.read, keys, start_date, end_date)
    if len(answers.failed) == len(keys):
        raise answers.failed[0][1]
    refused = {_listing_name(*key): why.message for key, why in answers.failed}
    answered = {
        _listing_name(calendar.channel_type, calendar.listing_id)
        for calendar in answers.rows
        if calendar.calendar
    }
    notes = [
        *(f"The listing {name} could not be read: {message}" for name, message in refused.items()),
        *_without_days((_listing_name(*key) for key in keys), answered | refused.keys()),
    ]
    return await _by_day(answers.rows, _calendar_rows, page, notes)


def _listing_name(channel_type: str, listing_id: str) -> str:
    return one_line(f"{channel_type} {listing_id}")


def _calendar_rows(calendar: api.ListingCalendar, daily: bool) -> list[Mapping[str, Any]]:
    key = {"channel_type": calendar.channel_type, "listing_id": calendar.listing_id}
    if daily:
        return [{**key, **everything(day)} for day in calendar.calendar]
    folded = runs(calendar.calendar, lambda day: day.date, _calendar_state)
    return [
        {
            **key,
            "start_date": run.start_date.isoformat(),
            "end_date": run.end_date.isoformat(),
            **dict(run.state),
        }
        for run in folded
    ]


def _calendar_state(day: api.CalendarDay) -> tuple[tuple[str, Any], ...]:
    rules = everything(day.restrictions) if day.restrictions else {}
    in_force = {name: value for name, value in rules.items() if value}
    price = () if day.price is None else (("price", day.price),)
    return (*price, ("inventory", day.inventory), *in_force.items())


@tool(
    "Get pricing ratios",
    hostex_name="get_pricing_ratios",
    core=True,
    keywords="listings of a property markup percentage base price channels",
)
async def get_pricing_ratios(
    context: Context, property_id: PropertyId | None = None, room_type_id: Id | None = None
) -> Item[api.PricingRatios]:
    """The channel listings of one property or room type, and by which percentage of the base price each
    sells. A listing marked `readonly` (ratio -1) is priced by its channel and cannot be repriced."""
    if (property_id is None) == (room_type_id is None):
        problem = "give exactly one of property_id and room_type_id"
        raise InvalidArguments(FieldProblem("property_id", problem))
    query = {"property_id": property_id, "room_type_id": room_type_id}
    return Item(everything(await context.read(api.GET_PRICING_RATIOS, query=query)))


@tool(
    "List calendar share links",
    hostex_name="search_calendar_share_links",
    keywords="public link ical share",
)
async def list_calendar_share_links(
    context: Context, page: PageRequest, id: Id | None = None
) -> ListPage[ShareLinkRow]:
    """Public read-only calendar links of the account. Anyone with an address sees the calendar and stays."""
    return await context.rows(api.LIST_CALENDAR_SHARE_LINKS, page, share_link_row, query={"id": id})


def share_link_row(link: api.CalendarShareLink) -> ShareLinkRow:
    """Return a public calendar link as lists and results show it."""
    return ShareLinkRow(id=link.id, scope=link.scope, url=link.url, property_ids=list(link.property_ids))


@tool(
    "Get Airbnb price and rules",
    keywords="base price weekend cleaning fee discount cancellation policy instant book",
)
async def get_airbnb_price_and_rules(
    context: Context, listing_id: Code
) -> Item[price_and_rules.AirbnbPriceAndRules]:
    """Default prices, fees, discounts and booking rules of one Airbnb listing, read live from Airbnb.
    Amounts are in `listing_currency`, major units; discounts are percentages; notice is in hours."""
    operation = price_and_rules.GET_AIRBNB_PRICE_AND_RULES
    return Item(everything(await context.read(operation, query={"listing_id": listing_id})))


@tool("Get Vrbo price and rules", keywords="base price nightly rate weekly discount cleaning fee")
async def get_vrbo_price_and_rules(
    context: Context, listing_id: Code
) -> Item[price_and_rules.VrboPriceAndRules]:
    """Default prices, fees, discounts and booking rules of one Vrbo listing, from Hostex's stored copy.
    Amounts are in the listing's currency, major units; discounts are percentages."""
    operation = price_and_rules.GET_VRBO_PRICE_AND_RULES
    return Item(everything(await context.read(operation, query={"listing_id": listing_id})))
