"""Changing days of a channel listing: their present state, the ranges to write, preview and way back."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypedDict, TypeVar, cast

from hostex_mcp.api import FieldProblem, Operation, guarded, read_all
from hostex_mcp.api.endpoints import calendar as api
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, LIST_ROOM_TYPES, Property, RoomType
from hostex_mcp.domain.calendar_changes import (
    DayChange,
    State,
    change_runs,
    day_changes,
    days_of_runs,
    range_problems,
    reading_window,
    undo_ranges,
)
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.days import Run, days_of
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.pricing import whole
from hostex_mcp.domain.stay_rules import rule_text
from hostex_mcp.domain.wording import days_text, money, quoted
from hostex_mcp.reads.channel_listings import require_listing
from hostex_mcp.toolkit.arguments import Arguments, Day, InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ALREADY, JsonObject, PlannedWrite, Preview, Undo, everything, lean
from hostex_mcp.tools.calendar._read_back import READ_BACK_SECONDS, ReadBack, read_back
from hostex_mcp.tools.writing.edits import unique_names
from hostex_mcp.tools.writing.pending import holds, remember

QUEUED = "Hostex has accepted this and applies it within seconds, without reporting a result."
NO_UNDO = (
    "There is no undo: Hostex did not report the present values of all days, or they cannot be written back."
)
MOST_SHOWN = 60
SoldT = TypeVar("SoldT", Property, RoomType)
_MOST_CELLS = 750
_FIELDS = {"prices": "prices", "inventories": "the units for sale", "restrictions": "stay rules"}


class DayRange(Arguments):
    """Days from `start_date` to `end_date`, both included."""

    start_date: Day
    end_date: Day


class ChangedDays(TypedDict, total=False):
    """Days of one change, both ends included."""

    start_date: str
    end_date: str
    before: dict[str, Any]
    after: dict[str, Any]


class ListingChange(TypedDict, total=False):
    """What was asked of a listing's calendar. `currency` is that of its prices, in major units."""

    channel_type: str
    listing_id: str
    title: str
    currency: str
    queued: bool
    changes: list[ChangedDays]
    notes: list[str]
    read_back: ReadBack


_END_OF_NUMBER = 4


@dataclass(frozen=True, slots=True)
class ListingDays:
    """A listing and the present state of days about to change. `sold` is what it sells, None where nothing
    is linked to it; `before` lacks the days that Hostex does not tell."""

    channel_type: str
    listing_id: str
    sold: Property | RoomType | None
    before: Mapping[date, Mapping[str, Any]]

    @property
    def key(self) -> dict[str, str]:
        """How Hostex names the listing."""
        return {"channel_type": self.channel_type, "listing_id": self.listing_id}

    def title(self, context: Context) -> str:
        """Return what it sells, empty where that is not known."""
        return context.redactor().redact(self.sold.title) if self.sold else ""

    def named(self, context: Context) -> str:
        """Return what it sells and where, with the end of its number where it has several listings there."""
        title, number = self.title(context), self.listing_id
        links = self.sold.channels if self.sold else ()
        others = {link.listing_id for link in links if link.channel_type == self.channel_type} - {number}
        ends = (number[-most:] for most in range(_END_OF_NUMBER, len(number) + 1))
        end = next((end for end in ends if not any(other.endswith(end) for other in others)), number)
        which = f" (the listing that ends in {end})" if title and others else ""
        return f"{quoted(title or number)} on {channel_name(self.channel_type)}{which}"

    @property
    def currency(self) -> str | None:
        """The currency of its prices."""
        links = self.sold.channels if self.sold else ()
        return next((link.currency for link in links if _is(link, self.channel_type, self.listing_id)), None)


@dataclass(frozen=True, slots=True)
class DayWrite:
    """One of the three writes to a listing's days: its tool, its operation and its list of ranges.
    `writable` says whether an old value could be written again, and `cleared` names what is unset as 0 by
    Hostex and by `clear` of the tool."""

    tool: str
    operation: Operation[None]
    field: str
    writable: Callable[[str, Any], bool] = lambda name, value: True
    cleared: Sequence[str] = ()

    def restoring(self, ranges: Iterable[Run[State]]) -> list[dict[str, Any]]:
        """Return ranges as the tool takes them."""
        return [self._as_asked(row) for row in rows(ranges)]

    def _as_asked(self, row: dict[str, Any]) -> dict[str, Any]:
        clear = [name for name in self.cleared if row.get(name) == 0]
        values = {name: value for name, value in row.items() if name not in clear}
        return {**values, "clear": clear} if clear else values


