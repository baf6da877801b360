"""What each process does from time to time: let idle accounts go, note which grants were used, end those that
nobody can use, drop what has expired, and renew what is about to."""

import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import anyio
from anyio.lowlevel import checkpoint

from hostex_mcp.api import HostexError, RateLimited
from hostex_mcp.clock import utc_now
from hostex_mcp.http.store import Store
from hostex_mcp.http.tenants.hostex_link import HostexCredentials
from hostex_mcp.http.tenants.token_renewal import RENEWED_BEFORE

_EVERY_SECONDS = 60.0
_USES = "The last uses of grants were not saved"

_log = logging.getLogger(__name__)


class Upkeep:
    """Keeps house, once a minute or so: processes that started together do not stay together."""

    def __init__(
        self,
        store: Store,
        linking: HostexCredentials,
        now: Callable[[], datetime] = utc_now,
        *,
        let_idle_go: Callable[[], Awaitable[None]] = checkpoint,
        pause: Callable[[float], Awaitable[None]] = anyio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._linking = linking
        self._now = now
        self._let_idle_go = let_idle_go
        self._pause = pause
        self._jitter = jitter

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Keep house until the end of the block. A renewal under way is finished first."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._run)
            try:
                yield
            finally:
                tasks.cancel_scope.cancel()
        await self._try(self._store.grants.write_uses, _USES)

    async def round(self) -> None:
        """Go one round. Nothing that goes wrong in it prevents the next."""
        await self._try(self._let_idle_go, "Idle accounts were not let go")
        await self._try(self._store.grants.write_uses, _USES)
        await self._try(self._linking.end_abandoned, "Abandoned grants were not ended")
        await self._try(self._store.clean, "Expired records were not dropped")
        await self._try(self._renew, "Partner tokens were not renewed")

    async def _run(self) -> None:
        while True:
            await self._pause(_EVERY_SECONDS * (0.75 + self._jitter() / 2))
            await self.round()

    async def _try(self, chore: Callable[[], Awaitable[None]], failed: str) -> None:
        try:
            await chore()
        except Exception:
            _log.exception(failed)

    async def _renew(self) -> None:
        """Renew pairs whose end is near, used or not, one after the other. When Hostex wants to be left alone
        the rest waits for the next round."""
        for grant_id in await self._store.grants.due(self._now() + RENEWED_BEFORE):
            try:
                await self._linking.renew(grant_id)
            except RateLimited as error:
                _log.warning("Hostex asked us to pause partner calls for %s s", error.retry_after)
                return
            except HostexError as error:
                _log.info("A partner token was not renewed: %s", error.kind)
