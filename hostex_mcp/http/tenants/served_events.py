"""What Hostex called about an account, as far as the caller is served, and what was changed in it by way of
this server, from a store that may be away."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from hostex_mcp.domain.hook_events import HookLog
from hostex_mcp.http.store.hooks import Hooks
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.transport.outage import OUTAGES
from hostex_mcp.server.assembly import Reach
from hostex_mcp.toolkit.readings import SETTLING

MadeSince = Callable[[str, datetime], Awaitable[bool]]
"""Whether changes of a grant, and of those who live on it, were made after a moment."""

_GONE = ("transaction_deleted",)
# What is never answered from a reading that is kept.
_ELSEWHERE = ("message_", "review_", "transaction_")

_log = logging.getLogger(__name__)


class ServedEvents:
    """The events of one connection, or of that of the owner who made it. What an event is about is read
    again by whoever tells of it, within the reach of the caller; of what is gone nothing can be read, so only
    those hear of it who see everything."""

    def __init__(self, hooks: Hooks, grant: Grant, reach: Reach) -> None:
        self._hooks = hooks
        self._grant_id = grant.linked_id
        self._sees_all = reach.property_ids is None and reach.money

    async def __call__(self, since: datetime, until: datetime) -> HookLog:
        """Return the events that arrived in a period."""
        try:
            log = await self._hooks.log(self._grant_id, since, until)
        except OUTAGES:
            _log.exception("What Hostex called about could not be read")
            return HookLog(lost=True)
        if self._sees_all:
            return log
        return replace(log, events=[event for event in log.events if event.name not in _GONE])


async def unknown_news(since: datetime) -> bool:
    """Return that an account may have changed: whoever brings a token along may have another replica change
    it, and nothing that they share tells."""
    return True


class ServedNews:
    """Whether an account has changed since it was read: by what Hostex called about, and by what a caller of
    any replica had this server change. A store that is away does not know, and so it may have."""

    def __init__(
        self, hooks: Hooks, made_since: MadeSince, grant: Grant, now: Callable[[], datetime]
    ) -> None:
        self._hooks = hooks
        self._made_since = made_since
        self._grant_id = grant.linked_id
        self._now = now

    async def __call__(self, since: datetime) -> bool:
        """Return whether it has, after a moment."""
        try:
            log = await self._hooks.log(self._grant_id, since, self._now())
            called = any(not event.name.startswith(_ELSEWHERE) for event in log.events)
            return called or await self._made_since(self._grant_id, since - SETTLING)
        except OUTAGES:
            _log.exception("Whether an account was changed could not be read")
            return True