def require_ranges(field: str, ranges: Sequence[DayRange], today: date) -> None:
    """Check that ranges can be written.

    Raises:
        InvalidArguments: naming each range that is reversed, past or overlapping, or all when too long.
    """
    problems = range_problems([(day_range.start_date, day_range.end_date) for day_range in ranges], today)
    if problems:
        raise InvalidArguments(*(FieldProblem(f"{field}.{path}".rstrip("."), why) for path, why in problems))


async def listing_days(
    context: Context, channel_type: str, listing_id: str, writing: DayWrite, ranges: Sequence[DayRange]
) -> ListingDays:
    """Return what holds on the days of some ranges.

    Raises:
        InvalidArguments: when the ranges cannot be written, or there is no such listing.
    """
    today = context.now().date()
    require_ranges(writing.field, ranges, today)
    days = {day for day_range in ranges for day in days_of(day_range.start_date, day_range.end_date)}
    before = await _present(context, channel_type, listing_id, days)
    return replace(await listing_of(context, channel_type, listing_id), before=before)


async def listing_of(context: Context, channel_type: str, listing_id: str) -> ListingDays:
    """Return a listing of which no days were read.

    Raises:
        InvalidArguments: when there is no such listing.
    """
    sold = await _sold(context, channel_type, listing_id)
    if sold is None:
        await require_listing(context, channel_type, listing_id)
    return ListingDays(channel_type, listing_id, sold, {})


async def _present(
    context: Context, channel_type: str, listing_id: str, days: Collection[date]
) -> dict[date, dict[str, Any]]:
    """Return what holds on these days, as far as Hostex tells it."""
    start, end = reading_window(days, context.now().date())
    key = {"channel_type": channel_type, "listing_id": listing_id}
    body = {"start_date": start, "end_date": end, "listings": [key]}
    calendars = await context.client.call(api.LIST_LISTING_CALENDARS, body=body)
    own = [calendar for calendar in calendars if _is(calendar, channel_type, listing_id)]
    return {day.date: _values(day) for calendar in own for day in calendar.calendar if day.date in days}


def change_days(
    context: Context,
    listing: ListingDays,
    writing: DayWrite,
    ranges: Sequence[Run[State]],
    notes: Iterable[str] = (),
    *,
    warnings: Iterable[str] = (),
    verify: bool | None = None,
) -> PlannedWrite[ListingChange]:
    """Return the write of some ranges.

    Raises:
        InvalidArguments: when the days differ so often that preview, result and undo would be too long.
        Blocked: when a guard rail of the operator forbids it.
    """
    changes = day_changes(listing.before, days_of_runs(ranges))
    _guard(context, listing, writing, changes)
    runs = change_runs(changes)
    _require_short(writing.field, runs)
    old = undo_ranges(changes, writing.writable)
    remarks = [*notes, *([NO_UNDO] if old is None else [])]
    title = listing.title(context)
    names = {**listing.key, "title": title, "currency": listing.currency if writing.field == "prices" else ""}

    thing = (writing.tool, listing.channel_type, listing.listing_id)
    already = ALREADY if holds(context, thing, changes) else ""

    async def send() -> JsonObject:
        await context.client.call(writing.operation, body={**listing.key, writing.field: rows(ranges)})
        remember(context, thing, changes)
        notes = [QUEUED, *remarks, *cut_notes(len(runs))]
        report = {"read_back": await _read_back(context, listing, changes)} if verify else {}
        return lean({**names, "queued": True, "changes": _changes(runs), "notes": notes, **report})

    summary = f"Set {_FIELDS[writing.field]} of {listing.named(context)}"
    # All of them, however many: nothing is made that a person was not shown.
    lines = [_in_words(run, listing.currency) for run in runs]
    preview = Preview(summary, lean(names), lines, [*warnings, *remarks])
    undo = Undo(writing.tool, {**listing.key, writing.field: writing.restoring(old)}) if old else None
    return PlannedWrite(send, undo, preview, already, prices=_moves(writing, changes))


async def _read_back(context: Context, listing: ListingDays, changes: Sequence[DayChange]) -> ReadBack:
    # Hostex queues the write: read at once, the calendar would still show the old state.
    await context.pause(READ_BACK_SECONDS)
    present = await _present(
        context, listing.channel_type, listing.listing_id, [change.date for change in changes]
    )
    return read_back(
        change.date
        for change in changes
        if not dict(change.after).items() <= present.get(change.date, {}).items()
    )


