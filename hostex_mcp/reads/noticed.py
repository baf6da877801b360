"""What was changed between the last look at an account and this one, by what is remembered of it.

Everything that is compared is read from Hostex in the same call. What is noticed is remembered too, with the
time of both looks, as nobody would notice it again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from hostex_mcp.api import LARGEST_PAGE, RESERVATION_WINDOW_DAYS, HostexError, NotFound, Pace
from hostex_mcp.api.endpoints.calendar import LIST_AVAILABILITIES, PropertyAvailability
from hostex_mcp.api.endpoints.properties import LIST_CHANNEL_ACCOUNTS
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.domain.nights import Nights, nights_of
from hostex_mcp.domain.noticing import (
    Change,
    Noticed,
    NoticedKind,
    SeenAccounts,
    SeenCalendar,
    SeenStay,
    SeenStays,
    account_changes,
    calendar_changes,
    closed_days,
    edits,
    listing_row,
    seen_accounts,
    seen_stay,
)
from hostex_mcp.reads.calendars import Calendars, add_listings
from hostex_mcp.reads.lists import Failure, PartialReads, each, read_lists
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.toolkit.account_store import Remembered, StoreTrouble
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context

CALENDAR_DAYS = 92
STAYS_BEHIND = 3
STAYS_AHEAD = RESERVATION_WINDOW_DAYS - 1 - STAYS_BEHIND

_NOTICED, _STAYS, _CALENDAR, _ACCOUNTS = "noticed", "stays", "calendar", "channels"
_ALL = "all"
_MOST_LOOKED_UP, _MOST_CHANGES = 5, 12

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(slots=True)
class Comparison:
    """A look at an account at a moment: what is noticed by it, the stays that were read, what is seen for the
    first time, and when the rest was seen before."""

    at: datetime
    noticed: list[Noticed] = field(default_factory=list[Noticed])
    stays: dict[str, Reservation] = field(default_factory=dict[str, Reservation])
    new: list[str] = field(default_factory=list[str])
    earlier: list[datetime] = field(default_factory=list[datetime])
    _kept: dict[str, dict[str, Remembered]] = field(default_factory=dict[str, dict[str, Remembered]])

    def compare(
        self, what: str, before: Mapping[str, tuple[BaseModel, datetime]], names: Collection[str]
    ) -> None:
        """Note when things with these names were seen before, or that some were not."""
        self.earlier += [seen_at for _, seen_at in before.values()]
        if len(before) < len(names):
            self.new.append(what)

    def see(self, kind: str, name: str, value: BaseModel) -> None:
        """Note how something is now."""
        record = value.model_dump_json().encode()
        self._kept.setdefault(kind, {})[name] = Remembered(record, self.at)

    def notice(
        self, kind: NoticedKind, subject: str, property_id: int, changes: Sequence[Change], after: datetime
    ) -> None:
        """Note that something was changed after a moment."""
        noticed = Noticed(
            kind=kind,
            subject=subject,
            property_id=property_id,
            changes=list(changes[:_MOST_CHANGES]),
            more=max(len(changes) - _MOST_CHANGES, 0),
            after=after,
            by=self.at,
        )
        self.noticed.append(noticed)
        self.see(_NOTICED, noticed.name, noticed)

    def notice_edit(
        self, key: str, before: SeenStay, now: SeenStay | None, after: datetime, portfolio: Portfolio
    ) -> None:
        """Note how a stay was edited, if it was."""
        changes = edits(before, now)
        if changes:
            moved_here = now is not None and now.property_id in portfolio.ids
            place = now.property_id if now and moved_here else before.property_id
            self.notice("edit", key, place, changes, after)

    async def keep(self, context: Context, parts: PartialReads) -> None:
        """Remember all of it, first what was noticed: by what was seen it is noticed once only."""
        for kind in sorted(self._kept, key=lambda kind: kind != _NOTICED):
            try:
                await context.store.keep(kind, self._kept[kind])
            except StoreTrouble as trouble:
                parts.notes.append(f"{trouble}")


async def read_noticed(
    context: Context, portfolio: Portfolio, since: datetime, kinds: Collection[str], parts: PartialReads
) -> Comparison:
    """Compare what Hostex gives now with what is remembered, and return what was noticed after a moment, by
    this look and by earlier ones."""
    look = Comparison(context.now().replace(microsecond=0))
    stays: list[Reservation] | None = None
    if "edit" in kinds or "calendar" in kinds:
        stays = await _stays(context, portfolio, look, parts, "edit" in kinds)
    # Without the stays every night that one holds would seem to be closed.
    if "calendar" in kinds and stays is not None:
        await parts.read("calendars", _calendars(context, portfolio, look, stays, parts), None)
    if "channel" in kinds and portfolio.whole:
        await _accounts(context, look, parts)
    await look.keep(context, parts)
    before = await _recalled(context, _NOTICED, Noticed, None, parts, since)
    every = {name: noticed for name, (noticed, _) in before.items()}
    every |= {noticed.name: noticed for noticed in look.noticed}
    look.noticed = [noticed for noticed in every.values() if noticed.by > since and noticed.kind in kinds]
    return look


async def _recalled(
    context: Context,
    kind: str,
    model: type[ModelT],
    names: Collection[str] | None,
    parts: PartialReads,
    since: datetime | None = None,
) -> Mapping[str, tuple[ModelT, datetime]]:
    """Return what is remembered, and when it was seen."""
    try:
        remembered = await context.store.recall(kind, names, since)
    except StoreTrouble as trouble:
        parts.notes.append(f"{trouble}")
        return {}
    found, pace = dict[str, tuple[ModelT, datetime]](), Pace()
    for name, thing in remembered.items():
        # What another version kept in another form counts as never seen.
        try:
            found[name] = model.model_validate_json(thing.record), thing.seen_at
        except ValidationError:
            continue
        await pace.rest()
    return found


async def _stays(
    context: Context, portfolio: Portfolio, look: Comparison, parts: PartialReads, compared: bool
) -> list[Reservation] | None:
    """Return the stays that end in half a year from some days ago on, compared with the last look if that is
    wanted; None if they could not be read."""
    today = portfolio.first_today()
    first, last = today - timedelta(days=STAYS_BEHIND), today + timedelta(days=STAYS_AHEAD)
    alone = len(portfolio.properties) == 1 and not portfolio.whole
    only = {"property_id": portfolio.properties[0].id} if alone else {}
    query = {"start_check_out_date": first, "end_check_out_date": last, **only}
    rows = await parts.rows("edited stays", read_lists(context, LIST_RESERVATIONS, [query]))
    if rows is None:
        return None
    stays = {stay.key: stay for stay in rows if stay.property_id in portfolio.ids}
    look.stays |= stays
    if compared:
        await _compare_stays(context, portfolio, look, SeenStays(first=first, last=last, stays={}), parts)
    return list(stays.values())


async def _compare_stays(
    context: Context, portfolio: Portfolio, look: Comparison, window: SeenStays, parts: PartialReads
) -> None:
    names = [f"{property_id}" for property_id in portfolio.ids]
    before = await _recalled(context, _STAYS, SeenStays, names, parts)
    look.compare("stays", before, names)
    # A stay may stand in two properties, if one of them was not looked at since it was moved.
    newest_first = sorted(before.values(), key=lambda seen: seen[1], reverse=True)
    known = {key: (stay, seen_at) for seen, seen_at in newest_first for key, stay in seen.stays.items()}
    now = {key: seen_stay(stay) for key, stay in look.stays.items()}
    for key in now.keys() & known.keys():
        look.notice_edit(key, known[key][0], now[key], known[key][1], portfolio)
    gone = {key: seen for key, seen in known.items() if key not in now and seen[0].check_out >= window.first}
    left = await _look_up(context, portfolio, look, gone, parts)
    by_property: dict[int, dict[str, SeenStay]] = {property_id: {} for property_id in portfolio.ids}
    for key, stay in {**left, **now}.items():
        by_property[stay.property_id][key] = stay
    for property_id, stays in by_property.items():
        look.see(_STAYS, f"{property_id}", window.model_copy(update={"stays": stays}))


async def _look_up(
    context: Context,
    portfolio: Portfolio,
    look: Comparison,
    gone: Mapping[str, tuple[SeenStay, datetime]],
    parts: PartialReads,
) -> dict[str, SeenStay]:
    """Look for stays that do not end where they did, as they were moved further or are not listed any more,
    and return those of which it is not known."""
    left = {key: before for key, (before, _) in gone.items()}
    for key, (before, seen_at) in list(gone.items())[:_MOST_LOOKED_UP]:
        try:
            stay = await find_stay(context, key)
        except (NotFound, InvalidArguments):
            stay = None
        except HostexError as error:
            parts.failures.append(Failure(before.property_id, error.kind, f"stay {key}: {error.message}"))
            continue
        del left[key]
        if stay:
            look.stays[stay.key] = stay
        look.notice_edit(key, before, seen_stay(stay) if stay else None, seen_at, portfolio)
    if left:
        parts.notes.append(f"{len(left)} stays are not where they were; the next call looks for them.")
    return left


async def _calendars(
    context: Context,
    portfolio: Portfolio,
    look: Comparison,
    stays: Iterable[Reservation],
    parts: PartialReads,
) -> None:
    first = portfolio.first_today()
    names = [f"{place.id}" for place in portfolio.properties]
    before = await _recalled(context, _CALENDAR, SeenCalendar, names, parts)
    look.compare("calendars", before, names)
    now = await _calendars_now(context, portfolio, first, stays, parts)
    pace = Pace()
    for property_id in now.books:
        name, seen = f"{property_id}", _seen_calendar(now, property_id, first)
        if name in before:
            earlier, seen_at = before[name]
            if changes := list(calendar_changes(earlier, seen)):
                look.notice("calendar", name, property_id, changes, seen_at)
        look.see(_CALENDAR, name, seen)
        await pace.rest()


async def _calendars_now(
    context: Context, portfolio: Portfolio, first: date, stays: Iterable[Reservation], parts: PartialReads
) -> Calendars:
    last = first + timedelta(days=CALENDAR_DAYS - 1)
    ids = [place.id for place in portfolio.properties]
    pieces = [ids[place : place + LARGEST_PAGE] for place in range(0, len(ids), LARGEST_PAGE)]

    async def read(part: Sequence[int]) -> list[PropertyAvailability]:
        query = {"property_ids": part, "start_date": first, "end_date": last}
        return await context.client.call(LIST_AVAILABILITIES, query=query)

    by_property: dict[int, list[Reservation]] = {}
    for stay in stays:
        by_property.setdefault(stay.property_id, []).append(stay)
    books, pace = dict[int, Nights](), Pace()
    for row in [row for part in (await each(pieces, read)).items for row in part]:
        books[row.id] = nights_of(row.availabilities, by_property.get(row.id, ()), first, last)
        await pace.rest()
    now = Calendars(books, [], [], {}, parts.failures, parts.notes)
    await add_listings(context, portfolio, now, first, last)
    return now


def _seen_calendar(now: Calendars, property_id: int, first: date) -> SeenCalendar:
    listings = {
        f"{listing.channel_type} {listing.listing_id}": listing_row(days, first, CALENDAR_DAYS)
        for listing, days in now.selling(property_id)
    }
    closed = closed_days(now.books[property_id], first, CALENDAR_DAYS)
    return SeenCalendar(first=first, days=CALENDAR_DAYS, closed=closed, listings=listings)


async def _accounts(context: Context, look: Comparison, parts: PartialReads) -> None:
    before = await _recalled(context, _ACCOUNTS, SeenAccounts, [_ALL], parts)
    look.compare("channel accounts", before, [_ALL])
    rows = await parts.rows("channel accounts", read_lists(context, LIST_CHANNEL_ACCOUNTS))
    if rows is None:
        return
    now = seen_accounts(rows)
    if _ALL in before:
        seen, seen_at = before[_ALL]
        for key, change in account_changes(seen, now):
            look.notice("channel", key, 0, [change], seen_at)
    look.see(_ACCOUNTS, _ALL, now)
