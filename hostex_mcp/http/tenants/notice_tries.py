"""Which notices went out, as the database decides: each once, whichever process sends it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hostex_mcp.http.store.single_use import SingleUse
from hostex_mcp.server.notices import MOST_TRIES

# Longer than a change can wait that is shown anew now and then.
_REMEMBERED = timedelta(days=30)


class StoredTries:
    """The tries to tell a kind of people of changes. One whose end is not known counts as gone out: its
    process may have ended after it was sent."""

    def __init__(self, spent: SingleUse, told: str, now: Callable[[], datetime]) -> None:
        self._spent = spent
        self._kind = f"notice to {told}"
        self._now = now

    async def claim(self, change_id: str) -> int | None:
        """Return which try is this process's now, None where there is none for it."""
        for attempt in range(MOST_TRIES):
            key = f"{change_id} {attempt}"
            if await self._spent.claim(self._kind, key, self._now() + _REMEMBERED):
                return attempt
            earlier = await self._spent.outcome(self._kind, key)
            if earlier is None or earlier.outcome is None or earlier.outcome["arrived"]:
                return None
        return None

    async def settle(self, change_id: str, attempt: int, arrived: bool) -> None:
        """Keep what came of a try."""
        await self._spent.settle(self._kind, f"{change_id} {attempt}", {"arrived": arrived})
