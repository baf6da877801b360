"""Partner pairs before and after their end: one renewal at a time in all processes, and none is lost."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import anyio

from hostex_mcp.api import DeadlineExceeded, HostexError
from hostex_mcp.api.endpoints.oauth import OBTAIN_TOKEN
from hostex_mcp.events import PairRenewed, emit
from hostex_mcp.http.store import Store
from hostex_mcp.http.store.records import Credential
from hostex_mcp.http.tenants.hostex_partner import PairRefused, Upstream

RENEWED_BEFORE = timedelta(days=2)

_LEASE_SECONDS = 120.0
_REST = timedelta(hours=1)
_WAIT_SECONDS = 0.25
_WAITS = 40

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A grant's credential, and its link: a newer credential has a higher one."""

    credential: Credential
    link: int


class Renewal:
    """Renews pairs. Until the next pair is stored, nothing is done with it and the old one goes on."""

    def __init__(
        self,
        store: Store,
        upstream: Upstream,
        now: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]],
        forget: Callable[[Credential], Awaitable[None]],
    ) -> None:
        self._grants = store.grants
        self._upstream = upstream
        self._now = now
        self._pause = pause
        self._forget = forget
        self._tried = Recent(_REST)
        self._unstored: dict[str, StoredToken] = {}

    async def stored(self, grant_id: str) -> StoredToken | None:
        """Return the credential as it is stored; None if the grant has ended."""
        row = await self._grants.credential(grant_id)
        return StoredToken(*row) if row else None

    async def current(self, grant_id: str) -> StoredToken | None:
        """Return the credential to use now, renewed if its end is near. None if the grant has ended.

        Raises:
            PairRefused: its end has come, and there is no other.
            HostexError: its end has come, and it could not be renewed this time.
        """
        stored = await self.stored(grant_id)
        ends = stored.credential.expires_at if stored else None
        if stored is None or ends is None or ends - self._now() > RENEWED_BEFORE:
            return stored
        if ends <= self._now():
            return await self.renewed(grant_id, stored.link)
        return await self._while_it_lives(grant_id, stored)

    async def renewed(self, grant_id: str, link: int) -> StoredToken | None:
        """Return the credential after the one of this link, made here or wherever it is being made. None if
        the grant has ended.

        Raises:
            HostexError: as `current`.
        """
        for _ in range(_WAITS):
            stored = await self._renew(grant_id, link)
            if stored is None or stored.link != link:
                return stored
            await self._pause(_WAIT_SECONDS)
        raise DeadlineExceeded("Access to Hostex is still being renewed.", operation=OBTAIN_TOKEN.name)

    def unstored(self, grant_id: str) -> Credential | None:
        """Return a pair that Hostex gave and that could not be stored, for whoever gives the grant up."""
        earlier = self._unstored.pop(grant_id, None)
        return earlier.credential if earlier else None

    async def _while_it_lives(self, grant_id: str, stored: StoredToken) -> StoredToken | None:
        """Nothing that goes wrong matters yet, and so none of it is tried again at once."""
        if grant_id not in self._unstored and not self._tried.is_news(grant_id, self._now()):
            return stored
        try:
            return await self._renew(grant_id, stored.link)
        except HostexError as error:
            _log.warning("A partner token was not renewed and goes on: %s, %s", error.kind, error.request_id)
        except Exception:
            _log.exception("A partner token was not renewed and goes on")
        return stored

    async def _renew(self, grant_id: str, link: int) -> StoredToken | None:
        """Return the next credential if nobody else is making it, else what is stored. Cancelling waits: a
        pair that Hostex gave must be stored."""
        with anyio.CancelScope(shield=True):
            if not await self._grants.lease(grant_id, _LEASE_SECONDS):
                return await self.stored(grant_id)
            try:
                return await self._alone(grant_id, link)
            finally:
                await self._grants.release(grant_id)

    async def _alone(self, grant_id: str, link: int) -> StoredToken | None:
        stored = await self.stored(grant_id)
        if stored is None or stored.link != link:
            return stored
        try:
            pair = await self._pair(grant_id, stored)
        except HostexError as error:
            emit(PairRenewed(error.kind))
            if isinstance(error, PairRefused):
                return await self._refused(grant_id, link, error)
            raise
        emit(PairRenewed("ok"))
        self._unstored[grant_id] = StoredToken(pair, link)
        replaced = await self._grants.replace_credential(grant_id, pair, link)
        del self._unstored[grant_id]
        if replaced:
            return StoredToken(pair, link + 1)
        await self._forget(pair)
        return await self.stored(grant_id)

    async def _pair(self, grant_id: str, stored: StoredToken) -> Credential:
        """Return the next pair: one that Hostex gave before and that could not be stored, else a new one."""
        earlier = self._unstored.pop(grant_id, None)
        if earlier and earlier.link == stored.link:
            return earlier.credential
        return await self._upstream.refresh(stored.credential)

    async def _refused(self, grant_id: str, link: int, error: PairRefused) -> StoredToken | None:
        """Return what is stored, if another process was faster after all, one whose lease had run out."""
        stored = await self.stored(grant_id)
        if stored and stored.link == link:
            raise error
        return stored


_MOST = 10_000


class Recent:
    """Names seen within a span of time. Forgets everything when it is full, so it never grows."""

    def __init__(self, span: timedelta) -> None:
        self._span = span
        self._seen: dict[str, datetime] = {}

    def is_news(self, name: str, now: datetime) -> bool:
        """Whether a name was not seen within the span before now; it is from now on."""
        last = self._seen.get(name)
        if last is not None and last <= now < last + self._span:
            return False
        if len(self._seen) >= _MOST:
            self._seen.clear()
        self._seen[name] = now
        return True
