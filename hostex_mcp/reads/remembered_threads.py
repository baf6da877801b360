"""Guest threads that are remembered up to their last message, and the list of them, newest first.

Whoever writes comes to the top of the list. So where a long part of it is as it was, the rest is too, and
what is remembered of the rest stands in for it, with the time of which it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ValidationError

from hostex_mcp.api import Pace, run_apart
from hostex_mcp.api.endpoints.messaging import Conversation, ConversationSummary
from hostex_mcp.domain.messages import author
from hostex_mcp.domain.word_search import SoughtWords, terms_of
from hostex_mcp.toolkit.account_store import Indexed, Remembered, StoreTrouble
from hostex_mcp.toolkit.context import Context

_KIND, _HEADS, _ALL = "thread", "heads", "all"
# What leaves the list without a word is noticed when it is read whole again.
_WHOLE_AGAIN = timedelta(days=7)
_DEEPEST = timedelta(days=45)
# The list is almost, but not entirely, in order (observed).
_ENOUGH = 50
_AS_OF = "Threads in which nobody wrote since {:%Y-%m-%dT%H:%MZ} are as they were then."


class _ListTimes(BaseModel):
    """When the list of threads was read, when last as far as `since`."""

    at: datetime
    whole_at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class SeenHeads:
    """The list of threads as it was, and when."""

    times: _ListTimes
    rows: Sequence[ConversationSummary]

    def goes_on(self, page: Sequence[ConversationSummary]) -> bool:
        """Whether the list goes on behind a page as it did: the last threads of it have the last message that
        they had."""
        last = {thread.id: thread.last_message_at for thread in self.rows}
        return len(page) >= _ENOUGH and all(
            thread.last_message_at is not None and last.get(thread.id) == thread.last_message_at
            for thread in page[-_ENOUGH:]
        )


async def recall_heads(context: Context, since: datetime, notes: list[str]) -> SeenHeads | None:
    """Return the list of threads as it was, if it went as far as a moment and is not too old."""
    try:
        thing = (await context.store.recall(_HEADS, [_ALL])).get(_ALL)
        heads = await _opened(thing.record) if thing else None
    except StoreTrouble as trouble:
        notes.append(f"{trouble}")
        return None
    except ValidationError:
        return None
    if heads is None or heads.times.since > since:
        return None
    return heads if heads.times.whole_at > context.now() - _WHOLE_AGAIN else None


async def _opened(record: bytes) -> SeenHeads:
    """Return the list of a record: the times, and a thread in each line."""
    first, *lines = record.splitlines()
    rows, pace = list[ConversationSummary](), Pace()
    for line in lines:
        rows.append(ConversationSummary.model_validate_json(line))
        await pace.rest()
    return SeenHeads(_ListTimes.model_validate_json(first), rows)


async def keep_heads(
    context: Context,
    rows: Iterable[ConversationSummary],
    since: datetime,
    before: SeenHeads | None,
    notes: list[str],
) -> None:
    """Remember the list of threads, read as far as a moment or as far as it was as `before`."""
    if not context.store.lasts:
        return
    now = context.now()
    every = {thread.id: thread for thread in [*(before.rows if before else ()), *rows]}
    if before:
        notes.append(_AS_OF.format(before.times.at))
        since = max(before.times.since, now - _DEEPEST)
    times = _ListTimes(at=now, whole_at=before.times.whole_at if before else now, since=since)
    lines, pace = [times.model_dump_json()], Pace()
    for thread in every.values():
        if (thread.last_message_at or now) >= since:
            lines.append(thread.model_dump_json())
        await pace.rest()
    try:
        await context.store.keep(_HEADS, {_ALL: Remembered("\n".join(lines).encode(), now)})
    except StoreTrouble as trouble:
        notes.append(f"{trouble}")


async def recall_threads(
    context: Context, times: Mapping[str, datetime], notes: list[str]
) -> dict[str, Conversation]:
    """Return those of these threads that are remembered up to the last message that each has now."""
    found: dict[str, Conversation] = {}
    try:
        remembered = await context.store.recall(_KIND, list(times))
    except StoreTrouble as trouble:
        notes.append(f"{trouble}")
        return found
    pace = Pace()
    for thread_id, thing in remembered.items():
        if thing.state == times[thread_id].isoformat():
            # One that another version kept in another form is read again.
            try:
                found[thread_id] = Conversation.model_validate_json(thing.record)
            except ValidationError:
                continue
        await pace.rest()
    return found


async def keep_threads(
    context: Context, threads: Mapping[str, Conversation], times: Mapping[str, datetime], notes: list[str]
) -> None:
    """Remember threads up to their last message."""
    if not context.store.lasts:
        return
    now, pace = context.now(), Pace()
    things: dict[str, Remembered] = {}
    for thread_id, thread in threads.items():
        record = thread.model_dump_json().encode()
        terms = await run_apart(thread, _terms, thread)
        things[thread_id] = Remembered(record, now, times[thread_id].isoformat(), terms)
        await pace.rest()
    try:
        await context.store.keep(_KIND, things)
    except StoreTrouble as trouble:
        notes.append(f"{trouble}")


def _terms(thread: Conversation) -> frozenset[str]:
    return terms_of(message.content for message in thread.messages if author(message) != "system")


async def indexed_threads(
    context: Context, times: Mapping[str, datetime], words: SoughtWords, notes: list[str]
) -> Indexed | None:
    """Return those of these threads that are indexed up to the last message that each has now, and which of
    them may have the words; None without an index."""
    if not context.store.lasts:
        return None
    states = {thread_id: last.isoformat() for thread_id, last in times.items()}
    try:
        return await context.store.find(_KIND, states, words.terms())
    except StoreTrouble as trouble:
        notes.append(f"{trouble}")
        return None
