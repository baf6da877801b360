"""Invitations that nobody has used yet."""

import json
import logging
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, select

from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import AnyRow, write
from hostex_mcp.http.store.grant_rows import choice_values, choices_of
from hostex_mcp.http.store.records import Choices, Invitation
from hostex_mcp.http.store.schema import INVITATIONS
from hostex_mcp.http.store.token_text import INVITATION_PREFIX, can_be_kept, digest, new_text

PURPOSE = "invitation"
LIFE = timedelta(days=7)

_FIND = select(INVITATIONS).where(INVITATIONS.c.digest == bindparam("digest"))

logger = logging.getLogger(__name__)


class Invitations:
    """Invitations by their secret, of which only a digest is kept. Names and bounds are encrypted at rest,
    bound to their invitation, which goes with the grant it was made from. `Grants.activate` uses one up."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context

    async def make(
        self, grant_id: str, person: str, inviter: str, choices: Choices
    ) -> tuple[str, Invitation]:
        """Return the secret of a new invitation, which is good for a week, and the invitation."""
        now = self._context.now()
        secret = new_text(INVITATION_PREFIX)
        made = Invitation(
            invitation_id=secrets.token_hex(16),
            grant_id=grant_id,
            person=person,
            inviter=inviter,
            choices=choices,
            created_at=now,
            expires_at=now + LIFE,
        )
        await write(self._context.database, INVITATIONS.insert().values(self._values(made, secret)))
        return secret, made

    async def find(self, secret: str) -> Invitation | None:
        """Return the invitation with this secret; None if there is none, it was used or ended, or is over."""
        return await self._only(_FIND, digest=digest(secret))

    async def get(self, invitation_id: str) -> Invitation | None:
        """Return the invitation with this id; None as in `find`."""
        if not can_be_kept(invitation_id):
            return None
        query = select(INVITATIONS).where(INVITATIONS.c.invitation_id == invitation_id)
        return await self._only(query)

    async def of_grants(self, grant_ids: list[str], most: int, skipped: int = 0) -> list[Invitation]:
        """Return the invitations that these grants made, or so many of them, newest first but for those that
        are skipped."""
        newest_first = INVITATIONS.c.created_at.desc(), INVITATIONS.c.invitation_id
        query = select(INVITATIONS).where(*self._open(grant_ids)).order_by(*newest_first)
        rows = await self._context.database.read(query.limit(most).offset(skipped))
        return [invitation for row in rows if (invitation := self._opened(row))]

    async def count_of_grants(self, grant_ids: list[str]) -> int:
        """Return how many there are."""
        query = select(func.count()).select_from(INVITATIONS).where(*self._open(grant_ids))
        return (await self._context.database.read(query))[0][0]

    def _open(self, grant_ids: list[str]) -> tuple[ColumnElement[bool], ...]:
        return INVITATIONS.c.grant_id.in_(grant_ids), INVITATIONS.c.expires_at > self._context.now()

    async def end(self, invitation_id: str) -> bool:
        """Take an invitation back; False if there is none any more."""
        ended = delete(INVITATIONS).where(INVITATIONS.c.invitation_id == invitation_id)
        return await write(self._context.database, ended) == 1

    async def _only(self, query: Any, **values: str) -> Invitation | None:
        rows = await self._context.database.read(query, values)
        invitation = self._opened(rows[0]) if rows else None
        return invitation if invitation and invitation.expires_at > self._context.now() else None

    def _values(self, made: Invitation, secret: str) -> dict[str, Any]:
        kept = {
            "person": made.person,
            "inviter": made.inviter,
            "choices": choice_values(made.choices),
        }
        return {
            "invitation_id": made.invitation_id,
            "grant_id": made.grant_id,
            "digest": digest(secret),
            "created_at": made.created_at,
            "expires_at": made.expires_at,
            "record": self._context.keys.seal(PURPOSE, json.dumps(kept).encode(), made.invitation_id),
        }

    def _opened(self, row: AnyRow) -> Invitation | None:
        try:
            kept = json.loads(self._context.keys.open(PURPOSE, row.record, row.invitation_id))
        except Unsealable:
            logger.warning("No key opens an invitation; it is treated as unknown")
            return None
        return Invitation(
            invitation_id=row.invitation_id,
            grant_id=row.grant_id,
            person=kept["person"],
            inviter=kept["inviter"],
            choices=choices_of(kept["choices"]),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )
