"""What the daily and money answers read besides calendars: stays of any length, tasks, reviews, transactions
and guest threads. Each read is capped and says so."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product

from hostex_mcp.api import (
    RESERVATION_WINDOW_DAYS,
    REVIEW_WINDOW_DAYS,
    TRANSACTION_WINDOW_DAYS,
    Pace,
    windows,
)
from hostex_mcp.api.endpoints.calendar import LIST_AVAILABILITIES, AvailabilityDay
from hostex_mcp.api.endpoints.finance import LIST_TRANSACTIONS, Transaction
from hostex_mcp.api.endpoints.messaging import (
    GET_CONVERSATION,
    LIST_CONVERSATIONS,
    Conversation,
    ConversationSummary,
)
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.api.endpoints.reviews import LIST_REVIEWS, Review
from hostex_mcp.api.endpoints.tasks import LIST_TASKS, Task
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.nights import holds
from hostex_mcp.domain.wording import some
from hostex_mcp.reads.lists import MOST_ROWS, Gathered, PartialReads, read_lists
from hostex_mcp.reads.portfolio import Portfolio, each, kept, stays_between
from hostex_mcp.toolkit.arguments import PropertyIds as PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.paging import Reading, follows
from hostex_mcp.toolkit.results import Key, ListPosition

_MONTH = timedelta(days=31)
FOLLOWING = _MONTH
_YEAR = timedelta(days=364)
_HALF_YEAR = timedelta(days=RESERVATION_WINDOW_DAYS)
_MOST_NAMED = 5
_AT_ONCE = 100
_CALENDAR_DAYS = 365
_NEWEST = datetime.max.replace(tzinfo=UTC)
_LONGER = "the calendar, by which stays of more than half a year are found"


@dataclass(slots=True)
class Threads:
    """Guest threads with all their messages. `left` counts those that were too many to read; `until` are the
    check-outs that these and the list of threads tell."""

    items: list[Conversation]
    left: int = 0
    failed: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    until: frozenset[date] = frozenset()

    def rows(self) -> list[dict[str, str]]:
        """The threads that could not be read, as an answer tells them."""
        return [
            {"conversation_id": thread_id, "kind": kind, "message": message}
            for thread_id, kind, message in self.failed
        ]


async def all_stays(
    context: Context, meant: Portfolio, start: date, end: date, *, following: bool = False
) -> Gathered[Reservation]:
    """Every stay that touches the days from `start` to `end`, both included, of any length and status, in
    the order of check-in; with `following` also those that come later and end within a month.

    Hostex finds stays by check-in or check-out only. So check-outs up to a month behind the end are read,
    and those of the half year after it whose check-in is at most half a year before the end. A still longer
    stay shows as a closed last night without a remark that no stay explains; if there is one, a year each way
    is read. What stays unexplained is a block, or is named in `notes`.
    """
    found = await stays_between(context, meant, start, end, FOLLOWING)
    return await with_long_stays(context, meant, found, end, following=following)


async def with_long_stays(
    context: Context,
    meant: Portfolio,
    found: Gathered[Reservation],
    end: date,
    *,
    following: bool = False,
    known: Gathered[Reservation] | None = None,
) -> Gathered[Reservation]:
    """As `all_stays`, with the stays that end up to a month behind the end already found, and maybe those
    `known` that end in the half year after it."""
    _join(found, known or await _long_stays(context, meant, end, _HALF_YEAR))
    parts = PartialReads(found.failures, found.notes)
    if await parts.read(_LONGER, _unexplained(context, meant, found.items, end), []):
        _join(found, await _long_stays(context, meant, end, _HALF_YEAR * 2))
        left = await parts.read(_LONGER, _unexplained(context, meant, found.items, end), [])
        found.notes += _still_unknown(meant, left, end)
    touching = [stay for stay in found.items if following or stay.check_in_date <= end]
    unique = {stay.stay_code: stay for stay in touching}
    found.items = sorted(unique.values(), key=lambda stay: (stay.check_in_date, stay.stay_code))
    return found


def _join(found: Gathered[Reservation], more: Gathered[Reservation]) -> None:
    found.items += more.items
    found.notes += [note for note in more.notes if note not in found.notes]


async def closed_nights(
    context: Context, property_ids: Sequence[int], start: date, end: date
) -> Mapping[int, set[date]]:
    """The nights from `start` to `end`, both included, that the calendar of each property shows as closed,
    by a stay or a block. Hostex shows no calendar that begins more than a year away (see `known_from`)."""
    closed: dict[int, set[date]] = {property_id: set() for property_id in property_ids}
    for property_id, day in await _calendar(context, property_ids, start, end):
        if not day.available:
            closed.setdefault(property_id, set()).add(day.date)
    return closed


def known_from(context: Context) -> date:
    """The first day of which the master calendar tells anything (documented: within one year of today)."""
    return context.now().date() - _YEAR


async def _calendar(
    context: Context, property_ids: Sequence[int], start: date, end: date
) -> list[tuple[int, AvailabilityDay]]:
    start, latest = max(start, known_from(context)), context.now().date() + _YEAR
    queries = [
        {"property_ids": list(property_ids[place : place + _AT_ONCE]), "start_date": first, "end_date": last}
        for place in range(0, len(property_ids), _AT_ONCE)
        for first, last in windows(start, end, _CALENDAR_DAYS)
        if first <= latest
    ]
    answers = await asyncio.gather(
        *(context.client.call(LIST_AVAILABILITIES, query=query) for query in queries)
    )
    return [(row.id, day) for answer in answers for row in answer for day in row.availabilities]


async def _unexplained(
    context: Context, meant: Portfolio, stays: Iterable[Reservation], night: date
) -> list[int]:
    """The properties that are closed without a remark for a night which none of these stays holds."""
    held = {
        stay.property_id
        for stay in stays
        if holds(stay) and stay.check_in_date <= night < stay.check_out_date
    }
    ids = [place.id for place in meant.properties if place.id not in held]
    days = await _calendar(context, ids, night, night)
    return [
        property_id
        for property_id, day in days
        if day.date == night and not day.available and not day.remarks
    ]


async def _long_stays(
    context: Context, meant: Portfolio, night: date, reach: timedelta
) -> Gathered[Reservation]:
    """The stays that hold a night and end more than a month behind it; they began and end within `reach`.
    Inferred: Hostex takes filters by check-in and by check-out together."""
    came = windows(night - reach + DAY, night, RESERVATION_WINDOW_DAYS)
    leave = windows(night + _MONTH + DAY, night + _MONTH + reach, RESERVATION_WINDOW_DAYS)
    queries = [
        {
            "start_check_in_date": first,
            "end_check_in_date": last,
            "start_check_out_date": soonest,
            "end_check_out_date": latest,
        }
        for (first, last), (soonest, latest) in product(came, leave)
    ]
    found = await read_lists(context, LIST_RESERVATIONS, queries)
    found.items, notes = kept(meant, found.items)
    found.notes += notes
    return found


def _still_unknown(meant: Portfolio, property_ids: Sequence[int], night: date) -> list[str]:
    if not property_ids:
        return []
    named = some([meant.titled(property_id) for property_id in property_ids], _MOST_NAMED)
    return [f"Closed on {night} by a block, or by a stay of more than a year: {named}."]


async def tasks_between(
    context: Context, meant: Portfolio, start: date, end: date, kind: str | None = None
) -> Gathered[Task]:
    """The tasks of these properties, of one kind or all, expected from one day to another, both included."""
    only = {"type": kind} if kind else {}
    found = await read_lists(context, LIST_TASKS, [{"start_date": start, "end_date": end, **only}])
    found.items = [task for task in found.items if (task.property_id or 0) in meant.kept]
    return found


async def reviews_between(
    context: Context, meant: Portfolio, start: date, end: date, status: str
) -> Gathered[Review]:
    """The reviews in one state of stays that checked out from one day to another, both included."""
    queries = [
        {"review_status": status, "start_check_out_date": first, "end_check_out_date": last}
        for first, last in windows(start, end, REVIEW_WINDOW_DAYS)
    ]
    ids = {place.id for place in meant.properties}
    found = await read_lists(context, LIST_REVIEWS, queries)
    found.items = [review for review in found.items if review.property_id in ids]
    return found


async def transactions_between(context: Context, start: date, end: date) -> Gathered[Transaction]:
    """The account's income and expenses that took effect from one day to another, both included, by the
    operator's clock."""
    cut = windows(start, end, TRANSACTION_WINDOW_DAYS)
    queries = [{"start_date": first, "end_date": last} for first, last in cut]
    return await read_lists(context, LIST_TRANSACTIONS, queries)


