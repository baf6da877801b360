"""Grants and the Hostex credentials that belong to them."""

import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import AnyRow, write
from hostex_mcp.http.store.grant_rows import (
    FINGERPRINT,
    GRANT_COLUMNS,
    credential_of,
    credential_values,
    grant_of,
    grant_values,
)
from hostex_mcp.http.store.hooks import opened
from hostex_mcp.http.store.records import Credential, Grant, Status
from hostex_mcp.http.store.schema import (
    ACCOUNT_MEMORY,
    CHANGES,
    CODES,
    GRANTS,
    HOOKS,
    HOUSE_RULES,
    INVITATIONS,
    NOTICE_ADDRESSES,
    TOKENS,
)
from hostex_mcp.http.store.token_text import can_be_kept
from hostex_mcp.server.changes.record import OPEN

PENDING_LIFE = timedelta(minutes=15)
_CLOCKS_APART = timedelta(minutes=5)
# From the last answer to the code in the client's hands it takes a moment more.
_SETTLED = 2 * PENDING_LIFE
_AT_ONCE = 100
OWNER_ENDED = "The owner of the Hostex account ended the connection that it came from."
_OPEN = [state.value for state in OPEN]
_ALIVE = GRANTS.c.status != "ended"
_WIPED: dict[str, Any] = dict.fromkeys(
    ("credential", "credential_ends_at", "fingerprint", "leased_by", "leased_until")
)
_CREDENTIAL = (
    GRANTS.c.grant_id,
    GRANTS.c.kind,
    GRANTS.c.credential,
    GRANTS.c.credential_ends_at,
    GRANTS.c.link,
)
_GET = select(*GRANT_COLUMNS).where(GRANTS.c.grant_id == bindparam("grant_id"))
_GET_CREDENTIAL = select(*_CREDENTIAL).where(GRANTS.c.grant_id == bindparam("grant_id"), _ALIVE)

# What ends with a grant, though the grant itself is still shown as ended.
_OF_A_GRANT = (CODES, TOKENS, INVITATIONS, NOTICE_ADDRESSES, ACCOUNT_MEMORY, HOOKS, HOUSE_RULES)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EndedGrants:
    """Grants that were ended together, and the credential of the first, to be revoked upstream: None where it
    has none of its own, or no key opens it. `hook` is the end of the address at which Hostex called about
    its account."""

    grant_ids: tuple[str, ...]
    credential: Credential | None
    hook: str | None = field(default=None, repr=False)


