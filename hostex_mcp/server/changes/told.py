"""Changes whose person hears of them outside the chat, wherever they are kept."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from hostex_mcp.server.changes.record import ChangeStore, PendingChange, State
from hostex_mcp.server.notices import Teller, WaitingChange


class ToldChanges:
    """The changes of a store. A notice goes out for each that waits, unless it was decided before that, in
    this process or another one, or nobody can decide on it any more."""

    def __init__(self, store: ChangeStore, notices: Teller, now: Callable[[], datetime]) -> None:
        self._store = store
        self._notices = notices
        self._now = now

    async def add(self, change: PendingChange) -> None:
        """Keep a change that was made already, of which there is nothing to tell."""
        await self._store.add(change)

    async def begin(self, change: PendingChange) -> bool:
        """Keep a change that waits, and tell of it, unless an equal call waits or is being sent."""
        if not await self._store.begin(change):
            return False
        self.tell(change)
        return True

    def tell(self, change: PendingChange) -> None:
        """Tell of a change that waits, as at the start of a server of one of which its person may not have
        been told; returns at once."""
        told = WaitingChange(change.title, change.asked_by, change.owner or change.grant)

        async def waits() -> bool:
            kept = await self._store.find(change.id)
            return kept is not None and kept.at(self._now()).open

        self._notices.tell(change.id, told, waits)

    async def find(self, change_id: str) -> PendingChange | None:
        """Return a change, None if there is none."""
        return await self._store.find(change_id)

    async def of_account(
        self, account: str, states: Collection[State] | None = None
    ) -> Sequence[PendingChange]:
        """Return the changes of an account in these states, the newest first."""
        return await self._store.of_account(account, states)

    async def replace(self, before: PendingChange, after: PendingChange) -> bool:
        """Put `after` in the place of `before`; once it is decided there is nothing to tell of."""
        moved = await self._store.replace(before, after)
        if moved and not after.open:
            self._notices.forget(after.id)
        return moved

    async def purge(self, now: datetime) -> None:
        """Forget what is kept no longer."""
        await self._store.purge(now)