async def threads_since(context: Context, since: datetime, most: int) -> Threads:
    """The threads with a message after a moment, newest first, with their messages. A thread that has no new
    message since it was last read here is not read again; of the others at most `most` are.

    The list is almost, not wholly, in order (observed), so it is read on until a whole page is older.
    """
    listed = [thread for thread in await _recent(context, since) if _spoken(thread) >= since]
    listed.sort(key=_spoken, reverse=True)
    threads = await _threads(context, {thread.id: thread.last_message_at for thread in listed}, most)
    told = {told_day(thread.check_out_date) for thread in listed}
    told |= {activity.check_out_date for thread in threads.items for activity in thread.activities}
    threads.until = frozenset(day for day in told if day)
    return threads


@dataclass(frozen=True, slots=True)
class ThreadsPart:
    """Some of the recent threads, and where they stand among all that are `listed`. `late` ones belong to
    parts that were read before, and were not there then."""

    threads: Threads
    reading: Reading
    listed: int
    late: int


async def threads_part(
    context: Context,
    since: datetime,
    order: Callable[[ConversationSummary], Key],
    mark: ListPosition,
    most: int,
) -> ThreadsPart:
    """The threads with a message after a moment, by `order`: at most so many behind `mark.since`, or those up
    to `mark.until` where that is told, so that other processes read the same ones. The order must not hang on
    what changes with a new message."""
    listed = [thread for thread in await _recent(context, since) if _spoken(thread) >= since]
    keyed = sorted((order(thread), thread.id, thread.last_message_at) for thread in listed)
    ahead = [entry for entry in keyed if follows(entry[0], mark.since)]
    part = [entry for entry in ahead if not follows(entry[0], mark.until)] if mark.until else ahead[:most]
    threads = await _threads(context, {code: last for _, code, last in part}, len(part))
    before = len(keyed) - len(ahead)
    until = mark.until or (part[-1][0] if part else mark.since)
    reading = Reading(until, left=len(ahead) - len(part), passed=before + len(part))
    return ThreadsPart(threads, reading, len(keyed), before - mark.passed)


