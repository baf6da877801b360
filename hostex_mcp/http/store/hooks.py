"""Addresses at which Hostex calls about an account, and the events that it called about."""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hostex_mcp.api import Pace
from hostex_mcp.domain.hook_events import KEPT, MOST_EVENTS, TIMED_EVENTS, HookEvent, HookLog
from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import AnyRow, write
from hostex_mcp.http.store.schema import GRANTS, HOOK_EVENTS, HOOKS
from hostex_mcp.http.store.token_text import digest
from hostex_mcp.sealed import Sealed, Unsealable

PURPOSE, EVENT_PURPOSE = "hook", "hook-event"

_NOTED_EVERY = timedelta(minutes=1)
_FIND = select(HOOKS).where(HOOKS.c.digest == bindparam("digest"))
_OF_GRANT = select(HOOKS).where(HOOKS.c.grant_id == bindparam("grant_id"))

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Record:
    address: str
    key: str


_RECORD, _EVENT = Sealed(PURPOSE, _Record), Sealed(EVENT_PURPOSE, HookEvent)


@dataclass(frozen=True, slots=True)
class Hook:
    """An address of one connection, by its random end. `pinned` is a digest, under the address's own key, of
    the secret that the first call brought; None until then. Events before `dropped_until` were more than are
    kept."""

    hook_id: str
    address: str = field(repr=False)
    key: str = field(repr=False)
    created_at: datetime
    pinned: str | None = field(repr=False)
    heard_at: datetime | None
    refused_at: datetime | None
    dropped_until: datetime | None

    def mac(self, what: str, text: str) -> str:
        """Return a digest of a text that only this address makes, and that a copied table gives away
        nothing by."""
        data = f"{what}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(bytes.fromhex(self.key), data, hashlib.sha256).hexdigest()

    def knows(self, secret: str) -> bool:
        """Whether a call with this secret may be from Hostex: it brings the secret of the first call, or is
        the first. Takes as long whatever it is."""
        brought = self.mac("secret", secret)
        return hmac.compare_digest(self.pinned or brought, brought)


