"""What Hostex called about in a period, read again: the calls themselves only say what to look at."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from hostex_mcp.api import LARGEST_PAGE, REVIEW_WINDOW_DAYS, HostexError, NotFound, Pace, paced
from hostex_mcp.api.endpoints.calendar import LIST_AVAILABILITIES, PropertyAvailability
from hostex_mcp.api.endpoints.finance import LIST_TRANSACTIONS
from hostex_mcp.api.endpoints.properties import LIST_ROOM_TYPES
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.api.endpoints.reviews import LIST_REVIEWS, Review
from hostex_mcp.domain.activity import Call, DeletedEntry, EditedDays, Event, Kind, ListingKey, Span, Subject
from hostex_mcp.domain.calendar_changes import reading_window
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.hook_events import HookEvent, HookLog
from hostex_mcp.reads.calendars import CALENDAR_CHANNELS, SoldListing, read_listing_days, sold_listings
from hostex_mcp.reads.lists import PartialReads, each, read_lists
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.toolkit.context import Context

MOST_THINGS = 40
"""How many stays, reviews, deleted entries, properties and listings are each read again for one answer."""

_KINDS: Mapping[str, Kind] = {
    "reservation_updated": "edit",
    "property_availability_updated": "calendar",
    "listing_calendar_updated": "calendar",
    "review_updated": "review",
    "transaction_deleted": "money",
}
_DAYS = "start_date", "end_date"
_AT_ONCE = timedelta(minutes=2)
_BEHIND, _AHEAD = timedelta(days=364), timedelta(days=3 * 365)

ThingT = TypeVar("ThingT", bound=Hashable)
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class _Calls:
    """The calls about one thing."""

    events: Sequence[HookEvent]

    def all(self, name: str) -> list[str]:
        return [event.ids[name] for event in self.events if name in event.ids]

    def event(self, kind: Kind, subject: Subject, property_id: int = 0) -> Event:
        """Return them as one event, at the newest time."""
        calls = tuple(_call(event) for event in self.events)
        at = max(call.at for call in calls)
        return Event(at, kind, subject, property_id, len(calls), True, calls=calls)


def _call(event: HookEvent) -> Call:
    start, end = (_date(event.ids.get(name)) for name in _DAYS)
    return Call(event.at, event.ids.get("sub_event", "").replace("_", " "), start, end)


async def read_called(
    context: Context, portfolio: Portfolio, span: Span, kinds: Collection[Kind], parts: PartialReads
) -> tuple[list[Event], HookLog]:
    """Read what Hostex called about, of these kinds, in these properties, and how far back calls are known.
    Calls about one thing are one event."""
    log = await context.events(span.since, span.until)
    wanted = [event for event in log.events if _KINDS.get(event.name) in kinds]
    reads = [
        _stays(context, wanted, parts),
        _reviews(context, wanted, span, parts),
        _deleted(context, wanted, parts),
        _properties(context, portfolio, wanted, parts),
        _listings(context, portfolio, wanted, parts),
    ]
    found = [event for events in await asyncio.gather(*reads) for event in events]
    return [event for event in found if event.property_id in portfolio.ids], log


async def _stays(context: Context, events: Iterable[HookEvent], parts: PartialReads) -> list[Event]:
    edited = _about(events, "reservation_updated", lambda ids: ids.get("stay_code"), "edited stays", parts)
    orders = {code: calls.all("reservation_code")[:1] or [code] for code, calls in edited.items()}

    async def read(code: str) -> list[Reservation]:
        query = {"reservation_code": code}
        return (await context.client.page(LIST_RESERVATIONS, query=query, limit=LARGEST_PAGE)).items

    codes = list(dict.fromkeys(code for (code,) in orders.values()))
    stays = {
        stay.stay_code: stay for rows in await _each(codes, read, "edited stays", parts) for stay in rows
    }
    return [
        calls.event("edit", stays[code], stays[code].property_id)
        for code, calls in edited.items()
        if code in stays and not _is_cancellation(stays[code], calls)
    ]


def _is_cancellation(stay: Reservation, calls: _Calls) -> bool:
    """Whether all that is known is that a stay was cancelled, which has a time of its own."""
    cancelled = stay.cancelled_at
    return bool(cancelled) and all(abs(event.at - cancelled) <= _AT_ONCE for event in calls.events)


async def _reviews(
    context: Context, events: Iterable[HookEvent], span: Span, parts: PartialReads
) -> list[Event]:
    changed = _about(
        events, "review_updated", lambda ids: ids.get("reservation_code"), "changed reviews", parts
    )
    last = span.until.date() + DAY
    period = {"start_check_out_date": last - timedelta(REVIEW_WINDOW_DAYS - 1), "end_check_out_date": last}

    async def read(code: str) -> list[Review]:
        query = {"reservation_code": code, "review_status": "reviewed", **period}
        pending = {**query, "review_status": "pending_host_review"}
        rows = [await context.client.page(LIST_REVIEWS, query=asked) for asked in (query, pending)]
        return [review for page in rows for review in page.items if review.reservation_code == code]

    found = await _each(list(changed), read, "changed reviews", parts)
    reviews = {review.reservation_code: review for rows in found for review in rows}
    return [
        calls.event("review", reviews[code], reviews[code].property_id)
        for code, calls in changed.items()
        if code in reviews and not _is_new(reviews[code], span)
    ]


def _is_new(review: Review, span: Span) -> bool:
    """Whether the guest wrote it in the period, which is told as such."""
    return review.guest_review is not None and review.guest_review.created_at in span


async def _deleted(context: Context, events: Iterable[HookEvent], parts: PartialReads) -> list[Event]:
    deleted = _about(events, "transaction_deleted", _entry, "deleted entries of money", parts)

    async def gone(id: int) -> list[int]:
        try:
            rows = (await context.client.page(LIST_TRANSACTIONS, query={"id": id}, limit=1)).items
        except NotFound:
            return [id]
        return [] if any(entry.id == id for entry in rows) else [id]

    ids = [id for found in await _each(list(deleted), gone, "deleted entries", parts) for id in found]
    return [deleted[id].event("money", DeletedEntry(id)) for id in ids]


def _entry(ids: Mapping[str, str]) -> int | None:
    return _number(ids.get("transaction_id"))


async def _properties(
    context: Context, portfolio: Portfolio, events: Iterable[HookEvent], parts: PartialReads
) -> list[Event]:
    def place(ids: Mapping[str, str]) -> int | None:
        number = _number(ids.get("property_id"))
        return number if number and portfolio.place(number) else None

    changed = _about(events, "property_availability_updated", place, "properties with changed days", parts)
    days = {id: period for id, calls in changed.items() if (period := _period(calls))}
    if not days:
        return []
    window = _window(days.values(), context.now().date())

    async def read(ids: Sequence[int]) -> list[PropertyAvailability]:
        query = {"property_ids": ids, "start_date": window[0], "end_date": window[1]}
        return await context.client.call(LIST_AVAILABILITIES, query=query)

    rows = [row for answer in await _each([tuple(days)], read, "calendars", parts) for row in answer]
    is_open: dict[int, dict[date, bool]] = {id: {} for id in days}
    pace = Pace()
    for row in rows:
        is_open.setdefault(row.id, {}).update((day.date, day.available) for day in row.availabilities)
        await pace.rest()
    return await paced(lambda id: _days(changed[id], id, days[id], is_open[id]), days)


def _days(calls: _Calls, id: int, period: tuple[date, date], is_open: Mapping[date, bool]) -> Event:
    read = [is_open[day] for day in is_open if period[0] <= day <= period[1]]
    return calls.event("calendar", EditedDays(*period, len(read), sum(read)), id)


async def _listings(
    context: Context, portfolio: Portfolio, events: Iterable[HookEvent], parts: PartialReads
) -> list[Event]:
    sold = await _sold(context, portfolio, events, parts)

    def listing(ids: Mapping[str, str]) -> ListingKey | None:
        key = _listing_key(ids)
        return key if key in sold and key[0] in CALENDAR_CHANNELS else None

    changed = _about(events, "listing_calendar_updated", listing, "listings with changed days", parts)
    days = {key: period for key, calls in changed.items() if (period := _period(calls))}
    if not days:
        return []
    first, last = _window(days.values(), context.now().date())
    calendars = await read_listing_days(context.client.call, list(days), first, last)
    if calendars.failed:
        parts.notes.append(f"Changed listings that could not be read again: {len(calendars.failed)}.")
    found: list[Event] = []
    for row in calendars.rows:
        key = row.channel_type, row.listing_id
        if key not in days:
            continue
        (start, end), listed = days[key], sold[key]
        read = [day for day in row.calendar if start <= day.date <= end]
        prices = tuple(day.price for day in read if day.price is not None)
        is_open = sum(day.inventory > 0 for day in read)
        subject = EditedDays(start, end, len(read), is_open, key, prices, listed.currency)
        calls, place = changed[key], next(filter(portfolio.place, listed.property_ids), 0)
        found.append(calls.event("calendar", subject, place))
    return found


async def _sold(
    context: Context, portfolio: Portfolio, events: Iterable[HookEvent], parts: PartialReads
) -> Mapping[ListingKey, SoldListing]:
    """Return the listings of these properties; those of room types are read only if they may be meant."""
    keys = {_listing_key(event.ids) for event in events if event.name == "listing_calendar_updated"}
    sold = {listing.key: listing for listing in sold_listings(portfolio, [])}
    if keys <= sold.keys():
        return sold
    pools = await parts.rows("room types", read_lists(context, LIST_ROOM_TYPES))
    return {listing.key: listing for listing in sold_listings(portfolio, pools or [])}


def _listing_key(ids: Mapping[str, str]) -> ListingKey:
    return ids.get("channel_type", ""), ids.get("listing_id", "")


def _period(calls: _Calls) -> tuple[date, date] | None:
    days = [day for event in calls.events for name in _DAYS if (day := _date(event.ids.get(name)))]
    return (min(days), max(days)) if days else None


def _window(periods: Iterable[tuple[date, date]], today: date) -> tuple[date, date]:
    """Return the first and the last day to read, none of which is further away than Hostex answers."""
    days = [min(max(day, today - _BEHIND), today + _AHEAD) for period in periods for day in period]
    return reading_window(days, today)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _about(
    events: Iterable[HookEvent],
    name: str,
    thing: Callable[[Mapping[str, str]], ThingT | None],
    what: str,
    parts: PartialReads,
) -> dict[ThingT, _Calls]:
    """Return the calls with this name by the thing that they are about, those of the newest things."""
    found: dict[ThingT, list[HookEvent]] = {}
    for event in events:
        if event.name == name and (key := thing(event.ids)) is not None:
            found.setdefault(key, []).append(event)
    newest = sorted(found, key=lambda key: max(event.at for event in found[key]), reverse=True)
    if len(newest) > MOST_THINGS:
        rest = len(newest) - MOST_THINGS
        parts.notes.append(f"Left out, as only the newest {MOST_THINGS} are read again: {rest} {what}.")
    return {key: _Calls(found[key]) for key in newest[:MOST_THINGS]}


async def _each(
    things: Sequence[ThingT],
    read: Callable[[ThingT], Awaitable[AnswerT]],
    what: str,
    parts: PartialReads,
) -> list[AnswerT]:
    """Read each thing again; how many could not be is said."""
    answers = await each(things, read, may_fail=True)
    if answers.failed:
        why: HostexError = answers.failed[0][1]
        parts.notes.append(f"Could not be read again: {len(answers.failed)} {what} ({why.kind}).")
    return answers.items
