"""The records of an account that came about in a period. Hostex finds most of them by other dates only."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from functools import partial
from heapq import merge
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from hostex_mcp.api import (
    LARGEST_PAGE,
    RESERVATION_WINDOW_DAYS,
    TRANSACTION_WINDOW_DAYS,
    Pace,
    in_pieces,
    paced,
    windows,
)
from hostex_mcp.api.endpoints.finance import Transaction
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS, Reservation
from hostex_mcp.api.endpoints.reviews import Review
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.activity import (
    Event,
    Kind,
    Span,
    of_noticed,
    of_reviews,
    of_stays,
    of_tasks,
    of_threads,
    of_transactions,
)
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.told_once import LATEST_CALL
from hostex_mcp.reads.lists import MOST_ROWS, Gathered, PartialReads
from hostex_mcp.reads.noticed import CALENDAR_DAYS, STAYS_AHEAD, Comparison, read_noticed
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.reads.records import reviews_between, tasks_between, transactions_between
from hostex_mcp.reads.stays import stays_of
from hostex_mcp.reads.threads import Threads, opened_of, threads_since
from hostex_mcp.toolkit.context import Context

_MOST_THREADS = 60, 16
AHEAD_DAYS = 3 * RESERVATION_WINDOW_DAYS
BEHIND_DAYS = 31
TASK_DAYS = 31
MONEY_DAYS = 31

SubjectT = TypeVar("SubjectT")

_KEY = attrgetter("key")
_REVIEW_DAYS = 60
_STAY_KINDS: Collection[Kind] = ("booking", "request", "cancellation")
_NOTICED_KINDS: Collection[Kind] = ("edit", "calendar", "channel")
UNKNOWN = (
    "Hostex keeps no log: moved or edited stays, changed prices, blocked days and lost channel accounts "
    "leave no time behind and are not here; they are noticed where HOSTEX_MCP_MEMORY is on."
)
_NOTICED = (
    "Edited stays, nights, prices and channel accounts are compared with what this server saw before{}: they "
    "happened between the two times of `noticed`. What was changed and changed back in between is not here."
)
_NOTICED_REACH = (
    f"Compared are stays that end in the next {STAYS_AHEAD} days, and calendars of {CALENDAR_DAYS} days: "
    "closed nights, prices and shortest stays; not tasks and entries of money that were deleted."
)
_FIRST_LOOK = "Seen for the first time, at least in part, and compared from now on: {}."


async def read_events(
    context: Context, portfolio: Portfolio, span: Span, kinds: Collection[Kind], parts: PartialReads
) -> list[Event]:
    """Read what happened, of these kinds, in these properties, the newest first, and what was noticed shortly
    before the period."""
    reads = [
        _stays(context, portfolio, span, kinds, parts),
        _messages(context, portfolio, span, parts) if "message" in kinds else _nothing(),
        _reviews(context, portfolio, span, parts) if "review" in kinds else _nothing(),
        _money(context, span, parts) if "money" in kinds else _nothing(),
        _tasks(context, portfolio, span, parts) if "task" in kinds else _nothing(),
        _noticed(context, portfolio, span, kinds, parts),
    ]
    found = await asyncio.gather(*reads)
    own = [
        [event for event in events if event.kind in kinds and event.property_id in portfolio.ids]
        for events in found
    ]
    return await merged(*own)


async def merged(*parts: Iterable[Event]) -> list[Event]:
    """Return what happened, of several kinds, the newest first."""
    # To sort all kinds together would be a long piece of work.
    return await in_pieces(merge(*[await _sorted(events) for events in parts], key=_KEY))


async def _sorted(events: Iterable[Event]) -> list[Event]:
    keyed = await paced(lambda event: (event.key, event), events)
    return [event for _, event in sorted(keyed, key=itemgetter(0))]


async def _noticed(
    context: Context, portfolio: Portfolio, span: Span, kinds: Collection[Kind], parts: PartialReads
) -> list[Event]:
    if not context.store.lasts:
        parts.notes.insert(0, UNKNOWN)
        return []
    wanted = [kind for kind in kinds if kind in _NOTICED_KINDS]
    if not wanted:
        return []
    # Of what was noticed just before, Hostex may call in the period.
    look = await read_noticed(context, portfolio, span.since - LATEST_CALL, wanted, parts)
    parts.notes[:0] = _looked(look)
    return list(of_noticed(look.noticed, look.stays))


def _looked(look: Comparison) -> list[str]:
    """Return what this look was compared with."""
    since = f", the oldest at {min(look.earlier):%Y-%m-%dT%H:%MZ}" if look.earlier else ""
    new = [_FIRST_LOOK.format(", ".join(dict.fromkeys(look.new)))] if look.new else []
    return [_NOTICED.format(since), _NOTICED_REACH, *new]


async def _nothing() -> list[Event]:
    return []


async def _each(
    events_of: Callable[[Iterable[SubjectT]], Iterable[Event]], subjects: Iterable[SubjectT]
) -> list[Event]:
    """Return what happened to subjects, of which an account may have very many."""
    found = await paced(lambda subject: list(events_of([subject])), subjects)
    return list(chain.from_iterable(found))


async def _stays(
    context: Context, portfolio: Portfolio, span: Span, kinds: Collection[Kind], parts: PartialReads
) -> list[Event]:
    if not set(kinds) & set(_STAY_KINDS):
        return []
    queries: list[tuple[Mapping[str, Any], Callable[[Reservation], datetime | None]]] = []
    if "booking" in kinds or "request" in kinds:
        queries.append(({"order_by": "booked_at"}, lambda stay: stay.booked_at or stay.created_at))
    if "cancellation" in kinds:
        cancelled = {"order_by": "cancelled_at", "status": "cancelled"}
        queries.append((cancelled, lambda stay: stay.cancelled_at))
    first = span.since.date() - timedelta(days=BEHIND_DAYS)
    periods = windows(first, first + timedelta(days=AHEAD_DAYS - 1), RESERVATION_WINDOW_DAYS)
    reads = [
        parts.rows("stays", _newest(context, {**query, **_check_outs(period)}, time_of, span))
        for query, time_of in queries
        for period in periods
    ]
    answers = await asyncio.gather(*reads)
    unique: dict[object, Reservation] = {}
    pace = Pace()
    for stays in answers:
        unique |= {stay.key: stay for stay in stays or []}
        await pace.rest()
    own, notes = stays_of(portfolio, unique.values())
    parts.notes += notes
    return await _each(partial(of_stays, span=span), own)


def _check_outs(period: tuple[Any, Any]) -> Mapping[str, Any]:
    return {"start_check_out_date": period[0], "end_check_out_date": period[1]}


async def _newest(
    context: Context,
    query: Mapping[str, Any],
    time_of: Callable[[Reservation], datetime | None],
    span: Span,
) -> Gathered[Reservation]:
    """Read the stays of a query, newest first by some time, as far as the period goes back."""
    rows: dict[object, Reservation] = {}
    offset = 0
    while offset < MOST_ROWS:
        page = await context.client.page(LIST_RESERVATIONS, query=query, offset=offset, limit=LARGEST_PAGE)
        known = len(rows)
        rows |= {LIST_RESERVATIONS.identity(stay): stay for stay in page.items}
        times = [time_of(stay) for stay in page.items]
        # A whole page has to be older, as the order is Hostex's word only.
        over = bool(times) and all(moment is not None and moment <= span.since for moment in times)
        if over or not page.more or (page.items and len(rows) == known):
            return Gathered(list(rows.values()))
        offset = page.end
    return Gathered(list(rows.values()), [f"Only the newest {len(rows)} stays were looked at."])


async def _messages(context: Context, portfolio: Portfolio, span: Span, parts: PartialReads) -> list[Event]:
    most = opened_of(len(portfolio.properties), *_MOST_THREADS)
    threads = await parts.read("messages", threads_since(context, span.since, most), Threads([]))
    if threads.unread:
        parts.notes.append(
            f"{threads.unread} threads with news were not read yet; repeat the call to continue with them."
        )
    parts.notes += threads.notes
    if threads.failed:
        parts.notes.append(f"Threads that could not be read: {len(threads.failed)}.")
    return await _each(partial(of_threads, span=span), threads.items)


async def _reviews(context: Context, portfolio: Portfolio, span: Span, parts: PartialReads) -> list[Event]:
    # Guests may write for two weeks and more after they left.
    first = span.since.date() - timedelta(days=_REVIEW_DAYS)
    last = span.until.date() + DAY
    reads = [
        parts.rows("reviews", reviews_between(context, portfolio, first, last, status))
        for status in ("pending_host_review", "reviewed")
    ]
    reviews: list[Review] = [review for rows in await asyncio.gather(*reads) for review in rows or []]
    unique = {(review.key, review.property_id): review for review in reviews}
    return await _each(partial(of_reviews, span=span), unique.values())


async def _money(context: Context, span: Span, parts: PartialReads) -> list[Event]:
    first = span.since.date() - timedelta(days=MONEY_DAYS)
    # One window: what a booking will earn is entered long before it takes effect.
    last = first + timedelta(days=TRANSACTION_WINDOW_DAYS - 1)
    entries: list[Transaction] | None = await parts.rows("money", transactions_between(context, first, last))
    return await _each(partial(of_transactions, span=span), entries or [])


async def _tasks(context: Context, portfolio: Portfolio, span: Span, parts: PartialReads) -> list[Event]:
    first, last = span.since.date() - timedelta(days=TASK_DAYS), span.until.date() + timedelta(days=TASK_DAYS)
    tasks: list[Task] | None = await parts.rows("tasks", tasks_between(context, portfolio, first, last))
    return await _each(partial(of_tasks, span=span, zone=_usual_zone(portfolio)), tasks or [])


def _usual_zone(portfolio: Portfolio) -> tzinfo:
    """Return the zone of most properties: most likely the operator's, which Hostex does not tell."""
    zones = Counter(portfolio.zone(place.id) for place in portfolio.properties)
    return zones.most_common(1)[0][0] if zones else portfolio.zone(0)
