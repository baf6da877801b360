"""Guest threads with their messages; a thread is read again only when it has a new message."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from hostex_mcp.api import Pace
from hostex_mcp.api.endpoints.messaging import (
    GET_CONVERSATION,
    LIST_CONVERSATIONS,
    Conversation,
    ConversationSummary,
)
from hostex_mcp.domain.word_search import SoughtWords
from hostex_mcp.reads.lists import MOST_ROWS, each
from hostex_mcp.reads.remembered_threads import (
    indexed_threads,
    keep_heads,
    keep_threads,
    recall_heads,
    recall_threads,
)
from hostex_mcp.toolkit.account_store import Indexed
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.paging import Reading, follows
from hostex_mcp.toolkit.results import Key, ListPosition

_MONTH = timedelta(days=31)
_SMALL, _LARGE = 20, 300
_NEWEST = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Threads:
    """Guest threads with all their messages. `unread` counts those that were too many to read; `until` has
    the check-out dates that these and the list of threads mention, and `notes` as of when some are,
    or why they could not be remembered."""

    items: list[Conversation]
    unread: int = 0
    failed: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    until: frozenset[date] = frozenset()
    notes: list[str] = field(default_factory=list[str])

    def rows(self) -> list[dict[str, str]]:
        """Return the threads that could not be read, as rows of an answer."""
        names = ("conversation_id", "kind", "message")
        return [dict(zip(names, failure, strict=True)) for failure in self.failed]


@dataclass(frozen=True, slots=True)
class ThreadsPart:
    """Some of the recent threads, and where they stand among all that are `listed`. `late` ones belong to
    parts that were read before, and were not there then; `ruled_out` ones are not among the threads, as
    the index knows that they have not the words."""

    threads: Threads
    reading: Reading
    listed: int
    late: int
    ruled_out: int = 0


def opened_of(properties: int, small: int, large: int) -> int:
    """Return how many threads an answer opens: `small` for an account of few properties, `large` for one of
    many, whose lists take more calls or leave more to open."""
    share = (min(max(properties, _SMALL), _LARGE) - _SMALL) / (_LARGE - _SMALL)
    return round(small + share * (large - small))


async def threads_since(
    context: Context,
    since: datetime,
    most: int,
    order: Callable[[ConversationSummary], Key] | None = None,
) -> Threads:
    """Read the threads with a message after a moment, by `order` or newest first; of those with news at most
    `most`."""
    notes = list[str]()
    recent = await _recent(context, since, notes)
    recent.sort(key=order or newest_first)
    times = {thread.id: thread.last_message_at for thread in recent}
    threads = await _threads(context, times, most, notes)
    days = {told_day(thread.check_out_date) for thread in recent}
    days |= {activity.check_out_date for thread in threads.items for activity in thread.activities}
    threads.until = frozenset(day for day in days if day)
    return threads


async def threads_part(
    context: Context,
    since: datetime,
    order: Callable[[ConversationSummary], Key],
    mark: ListPosition,
    most: int,
    words: SoughtWords | None = None,
) -> ThreadsPart:
    """Read threads with a message after a moment, by `order`: at most `most` after `mark.since`, or those up
    to `mark.until` if given, so that other processes read the same ones. With `words` those that have not the
    words, as the index knows, are neither read nor counted.

    The order must not depend on anything that changes with a new message, unless threads then move forward.
    """
    notes = list[str]()
    recent = await _recent(context, since, notes)
    keyed = sorted((order(thread), thread.id, thread.last_message_at) for thread in recent)
    ahead = [entry for entry in keyed if follows(entry[0], mark.since)]
    times = {thread_id: last for _, thread_id, last in ahead}
    indexed = await indexed_threads(context, _dated(times), words, notes) if words else None
    without = indexed.names - indexed.fitting if indexed else frozenset[str]()
    part = ahead[: _reached(ahead, mark.until) if mark.until else _most_of(list(times), without, most)]
    chosen = {thread_id: last for _, thread_id, last in part if thread_id not in without}
    # A later process reads the same part anew, however many came to it since.
    threads = await _threads(context, chosen, len(chosen) if mark.until else most, notes, indexed)
    before = len(keyed) - len(ahead)
    until = mark.until or (part[-1][0] if part else mark.since)
    reading = Reading(until, unread=len(ahead) - len(part), passed=before + len(part))
    return ThreadsPart(threads, reading, len(keyed), before - mark.passed, len(part) - len(chosen))


def _reached(ahead: Sequence[tuple[Key, str, datetime | None]], until: Key) -> int:
    """Return how many of these threads come up to a key."""
    return sum(not follows(key, until) for key, *_ in ahead)


def _most_of(ids: Sequence[str], without: Collection[str], most: int) -> int:
    """Return how many of these threads come before there are more than `most` besides those `without`."""
    others = [place for place, thread_id in enumerate(ids) if thread_id not in without]
    return others[most] if len(others) > most else len(ids)


def _dated(times: Mapping[str, datetime | None]) -> dict[str, datetime]:
    """Return the threads of which it is known when they had their last message."""
    return {thread_id: last for thread_id, last in times.items() if last}


def newest_first(thread: ConversationSummary) -> Key:
    """Return the order in which the thread with the newest message comes first. One that moves to the front
    between two parts counts as late."""
    moment = thread.last_message_at
    return [-moment.timestamp() if moment else 0.0, thread.id]


def present_first(day: date) -> Callable[[ConversationSummary], Key]:
    """Return the order in which the newest come first, and last those of guests who had left by a day."""

    def order(thread: ConversationSummary) -> Key:
        left = told_day(thread.check_out_date)
        return [int(left is not None and left < day), *newest_first(thread)]

    return order


async def threads_of(context: Context, ids: Iterable[str], most: int) -> Threads:
    """Read the threads with these ids. One whose last message is more than a month old is read again each
    time."""
    notes = list[str]()
    recent = await _recent(context, context.now() - _MONTH, notes, older=True)
    times = {thread.id: thread.last_message_at for thread in recent}
    return await _threads(context, {thread_id: times.get(thread_id) for thread_id in ids}, most, notes)


async def threads_at(context: Context, times: Mapping[str, datetime | None], most: int) -> Threads:
    """Read threads of which the list tells when they had their last message (None if it does not); of those
    that have news at most `most`."""
    return await _threads(context, times, most, list[str]())


async def _threads(
    context: Context,
    times: Mapping[str, datetime | None],
    most: int,
    notes: list[str],
    indexed: Indexed | None = None,
) -> Threads:
    """Read threads by their id and, where it is known, the time of their last message. Remembered ones that
    are not `indexed` are remembered anew."""
    pace = Pace()
    threads = dict[str, Conversation | None]()
    for thread_id, last in times.items():
        threads[thread_id] = context.memory.recall(Conversation, ("thread", thread_id), last)
        await pace.rest()
    dated = _dated({thread_id: last for thread_id, last in times.items() if threads[thread_id] is None})
    remembered = await recall_threads(context, dated, notes)
    threads |= remembered
    unread = [thread_id for thread_id, thread in threads.items() if thread is None]
    selection = unread[:most]

    async def read(thread_id: str) -> None:
        answer = await context.client.call(GET_CONVERSATION, path={"conversation_id": thread_id})
        thread = threads[thread_id] = answer.model_copy(update={"id": thread_id})
        # Without the time of its last message nothing would tell that the thread has moved on.
        if times[thread_id]:
            context.memory.keep(("thread", thread_id), times[thread_id], thread)

    answers = await each(selection, read, may_fail=True)
    bare = [key for key in remembered if key not in indexed.names] if indexed else []
    fresh = {key: thread for key in [*selection, *bare] if key in dated and (thread := threads[key])}
    await keep_threads(context, fresh, dated, notes)
    # A thread that is also about a property which is not served is none of ours.
    failed = [(thread_id, error) for thread_id, error in answers.failed if error.kind != "blocked"]
    items = [thread for thread in threads.values() if thread]
    if failed and not items:
        raise failed[0][1]
    failures = [(thread_id, error.kind, error.message) for thread_id, error in failed]
    return Threads(items, len(unread) - len(selection), failures, notes=list(dict.fromkeys(notes)))


async def _recent(
    context: Context, since: datetime, notes: list[str], *, older: bool = False
) -> list[ConversationSummary]:
    """Read the list of threads as far as a moment, or as far as it is as it was; `older` keeps what was read
    beyond it."""
    rows: dict[str, ConversationSummary] = {}
    heads = await recall_heads(context, since, notes)
    offset, same = 0, False
    while True:
        page = await context.client.page(LIST_CONVERSATIONS, offset=offset)
        count = len(rows)
        rows |= {thread.id: thread for thread in page.items}
        over = not page.more or page.end >= MOST_ROWS or bool(page.items and len(rows) == count)
        # The list is almost, but not entirely, in order (observed), so one page must be older throughout.
        older_throughout = all(_last_message(thread) < since for thread in page.items)
        over = over or (bool(page.items) and older_throughout)
        same = not over and heads is not None and heads.goes_on(page.items)
        if over or same:
            break
        offset = page.end
    await keep_heads(context, rows.values(), since, heads if same else None, notes)
    if same and heads:
        rows = {**{thread.id: thread for thread in heads.rows}, **rows}
    return [thread for thread in rows.values() if older or _last_message(thread) >= since]


def told_day(text: str | None) -> date | None:
    """Return a date that the list of threads gives, None if it is none."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _last_message(thread: ConversationSummary) -> datetime:
    """Return when a thread had its last message; if that is unknown, it may be new."""
    return thread.last_message_at or _NEWEST
