"""Changes of a store whose database may be away: a call that needs it then is refused, and says why."""

import logging
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime

from hostex_mcp.api import Blocked
from hostex_mcp.http.transport.outage import OUTAGES
from hostex_mcp.server.changes.record import ChangeStore, PendingChange, State

_AWAY = "This server cannot reach what it keeps of changes right now. Nothing was changed by this call."
_AGAIN = "Try again in a minute. If this persists, the operator should check the database."

_log = logging.getLogger(__name__)


class ServedChanges:
    """The changes of a store. Whatever it does not do raises Blocked: a change is sent only after the store
    has it as approved, and that its outcome was not kept is no error of its call."""

    def __init__(self, store: ChangeStore) -> None:
        self._store = store

    async def add(self, change: PendingChange) -> None:
        """Keep a change that was made already."""
        with _served():
            await self._store.add(change)

    async def begin(self, change: PendingChange) -> bool:
        """Keep a change that waits, unless an equal call waits or is being sent."""
        with _served():
            return await self._store.begin(change)

    async def find(self, change_id: str) -> PendingChange | None:
        """Return a change, None if there is none."""
        with _served():
            return await self._store.find(change_id)

    async def of_account(
        self, account: str, states: Collection[State] | None = None
    ) -> Sequence[PendingChange]:
        """Return the changes of an account in these states, the newest first."""
        with _served():
            return await self._store.of_account(account, states)

    async def replace(self, before: PendingChange, after: PendingChange) -> bool:
        """Put `after` in the place of `before`; False if that was replaced already."""
        with _served():
            return await self._store.replace(before, after)

    async def purge(self, now: datetime) -> None:
        """Forget what is kept no longer."""
        with _served():
            await self._store.purge(now)


@contextmanager
def _served() -> Generator[None]:
    try:
        yield
    except OUTAGES:
        _log.exception("What is kept of changes could not be read or written")
        failed = Blocked(_AWAY, operation="changes", hint=_AGAIN)
        failed.retryable = True
        raise failed from None