def _guard(context: Context, listing: ListingDays, writing: DayWrite, changes: Sequence[DayChange]) -> None:
    """Hold what would be written against the operator's guard rails."""
    rails, today = context.guard_rails, context.now().date()
    guarded(writing.tool, rails.days_problem((change.date for change in changes), today))
    for change in changes if writing.field == "prices" else ():
        before, after = _price(change.before), _price(change.after)
        # What ctrip reads as the price is a floor: the guard rail's factor cannot be held against it.
        present = None if listing.channel_type == "ctrip" else before
        guarded(writing.tool, rails.price_problem(present, after or 0), f"{change.date}: ")


def _moves(writing: DayWrite, changes: Sequence[DayChange]) -> list[tuple[float | None, float]]:
    """Return each nightly price that would be another, once."""
    if writing.field != "prices":
        return []
    prices = [(_price(change.before), _price(change.after) or 0) for change in changes]
    return [*dict.fromkeys((before, after) for before, after in prices if before != after)]


def _price(state: State) -> float | None:
    return cast("float | None", dict(state).get("price"))


def run_of(days: DayRange, values: Mapping[str, Hashable]) -> Run[State]:
    """Return a range as it was asked for, with what is to hold on its days."""
    return Run(days.start_date, days.end_date, tuple(values.items()))


def rows(ranges: Iterable[Run[State]]) -> list[dict[str, Any]]:
    """Return ranges as Hostex and the tools take them."""
    return [
        {"start_date": run.start_date.isoformat(), "end_date": run.end_date.isoformat(), **dict(run.state)}
        for run in ranges
    ]


def _is(link: Any, channel_type: str, listing_id: str) -> bool:
    return (link.channel_type, link.listing_id) == (channel_type, listing_id)


def _values(day: api.CalendarDay) -> dict[str, Any]:
    rules = everything(day.restrictions) if day.restrictions else {}
    return {"price": day.price and whole(day.price), "inventory": day.inventory, **rules}


async def _sold(context: Context, channel_type: str, listing_id: str) -> Property | RoomType | None:
    """Return the property or room type that a listing sells."""
    properties = (await read_all(context.client, LIST_PROPERTIES)).items
    if home := _linked(properties, channel_type, listing_id):
        return _told_apart(home, properties)
    pools = (await read_all(context.client, LIST_ROOM_TYPES)).items
    pool = _linked(pools, channel_type, listing_id)
    return pool and _told_apart(pool, pools)


def _told_apart(sold: SoldT, others: Iterable[SoldT]) -> SoldT:
    """Return it with its id in its title where another one is called the same."""
    title = unique_names({other.id: one_line(other.title) for other in others})[sold.id]
    return sold if title == one_line(sold.title) else sold.model_copy(update={"title": title})


def _linked(candidates: Iterable[SoldT], channel_type: str, listing_id: str) -> SoldT | None:
    fitting = (
        candidate
        for candidate in candidates
        if any(_is(link, channel_type, listing_id) for link in candidate.channels)
    )
    return next(fitting, None)


def _require_short(field: str, runs: Sequence[Run[tuple[State, State]]]) -> None:
    """Refuse more runs than an answer has room for: each stands in it four times, as change and as undo."""
    most = _MOST_CELLS // (2 + max(len(row.state[1]) for row in runs))
    if len(runs) > most:
        problem = (
            f"the days fall into {len(runs)} different changes, at most {most} per call; take fewer days"
        )
        raise InvalidArguments(FieldProblem(field, problem))


def _changes(runs: Sequence[Run[tuple[State, State]]]) -> list[ChangedDays]:
    return [
        ChangedDays(
            start_date=run.start_date.isoformat(),
            end_date=run.end_date.isoformat(),
            before=dict(run.state[0]),
            after=dict(run.state[1]),
        )
        for run in runs[:MOST_SHOWN]
    ]


def _in_words(run: Run[tuple[State, State]], currency: str | None) -> JsonObject:
    """Return a change as a line of the preview."""
    before, after = (
        ", ".join(_value_in_words(name, value, currency) for name, value in state) for state in run.state
    )
    return lean({"what": days_text(run.start_date, run.end_date), "before": before, "after": after})


def _value_in_words(name: str, value: Any, currency: str | None) -> str:
    if name == "price" and isinstance(value, int | float):
        return money(value, currency)
    if name == "inventory":
        return "closed" if value == 0 else f"{value} for sale"
    return rule_text(name, value)


def cut_notes(number: int) -> list[str]:
    """Return a note for a result that does not hold all of so many changes."""
    return [f"{MOST_SHOWN} of {number} changes are shown; all are made."] if number > MOST_SHOWN else []
