"""The link between a grant and a Hostex account: checked, kept alive, and ended on both sides."""

import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import anyio
from pydantic import SecretStr

from hostex_mcp.api import (
    Access,
    Blocked,
    HostexError,
    InvalidToken,
    OutcomeUnknown,
    UpstreamFailed,
    check_token,
)
from hostex_mcp.clock import utc_now
from hostex_mcp.events import GrantChanged, emit
from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store import Store
from hostex_mcp.http.store.records import Credential, Grant
from hostex_mcp.http.tenants.hostex_partner import PairRefused, Upstream
from hostex_mcp.http.tenants.token_renewal import RENEWED_BEFORE, Renewal, StoredToken
from hostex_mcp.http.tenants.webhooks_at_hostex import unregister_last
from hostex_mcp.http.transport.outage import OUTAGES

DELETED = "Hostex no longer accepts the access token: it was deleted there. Connect again with a new one."
WITHDRAWN = (
    "Hostex no longer gives this server access: the permission was withdrawn there or has "
    "expired. Connect again."
)
ABANDONED = "The app never collected its access, or let it expire, so the stored credential was deleted."
CONNECT_AGAIN = (
    "Hostex ended this access, so the connection has ended too. Connect this server in your app again; you "
    "will be asked for your Hostex account again."
)
_UNREADABLE = "The stored credential of this connection cannot be read."
_AWAY = "This server cannot look up the connection right now. Nothing was sent to Hostex."
_KEYS_CHANGED = (
    "The keys of this server have changed. Its operator can restore them (HOSTEX_MCP_SECRET_KEYS); "
    "otherwise reconnect this server in your app."
)

_log = logging.getLogger(__name__)

Ended = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class UsableToken:
    """A token that is good now. It is to be asked for again at `until`, if that is given, and whenever the
    grant's link is another."""

    token: SecretStr
    link: int
    until: datetime | None = None


class HostexCredentials:
    """Links of grants to Hostex, for any number of processes over one store."""

    def __init__(
        self,
        store: Store,
        upstream: Upstream,
        now: Callable[[], datetime] = utc_now,
        *,
        pause: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._store = store
        self.hooks, self.house_rules = store.hooks, store.house_rules
        self._upstream = upstream
        self._renewal = Renewal(store, upstream, now, pause, self.forget)
        self._listeners: list[Ended] = []

    def on_end(self, listener: Ended) -> None:
        """Call this with the id of each grant that is ended here, once it is."""
        self._listeners.append(listener)

    async def check(self, token: SecretStr, writes: bool) -> Access:
        """Ask Hostex what a token may do."""
        async with self._upstream.client(token) as client:
            return await check_token(client, writes=writes)

    def note_use(self, grant: Grant) -> None:
        """Remember that the grant was used now, for its owner to see; no call waits for the database."""
        self._store.grants.touch(grant.grant_id)

    async def live(self, grant: Grant) -> UsableToken:
        """Return the token to use now. A pair near its end is renewed first; one that lives goes on when that
        fails.

        Raises:
            InvalidToken: the grant has ended, maybe just now, because Hostex gives no more tokens for it.
            HostexError: the pair has run out and could not be renewed this time.
        """
        if grant.owner_id and not await self._goes_on(grant):
            raise _disconnected()
        return await self._live(grant.linked_id, self._renewal.current(grant.linked_id))

    async def rejected(self, grant: Grant, current: UsableToken) -> UsableToken | None:
        """Return what to use in place of a token that Hostex has just refused a call with; None if it refuses
        that call only and the token is alive.

        Raises:
            InvalidToken: the token is dead and nothing takes its place, so the grant has ended.
            HostexError: nothing took its place this time.
        """
        with _opening():
            stored = await self._renewal.stored(grant.linked_id)
        if stored is None or stored.link != current.link:
            return _in_use(stored)
        if (await self.check(current.token, writes=False)).verdict != "dead":
            return None
        if stored.credential.kind == "token":
            await self.end(grant.linked_id, DELETED)
            raise _disconnected()
        return await self._live(grant.linked_id, self._renewal.renewed(grant.linked_id, current.link))

    async def renew(self, grant_id: str) -> None:
        """Renew a pair whose end is near, used or not; end the grant if its end has come and there is no
        other.

        Raises:
            HostexError: as `live`.
        """
        await self._live(grant_id, self._renewal.current(grant_id))

    async def end(self, grant_id: str, reason: str) -> bool:
        """End a grant for a reason that is shown to its owner, here and at Hostex, and those of the people
        who were invited by it. Again is no harm. False if Hostex still has a webhook for it."""
        ended_here = await self._store.grants.end(grant_id, reason)
        for _ in ended_here.grant_ids if ended_here else ():
            emit(GrantChanged("ended"))
        for ended in ended_here.grant_ids if ended_here else (grant_id,):
            for listener in self._listeners:
                await listener(ended)
        hook, credential = (ended_here.hook, ended_here.credential) if ended_here else (None, None)
        clean = hook is None or await unregister_last(self._upstream, credential, hook)
        for leftover in (credential, self._renewal.unstored(grant_id)):
            if leftover:
                await self.forget(leftover)
        return clean

    async def end_abandoned(self) -> None:
        """End the grants that hold a credential for nobody."""
        for grant_id in await self._store.grants.abandoned():
            await self.end(grant_id, ABANDONED)

    async def forget(self, credential: Credential) -> None:
        """Revoke a partner's pair at Hostex, if Hostex can be reached. A host's own token is the host's to
        delete."""
        if credential.kind != "partner":
            return
        try:
            await self._upstream.revoke(credential)
        except HostexError as error:
            _log.warning("A partner token was not revoked at Hostex: %s, %s", error.kind, error.request_id)

    async def _goes_on(self, grant: Grant) -> bool:
        """Whether the grant of somebody who was invited still is: that of its owner does not tell."""
        with _opening():
            now = await self._store.grants.get(grant.grant_id)
        return now is not None and now.status != "ended"

    async def _live(self, grant_id: str, finding: Awaitable[StoredToken | None]) -> UsableToken:
        try:
            with _opening():
                return _in_use(await finding)
        except PairRefused:
            await self.end(grant_id, WITHDRAWN)
            raise _disconnected() from None
        except OutcomeUnknown as error:
            message = "Hostex did not answer while access was being renewed."
            raise UpstreamFailed(message, operation=error.operation, retryable=True) from None


@contextmanager
def _opening() -> Generator[None]:
    """Raise InvalidToken for what is stored and cannot be opened any more, as the connection has to be made
    again, and Blocked while it cannot be read, which is found out before anything is sent."""
    try:
        yield
    except Unsealable:
        _log.error("The credential of a grant cannot be opened: is a key of HOSTEX_MCP_SECRET_KEYS missing?")
        failed = InvalidToken(_UNREADABLE)
        failed.hint = _KEYS_CHANGED
        raise failed from None
    except OUTAGES:
        _log.exception("A connection could not be looked up")
        away = Blocked(_AWAY, operation="connection", hint="Make the call again shortly.")
        away.retryable = True
        raise away from None


def _in_use(stored: StoredToken | None) -> UsableToken:
    if stored is None:
        raise _disconnected()
    ends = stored.credential.expires_at
    return UsableToken(stored.credential.access_token, stored.link, ends - RENEWED_BEFORE if ends else None)


def _disconnected() -> InvalidToken:
    error = InvalidToken("Hostex no longer accepts this connection.", code=401)
    error.hint = CONNECT_AGAIN
    return error
