"""Guest threads that are remembered up to their last message."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError

from hostex_mcp.api import Pace
from hostex_mcp.api.endpoints.messaging import Conversation
from hostex_mcp.toolkit.account_store import Remembered, StoreTrouble
from hostex_mcp.toolkit.context import Context

_KIND = "thread"


async def recall_threads(
    context: Context, times: Mapping[str, datetime], troubles: list[str]
) -> dict[str, Conversation]:
    """Return those of these threads that are remembered up to the last message that each has now."""
    found: dict[str, Conversation] = {}
    try:
        remembered = await context.store.recall(_KIND, list(times))
    except StoreTrouble as trouble:
        troubles.append(f"{trouble}")
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
    context: Context, threads: Mapping[str, Conversation], times: Mapping[str, datetime], troubles: list[str]
) -> None:
    """Remember threads up to their last message."""
    if not context.store.lasts:
        return
    now, pace = context.now(), Pace()
    things: dict[str, Remembered] = {}
    for thread_id, thread in threads.items():
        record = thread.model_dump_json().encode()
        things[thread_id] = Remembered(record, now, times[thread_id].isoformat())
        await pace.rest()
    try:
        await context.store.keep(_KIND, things)
    except StoreTrouble as trouble:
        troubles.append(f"{trouble}")
