"""What Hostex called about an account, as far as the caller is served, from a store that may be away."""

import logging
from dataclasses import replace
from datetime import datetime

from hostex_mcp.domain.hook_events import HookLog
from hostex_mcp.http.store.hooks import Hooks
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.transport.outage import OUTAGES
from hostex_mcp.server.assembly import Reach

_GONE = ("transaction_deleted",)

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