class Hooks:
    """Hooks by the grant of the owner, with which they end, and by the end of their address, of which a
    digest finds them. What names people or stays is encrypted at rest."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context

    async def add(self, grant_id: str) -> Hook | None:
        """Return a new hook with an address that nobody guesses; None if the grant has one already, or is
        not active."""
        hook_id, record = secrets.token_hex(16), _Record(secrets.token_urlsafe(32), secrets.token_hex(32))
        values = {
            "hook_id": hook_id,
            "grant_id": grant_id,
            "digest": digest(record.address),
            "record": _RECORD.seal(self._context.keys, record, hook_id),
            "created_at": self._context.now(),
        }
        insert = self._context.database.insert(HOOKS).values(values).on_conflict_do_nothing()
        active = select(GRANTS.c.status).where(GRANTS.c.grant_id == grant_id).with_for_update()
        async with self._context.database.transaction() as connection:
            if (await connection.execute(active)).scalar_one_or_none() != "active":
                return None
            row = (await connection.execute(insert.returning(*HOOKS.c))).one_or_none()
        return opened(self._context.keys, row)

    async def find(self, address: str) -> Hook | None:
        """Return the hook whose address ends so."""
        return await self._only(_FIND, digest=digest(address))

    async def of_grant(self, grant_id: str) -> Hook | None:
        """Return the hook of a grant."""
        return await self._only(_OF_GRANT, grant_id=grant_id)

    async def end(self, grant_id: str) -> None:
        """Forget the hook of a grant with its events: its address is nobody's from now on."""
        await write(self._context.database, delete(HOOKS).where(HOOKS.c.grant_id == grant_id))

    async def pin_anew(self, grant_id: str) -> None:
        """Let the next call say which secret Hostex sends."""
        anew = update(HOOKS).where(HOOKS.c.grant_id == grant_id).values(pinned=None, refused_at=None)
        await write(self._context.database, anew)

    async def note_refusal(self, hook: Hook) -> None:
        """Note that a call brought another secret, for the owner to see; not more often than once a
        minute."""
        now = self._context.now()
        if hook.refused_at and hook.refused_at > now - _NOTED_EVERY:
            return
        earlier = or_(HOOKS.c.refused_at.is_(None), HOOKS.c.refused_at <= now - _NOTED_EVERY)
        noted = update(HOOKS).where(HOOKS.c.hook_id == hook.hook_id, earlier).values(refused_at=now)
        await write(self._context.database, noted)

    async def receive(self, hook: Hook, secret: str, body: str, event: HookEvent) -> bool:
        """Note that Hostex called, and keep the event unless it is kept already, too old, or known without;
        pin the secret of a first call. The database decides. False if the hook has ended, or another secret
        was first."""
        now, pinned = self._context.now(), hook.mac("secret", secret)
        # Of two first calls one pins, and of calls to one address one is kept after the other.
        taken = (
            update(HOOKS)
            .where(HOOKS.c.hook_id == hook.hook_id, or_(HOOKS.c.pinned.is_(None), HOOKS.c.pinned == pinned))
            .values(pinned=pinned, heard_at=now)
        )
        async with self._context.database.transaction() as connection:
            if (await connection.execute(taken)).rowcount != 1:
                return False
            if event.at > now - KEPT and event.name not in TIMED_EVENTS:
                await self._keep(connection, hook, body, event)
        return True

    async def log(self, grant_id: str, since: datetime, until: datetime) -> HookLog:
        """Return the events that arrived after `since` and up to `until`, newest first. What arrives late is
        so told by whoever asks for what is new, and nothing twice."""
        hook = await self.of_grant(grant_id)
        if hook is None:
            return HookLog()
        query = (
            select(HOOK_EVENTS)
            .where(
                HOOK_EVENTS.c.hook_id == hook.hook_id,
                HOOK_EVENTS.c.received_at > since,
                HOOK_EVENTS.c.received_at <= until,
            )
            .order_by(HOOK_EVENTS.c.received_at.desc(), HOOK_EVENTS.c.digest)
        )
        pace, events = Pace(), list[HookEvent]()
        for row in await self._context.database.read(query):
            try:
                bound_to = f"{row.hook_id} {row.digest}"
                events.append(_EVENT.open(self._context.keys, row.record, bound_to))
            except Unsealable:
                logger.warning("No key opens an event of Hostex; it is treated as unknown")
            await pace.rest()
        oldest = self._context.now() - KEPT
        return HookLog(events, max(filter(None, (hook.created_at, hook.dropped_until, oldest))))

    async def _keep(self, connection: AsyncConnection, hook: Hook, body: str, event: HookEvent) -> None:
        name = hook.mac("event", body)
        insert = self._context.database.insert(HOOK_EVENTS).values(
            hook_id=hook.hook_id,
            digest=name,
            received_at=self._context.now(),
            record=_EVENT.seal(self._context.keys, event, f"{hook.hook_id} {name}"),
        )
        made = await connection.execute(insert.on_conflict_do_nothing().returning(HOOK_EVENTS.c.digest))
        if made.one_or_none() is not None:
            await self._drop_surplus(connection, hook)

    async def _drop_surplus(self, connection: AsyncConnection, hook: Hook) -> None:
        of_hook = HOOK_EVENTS.c.hook_id == hook.hook_id
        count = select(func.count()).select_from(HOOK_EVENTS).where(of_hook)
        surplus = (await connection.execute(count)).scalar_one() - MOST_EVENTS
        if surplus <= 0:
            return
        oldest = select(HOOK_EVENTS.c.digest, HOOK_EVENTS.c.received_at).where(of_hook)
        ordered = oldest.order_by(HOOK_EVENTS.c.received_at, HOOK_EVENTS.c.digest).limit(surplus)
        rows = (await connection.execute(ordered)).all()
        gone = HOOK_EVENTS.c.digest.in_([row.digest for row in rows])
        await connection.execute(delete(HOOK_EVENTS).where(of_hook, gone))
        said = update(HOOKS).where(HOOKS.c.hook_id == hook.hook_id)
        await connection.execute(said.values(dropped_until=rows[-1].received_at))

    async def _only(self, query: Any, **values: str) -> Hook | None:
        rows = await self._context.database.read(query, values)
        return opened(self._context.keys, rows[0] if rows else None)


def opened(keys: KeyRing, row: AnyRow) -> Hook | None:
    """Return the hook of a row; None without one, or if no key opens it."""
    if row is None:
        return None
    try:
        record = _RECORD.open(keys, row.record, row.hook_id)
    except Unsealable:
        logger.warning("No key opens the address at which Hostex calls; it is treated as unknown")
        return None
    times: Mapping[str, datetime | None] = {
        name: getattr(row, name) for name in ("heard_at", "refused_at", "dropped_until")
    }
    return Hook(
        hook_id=row.hook_id,
        address=record.address,
        key=record.key,
        created_at=row.created_at,
        pinned=row.pinned,
        **times,
    )
