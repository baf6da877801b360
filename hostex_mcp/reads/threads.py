"""Guest threads with their messages, read no more often than they change."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from hostex_mcp.api import Pace
from hostex_mcp.api.endpoints.messaging import (
    GET_CONVERSATION,
    LIST_CONVERSATIONS,
    Conversation,
    ConversationSummary,
)
from hostex_mcp.reads.lists import MOST_ROWS, each
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.paging import Reading, follows
from hostex_mcp.toolkit.results import Key, ListPosition

_MONTH = timedelta(days=31)
_NEWEST = datetime.max.replace(tzinfo=UTC)


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
