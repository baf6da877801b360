"""Opening and closing days, inventory and stay rules of listings, and public calendar links."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal, cast

from annotated_types import Ge, MaxLen, MinLen
from pydantic import Field

from hostex_mcp.api import FieldProblem, read_all
from hostex_mcp.api.endpoints import calendar as api
from hostex_mcp.api.endpoints.calendar import LIST_AVAILABILITIES
from hostex_mcp.api.endpoints.properties import Property, RoomType
from hostex_mcp.domain.calendar_changes import DayChange, day_changes, days_of_runs, reading_window
from hostex_mcp.domain.conflicts import oversold
from hostex_mcp.domain.days import Run, days_of
from hostex_mcp.domain.stay_rules import RULES, unknown_rules
from hostex_mcp.domain.wording import nights_text, quoted
from hostex_mcp.reads.taken_nights import booked, held
from hostex_mcp.toolkit.arguments import Channel, Code, Day, Id, Integer, InvalidArguments, PropertyId
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview, Undo, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.calendar._availability_days import (
    STAYS_REMAIN,
    AvailabilityChange,
    change_availability,
    properties_of,
    requested_days,
)
from hostex_mcp.tools.calendar._listing_days import (
    DayRange,
    DayWrite,
    ListingChange,
    ListingDays,
    change_days,
    listing_days,
    run_of,
)
from hostex_mcp.tools.calendar._read_back import Verify
from hostex_mcp.tools.calendar.read import ShareLinkRow, share_link_row
from hostex_mcp.tools.writing.edits import counted, find, property_names

Nights = Annotated[Integer, Ge(1), "nights"]
Advance = Annotated[
    str, Field(pattern=r"^(\d{1,4}D(\d{1,4}H)?|\d{1,4}H)$"), "before arrival: 4D, 12H or 4D12H"
]

_CLEARED = ("exact_stay_on_arrival",)
_INVENTORIES = DayWrite("update_listing_inventories", api.UPDATE_LISTING_INVENTORIES, "inventories")
_RESTRICTIONS = DayWrite(
    "update_listing_restrictions",
    api.UPDATE_LISTING_RESTRICTIONS,
    "restrictions",
    # A rule of 0 nights cannot be given back, unless `clear` names it.
    writable=lambda name, value: value is False or name in _CLEARED or value not in ("", 0),
    cleared=_CLEARED,
)
_OVERWRITTEN = "The next change of the master calendar can overwrite these units."
_ONE_LINK = "A link to the whole account exists already, and there can be only one: {url} (id {id})."
_PUBLIC = "Anyone with the address sees the calendar and stays, without an account."


class InventoryRange(DayRange):
    """How many units are for sale on some days."""

    inventory: Annotated[Integer, Ge(0), "units for sale; 0 closes"]


class RestrictionRange(DayRange):
    """Stay rules for arrivals on, departures on, or stays through some days."""

    closed_on_arrival: bool | None = None
    closed_on_departure: bool | None = None
    min_stay_on_arrival: Nights | None = None
    max_stay_on_arrival: Nights | None = None
    min_stay_through: Nights | None = None
    max_stay_through: Nights | None = None
    min_advance_reservation: Advance | None = None
    max_advance_reservation: Advance | None = None
    exact_stay_on_arrival: Nights | None = None
    clear: list[Literal["exact_stay_on_arrival"]] | None = None

    @property
    def rules(self) -> dict[str, bool | int | str]:
        """The rules that were given; one that is cleared is 0 nights, as Hostex tells it."""
        rules = self.model_dump(exclude={"start_date", "end_date", "clear"}, exclude_none=True)
        return rules | dict.fromkeys(self.clear or (), 0)


class ShareLinkChange(ShareLinkRow, total=False):
    """A public calendar link that was made, found or deleted."""

    notes: list[str]


@tool(
    "Open or close days of properties",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="update_availabilities",
    core=True,
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="block unblock dates unavailable maintenance owner stay master calendar",
)
async def update_availabilities(
    context: Context,
    property_ids: Annotated[list[PropertyId], MinLen(1), MaxLen(100)],
    available: Annotated[bool, "true opens, false closes"],
    start_date: Day | None = None,
    end_date: Day | None = None,
    dates: Annotated[list[Day], MinLen(1), MaxLen(400), "instead of a period"] | None = None,
    verify: Verify | None = None,
) -> PlannedWrite[AvailabilityChange]:
    """Open or close days of properties in the master calendar, and so on all listings: a period, both ends
    included, or single `dates`; at most 400 days. A closed day may be a booking: see `list_reservations`.
    Hostex queues the write."""
    request = requested_days(context.now().date(), start_date, end_date, dates)
    return await change_availability(context, property_ids, available, request, verify)


@tool(
    "Set the inventory of a listing",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="update_listing_inventories",
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="units rooms for sale close one channel stop sell",
)
async def update_listing_inventories(
    context: Context,
    channel_type: Channel,
    listing_id: Code,
    inventories: Annotated[list[InventoryRange], MinLen(1), MaxLen(400)],
    verify: Verify | None = None,
) -> PlannedWrite[ListingChange]:
    """Set how many units one channel listing sells, for ranges of days with both ends included; 0 closes it
    on that channel only. The master calendar stays as it is, and its next change can overwrite this. At
    most 400 days, no overlaps. Hostex queues the write."""
    listing = await listing_days(context, channel_type, listing_id, _INVENTORIES, inventories)
    ranges = [run_of(days, {"inventory": days.inventory}) for days in inventories]
    warnings = await inventory_warnings(context, listing, day_changes(listing.before, days_of_runs(ranges)))
    notes = [_OVERWRITTEN]
    return change_days(context, listing, _INVENTORIES, ranges, notes, warnings=warnings, verify=verify)


@tool(
    "Set stay rules of a listing",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="update_listing_restrictions",
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="minimum maximum nights closed to arrival departure check-in days advance notice",
)
async def update_listing_restrictions(
    context: Context,
    channel_type: Channel,
    listing_id: Code,
    restrictions: Annotated[list[RestrictionRange], MinLen(1), MaxLen(400)],
    verify: Verify | None = None,
) -> PlannedWrite[ListingChange]:
    """Set stay rules of one channel listing for ranges of days with both ends included; rules that are not
    given stay as they are. Which rules there are depends on the channel: what it lacks is refused where
    that is known. At most 400 days, no overlaps. Hostex queues the write."""
    for place, rules in enumerate(restrictions):
        _require_rules(channel_type, f"restrictions.{place}", rules)
    listing = await listing_days(context, channel_type, listing_id, _RESTRICTIONS, restrictions)
    ranges = [run_of(rules, rules.rules) for rules in restrictions]
    return change_days(context, listing, _RESTRICTIONS, ranges, verify=verify)


def _require_rules(channel_type: str, path: str, rules: RestrictionRange) -> None:
    if not rules.rules:
        raise InvalidArguments(FieldProblem(path, "sets no rule; a number of nights is at least 1"))
    if rules.clear and rules.exact_stay_on_arrival is not None:
        raise InvalidArguments(FieldProblem(f"{path}.clear", "names a rule that is also set"))
    if unknown := unknown_rules(channel_type, rules.rules):
        problem = f"is not a rule of {channel_type}, which has {', '.join(RULES[channel_type])}"
        raise InvalidArguments(*(FieldProblem(f"{path}.{name}", problem) for name in unknown))


@tool(
    "Publish a calendar link",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="create_calendar_share_link",
    open_world=True,
    keywords="share public calendar address owner cleaner",
)
async def create_calendar_share_link(
    context: Context,
    scope: Annotated[Literal["entire", "partial"], "entire: all properties"],
    property_ids: Annotated[list[PropertyId], MinLen(1), "for partial only"] | None = None,
) -> PlannedWrite[ShareLinkChange]:
    """Make a public address that shows calendar and stays, read-only, to anybody who has it: of all
    properties (`entire`) or of chosen ones (`partial`). An account has one link of scope `entire`: asking
    again gives the same."""
    if (scope == "partial") is (property_ids is None):
        raise InvalidArguments(
            FieldProblem("property_ids", "is required for scope partial, and only allowed there")
        )
    links = (await read_all(context.client, api.LIST_CALENDAR_SHARE_LINKS)).items
    before = {link.id for link in links}
    account_link = next((link for link in links if link.scope == scope == "entire"), None)
    body = lean({"scope": scope, "property_ids": property_ids})
    await properties_of(context, property_ids or [])
    titles = await property_names(context, property_ids or [])

    async def send() -> ShareLinkChange:
        link = await context.client.call(api.CREATE_CALENDAR_SHARE_LINK, body=body)
        if link.id in before:
            return {**share_link_row(link), "notes": ["This link existed already."]}
        change.undo = Undo("delete_calendar_share_link", {"id": link.id})
        return ShareLinkChange(**share_link_row(link))

    summary = f"Publish the calendar of {', '.join(map(quoted, titles)) or 'all properties'}"
    target = {"scope": scope, "properties": titles}
    preview = Preview(summary, lean(target), warnings=[_PUBLIC])
    already = _ONE_LINK.format(id=account_link.id, url=account_link.url) if account_link else ""
    change = PlannedWrite[ShareLinkChange](send, preview=preview, already=already, reversible=True)
    return change


@tool(
    "Delete a calendar link",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="delete_calendar_share_link",
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="revoke unshare public calendar address",
)
async def delete_calendar_share_link(context: Context, id: Id) -> PlannedWrite[ShareLinkChange]:
    """Delete a public calendar link for good: its address stops working, and a new link gets a different one.
    `list_calendar_share_links` gives the id."""
    link = await find(context, api.LIST_CALENDAR_SHARE_LINKS, id, "calendar share link")

    async def send() -> ShareLinkChange:
        await context.client.call(api.DELETE_CALENDAR_SHARE_LINK, path={"id": id})
        return ShareLinkChange(**share_link_row(link))

    titles = await property_names(context, link.property_ids)
    target = {"id": link.id, "scope": link.scope, "properties": titles, "url": link.url}
    return PlannedWrite(send, preview=Preview("Delete a public calendar link", lean(target)))


_MOST_RUNS = 10
_UNLINKED = "No property is linked to this listing, so its bookings could not be checked."


async def inventory_warnings(
    context: Context, listing: ListingDays, changes: Sequence[DayChange]
) -> list[str]:
    """Return who has booked nights that are closed, on which nights more units would be for sale than are
    free, and what holds those."""
    units = {change.date: _units(change) for change in changes if change.before != change.after}
    if not units:
        return []
    if listing.sold is None:
        return [_UNLINKED]
    homes = _properties(listing.sold)
    closed = [day for day, count in units.items() if not count]
    bookings = await booked(context, dict.fromkeys(homes, closed))
    units = {day: count for day, count in units.items() if count}
    return [*bookings, *([STAYS_REMAIN] if bookings else []), *await _oversold(context, homes, units)]


async def _oversold(context: Context, homes: Sequence[int], units: Mapping[date, int]) -> list[str]:
    if not units:
        return []
    closed, booked_nights = await asyncio.gather(
        _unavailable(context, homes, units), held(context, homes, units)
    )
    # A booking may be newer than what the calendar shows.
    unavailable = {home: days | booked_nights.get(home, set()) for home, days in closed.items()}
    oversold_nights = oversold(units, unavailable)
    short_nights = {day for run in oversold_nights for day in days_of(run.start_date, run.end_date)}
    conflicts = {ident: sorted(short_nights & days) for ident, days in unavailable.items()}
    return [
        *_in_words(oversold_nights, len(unavailable)),
        *await booked(context, conflicts, with_blocks=True),
    ]


def _units(change: DayChange) -> int:
    return cast("int", dict(change.after)["inventory"])


def _in_words(nights: Sequence[Run[tuple[int, int]]], total: int) -> list[str]:
    lines = [
        f"{counted(run.state[0], 'unit', 'units')} for sale on the "
        f"{nights_text(Run(run.start_date, run.end_date, ''))}, but {_free(run.state[1])} of {total} free."
        for run in nights
    ]
    more = len(lines) - _MOST_RUNS
    return [
        *lines[:_MOST_RUNS],
        *([f"The same applies to {more} more ranges of nights."] if more > 0 else []),
    ]


def _free(number: int) -> str:
    return f"only {number}" if number else "none"


def _properties(sold: Property | RoomType) -> list[int]:
    return [sold.id] if isinstance(sold, Property) else [home.id for home in sold.properties]


async def _unavailable(
    context: Context, property_ids: Sequence[int], days: Collection[date]
) -> dict[int, set[date]]:
    """Return the nights on which each property is closed in the master calendar."""
    start, end = reading_window(days, context.now().date())
    query = {"property_ids": property_ids, "start_date": start, "end_date": end}
    calendars = await context.client.call(LIST_AVAILABILITIES, query=query)
    unavailable = {
        home.id: {day.date for day in home.availabilities if not day.available} for home in calendars
    }
    return {ident: unavailable.get(ident, set()) for ident in property_ids}