class Grants:
    """Grants by their id. Credentials are encrypted at rest, each bound to its grant."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context
        self._holder = secrets.token_hex(16)
        self._used: dict[str, datetime] = {}

    async def add(self, grant: Grant, credential: Credential | None = None) -> None:
        """Keep a new grant; that of somebody who was invited has no credential. A pending one cannot become
        active after 15 minutes."""
        values = grant_values(grant)
        if credential:
            values |= credential_values(self._context.keys, grant.grant_id, credential)
        await write(self._context.database, GRANTS.insert().values(values))

    async def get(self, grant_id: str) -> Grant | None:
        """Return the grant, whatever its status."""
        rows = await self._context.database.read(_GET, {"grant_id": grant_id})
        return grant_of(rows[0]) if rows else None

    async def some(self, grant_ids: Collection[str]) -> list[Grant]:
        """Return those of these grants that are known, whatever their status, newest first."""
        # A form may name anything, and PostgreSQL refuses what it cannot hold.
        return await self._list(GRANTS.c.grant_id.in_(list(filter(can_be_kept, grant_ids))))

    async def activate(self, grant_id: str, property_ids: tuple[int, ...] | None = None) -> Grant | None:
        """Make a pending grant active, with these properties unless None; an invitation is used up by it.
        None if it is not pending, or its invitation is not open any more."""
        pending = (
            GRANTS.c.grant_id == grant_id,
            GRANTS.c.status == "pending",
            GRANTS.c.created_at > self._context.now() - PENDING_LIFE,
        )
        active = update(GRANTS).where(*pending).values(status="active").returning(*GRANT_COLUMNS)
        async with self._context.database.transaction() as connection:
            await self._hold_owner(connection, grant_id)
            row = (await connection.execute(active)).one_or_none()
            if row is None:
                return None
            if row.invitation_id and not await self._use_up(connection, row):
                await connection.rollback()
                return None
            if property_ids is None:
                return grant_of(row)
            choices = row.choices | {"property_ids": list(property_ids)}
            narrowed = update(GRANTS).where(GRANTS.c.grant_id == grant_id).values(choices=choices)
            return grant_of((await connection.execute(narrowed.returning(*GRANT_COLUMNS))).one())

    async def _hold_owner(self, connection: AsyncConnection, grant_id: str) -> None:
        """Keep the grant of the owner who invited as it is until the transaction is over. First of all, as
        whoever ends it takes it before those of the people: the other way round both would wait for ever."""
        invited = GRANTS.alias()
        owner_id = select(invited.c.owner_id).where(invited.c.grant_id == grant_id).scalar_subquery()
        owner = select(GRANTS.c.grant_id).where(GRANTS.c.grant_id == owner_id)
        await connection.execute(owner.with_for_update(read=True))

    async def _use_up(self, connection: AsyncConnection, row: AnyRow) -> bool:
        """Use the invitation of a grant up, while the link that made it lives; False if it is gone."""
        owner = select(GRANTS.c.status).where(GRANTS.c.grant_id == row.owner_id)
        if (await connection.execute(owner)).scalar_one_or_none() != "active":
            return False
        used = delete(INVITATIONS).where(
            INVITATIONS.c.invitation_id == row.invitation_id, INVITATIONS.c.expires_at > self._context.now()
        )
        return (await connection.execute(used)).rowcount == 1

    async def credential(self, grant_id: str) -> tuple[Credential, int] | None:
        """Return the credential and its link; None if the grant has ended or is not known.

        Raises:
            Unsealable: no key opens it.
        """
        rows = await self._context.database.read(_GET_CREDENTIAL, {"grant_id": grant_id})
        return (self._opened(rows[0]), rows[0].link) if rows else None

    async def replace_credential(self, grant_id: str, credential: Credential, link: int) -> bool:
        """Put a newer credential in the place of the one with this link, and count the link up. False, and
        nothing changed, if the link is another by now or the grant has ended."""
        values = credential_values(self._context.keys, grant_id, credential) | {"link": link + 1}
        return await self._changed(grant_id, values, GRANTS.c.link == link)

    async def lease(self, grant_id: str, seconds: float) -> bool:
        """Whether the caller is now the only one, in any process, to refresh this grant's credential, until
        it releases the lease or the time is up. False if another holds it or the grant has ended."""
        now = self._context.now()
        until = now + timedelta(seconds=seconds)
        # One that goes on for much longer is from before the clock was put back.
        ended = or_(GRANTS.c.leased_until <= now, GRANTS.c.leased_until > until + _CLOCKS_APART)
        free = or_(GRANTS.c.leased_until.is_(None), ended)
        values = {"leased_by": self._holder, "leased_until": until}
        return await self._changed(grant_id, values, free)

    async def release(self, grant_id: str) -> None:
        """Give the lease back, if this store still holds it."""
        values: dict[str, Any] = {"leased_by": None, "leased_until": None}
        await self._changed(grant_id, values, GRANTS.c.leased_by == self._holder)

    async def end(self, grant_id: str, reason: str) -> EndedGrants | None:
        """End the grant for a reason that is shown, with those of the people who were invited by it: in one
        transaction its credential is wiped, and codes, tokens, changes, invitations and what is
        remembered of the account are deleted, but for
        changes that an owner who stays decided on. Gives what was ended to the one caller that ended it; None
        to any later one."""
        async with self._context.database.transaction() as connection:
            query = select(*_CREDENTIAL).where(GRANTS.c.grant_id == grant_id, _ALIVE).with_for_update()
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            invited = select(GRANTS.c.grant_id).where(GRANTS.c.owner_id == grant_id, _ALIVE)
            people = (await connection.execute(invited)).scalars().all()
            hook = await connection.execute(select(HOOKS).where(HOOKS.c.grant_id == grant_id))
            called = opened(self._context.keys, hook.one_or_none())
            for person in people:
                await self._wipe(connection, person, OWNER_ENDED)
            await self._wipe(connection, grant_id, reason)
            # With the owner nobody is left who would read them.
            await connection.execute(delete(CHANGES).where(CHANGES.c.owner_id == grant_id))
        address = called.address if called else None
        return EndedGrants((grant_id, *people), self._last_credential(row), address)

    def _last_credential(self, row: AnyRow) -> Credential | None:
        try:
            return self._opened(row) if row.credential else None
        except Unsealable:
            logger.warning("The credential of an ended grant could not be opened, nor revoked at Hostex")
            return None

    async def in_browser(
        self, browser: str, status: Status | None = None, most: int | None = None
    ) -> list[Grant]:
        """Return the grants given in a browser, newest first: active ones, and ended ones while they are
        kept; those of one status, or so many, if that is given."""
        visible = GRANTS.c.status == status if status else GRANTS.c.status != "pending"
        return await self._list(GRANTS.c.browser == browser, visible, most=most)

    async def invited_by(self, grant_ids: Collection[str], most: int, skipped: int = 0) -> list[Grant]:
        """Return the active grants of the people who were invited by these grants, or so many of them, newest
        first but for those that are skipped."""
        return await self._list(_invited_by(grant_ids), most=most, skipped=skipped)

    async def count_invited_by(self, grant_ids: Collection[str]) -> int:
        """Return how many there are."""
        query = select(func.count()).select_from(GRANTS).where(_invited_by(grant_ids))
        return (await self._context.database.read(query))[0][0]

    async def of_token(self, token: str, most: int | None = None) -> list[Grant]:
        """Return the active grants that hold this Hostex access token, or so many of them, newest first."""
        digests = self._context.keys.digests(FINGERPRINT, token)
        return await self._list(GRANTS.c.fingerprint.in_(digests), GRANTS.c.status == "active", most=most)

    async def due(self, before: datetime) -> list[str]:
        """Return active grants whose partner pair ends before this moment, soonest first."""
        due = (
            select(GRANTS.c.grant_id)
            .where(
                GRANTS.c.credential_ends_at < before,
                GRANTS.c.kind == "partner",
                GRANTS.c.status == "active",
            )
            .order_by(GRANTS.c.credential_ends_at)
        )
        return [row.grant_id for row in await self._context.database.read(due)]

    async def abandoned(self) -> list[str]:
        """Return grants that hold a credential for nobody, oldest first and not too many at once: those whose
        last question was not answered in time, and those for which no code or token is left, or ever was,
        neither to their owner nor to anybody who was invited."""
        now = self._context.now()
        invited = GRANTS.alias()
        in_use = or_(
            exists().where(invited.c.owner_id == GRANTS.c.grant_id, invited.c.status == "active"),
            exists().where(TOKENS.c.grant_id == GRANTS.c.grant_id, TOKENS.c.expires_at > now),
            exists().where(CODES.c.grant_id == GRANTS.c.grant_id, CODES.c.expires_at > now),
        )
        pending = and_(GRANTS.c.status == "pending", GRANTS.c.created_at <= now - PENDING_LIFE)
        active = and_(GRANTS.c.status == "active", GRANTS.c.created_at <= now - _SETTLED, ~in_use)
        query = select(GRANTS.c.grant_id).where(or_(pending, active)).order_by(GRANTS.c.created_at)
        return [row.grant_id for row in await self._context.database.read(query.limit(_AT_ONCE))]

    def touch(self, grant_id: str) -> None:
        """Remember that the grant was used now, until `write_uses`."""
        self._used[grant_id] = self._context.now()

    async def write_uses(self) -> None:
        """Note when grants were used that were since the last time."""
        used, self._used = self._used, {}
        for grant_id, moment in used.items():
            earlier = or_(GRANTS.c.used_at.is_(None), GRANTS.c.used_at < moment)
            await self._changed(grant_id, {"used_at": moment}, earlier)

    async def _wipe(self, connection: AsyncConnection, grant_id: str, reason: str) -> None:
        ended = _WIPED | {"status": "ended", "reason": reason, "ended_at": self._context.now()}
        await connection.execute(update(GRANTS).where(GRANTS.c.grant_id == grant_id).values(ended))
        for table in _OF_A_GRANT:
            await connection.execute(delete(table).where(table.c.grant_id == grant_id))
        # The owner who decided on those of a person goes on reading what was decided.
        unread = or_(CHANGES.c.owner_id.is_(None), CHANGES.c.state.in_(_OPEN))
        await connection.execute(delete(CHANGES).where(CHANGES.c.grant_id == grant_id, unread))

    async def _changed(self, grant_id: str, values: dict[str, Any], condition: ColumnElement[bool]) -> bool:
        change = update(GRANTS).where(GRANTS.c.grant_id == grant_id, _ALIVE, condition).values(values)
        return await write(self._context.database, change) == 1

    async def _list(
        self, *conditions: ColumnElement[bool], most: int | None = None, skipped: int = 0
    ) -> list[Grant]:
        newest_first = GRANTS.c.created_at.desc(), GRANTS.c.grant_id
        query = select(*GRANT_COLUMNS).where(*conditions).order_by(*newest_first).limit(most).offset(skipped)
        return [grant_of(row) for row in await self._context.database.read(query)]

    def _opened(self, row: AnyRow) -> Credential:
        return credential_of(
            self._context.keys, row.grant_id, row.kind, row.credential, row.credential_ends_at
        )


def _invited_by(grant_ids: Collection[str]) -> ColumnElement[bool]:
    owners = GRANTS.c.owner_id.in_(list(filter(can_be_kept, grant_ids)))
    return and_(owners, GRANTS.c.status == "active")