async def threads_of(context: Context, ids: Iterable[str], most: int) -> Threads:
    """The threads with these ids, with their messages; as `threads_since`, but where the last message is more
    than a month old a thread is read again each time."""
    spoken = {thread.id: thread.last_message_at for thread in await _recent(context, context.now() - _MONTH)}
    return await _threads(context, {ident: spoken.get(ident) for ident in ids}, most)


async def _threads(context: Context, spoken: Mapping[str, datetime | None], most: int) -> Threads:
    """Threads by their id and the time of their last message, where it is known."""
    pace = Pace()
    found = dict[str, Conversation | None]()
    for ident, last in spoken.items():
        found[ident] = context.memory.recall(Conversation, ("thread", ident), last)
        await pace.rest()
    unread = [ident for ident, thread in found.items() if thread is None]
    wanted = unread[:most]

    async def read(ident: str) -> None:
        thread = await context.client.call(GET_CONVERSATION, path={"conversation_id": ident})
        thread = found[ident] = thread.model_copy(update={"id": ident})
        if spoken[ident]:
            context.memory.keep(("thread", ident), spoken[ident], thread)

    got = await each(wanted, read, may_fail=True)
    # A thread that is also about a property which is not served is none of ours.
    failed = [(ident, why) for ident, why in got.failed if why.kind != "blocked"]
    known = [thread for thread in found.values() if thread]
    if failed and not known:
        raise failed[0][1]
    told = [(ident, why.kind, why.message) for ident, why in failed]
    return Threads(known, len(unread) - len(wanted), told)


async def _recent(context: Context, since: datetime) -> Sequence[ConversationSummary]:
    rows: dict[str, ConversationSummary] = {}
    offset = 0
    while True:
        page = await context.client.page(LIST_CONVERSATIONS, offset=offset)
        known = len(rows)
        rows |= {thread.id: thread for thread in page.items}
        over = not page.more or page.end >= MOST_ROWS or bool(page.items and len(rows) == known)
        if over or (page.items and all(_spoken(thread) < since for thread in page.items)):
            return list(rows.values())
        offset = page.end


def told_day(text: str | None) -> date | None:
    """A day that the list of threads tells, None where it is none."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _spoken(thread: ConversationSummary) -> datetime:
    """When the last message of a thread was; where that is not known, it may be new."""
    return thread.last_message_at or _NEWEST
