"""Questions that are answered once, though people click twice."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import anyio

from hostex_mcp.http.connect.refusal import already_answered
from hostex_mcp.http.store import Store

REPEAT = timedelta(seconds=5)
WAIT_SECONDS = 0.1
_WAITS = 30


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: where it led, and the grant that it made, if any."""

    url: str
    grant_id: str
    at: str


class Once:
    """Answers of one kind, each claimed by whoever comes first. A browser shows only what the last click led
    to, so one that follows within seconds gets the same answer."""

    def __init__(self, store: Store, now: Callable[[], datetime], kind: str) -> None:
        self._spent = store.spent
        self._now = now
        self._kind = kind

    async def claim(self, key: str, until: datetime) -> bool:
        """Whether this is the first to answer."""
        return await self._spent.claim(self._kind, key, until)

    async def settle(self, key: str, url: str, grant_id: str = "") -> None:
        """Keep the answer for a click that follows."""
        given = Given(url, grant_id, self._now().isoformat())
        await self._spent.settle(self._kind, key, asdict(given))

    async def given(self, key: str) -> Given:
        """The answer that was given a moment ago, or is being given just now.

        Raises:
            Refused: it was given earlier.
        """
        for _ in range(_WAITS):
            spent = await self._spent.outcome(self._kind, key)
            if spent is not None and spent.outcome is not None:
                given = Given(**spent.outcome)
                if self._now() - datetime.fromisoformat(given.at) <= REPEAT:
                    return given
                break
            await anyio.sleep(WAIT_SECONDS)
        raise already_answered()
