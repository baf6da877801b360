"""What may be used once: confirmations, consents, a partner's states."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import write
from hostex_mcp.http.store.records import Spent
from hostex_mcp.http.store.schema import SPENT
from hostex_mcp.http.store.token_text import digest

PURPOSE = "outcome"
_TRIES = 5

_OUTCOME = select(SPENT).where(SPENT.c.kind == bindparam("kind"), SPENT.c.digest == bindparam("digest"))


class SingleUse:
    """Uses by kind and key. Of a key only a digest is kept; outcomes are encrypted at rest."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context

    async def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Whether the caller is the first to use this key; the database decides. The claim is remembered
        until `expires_at`, which must not be before the key itself becomes worthless."""
        values = {"kind": kind, "digest": digest(key), "expires_at": expires_at}
        claim = self._context.database.insert(SPENT).values(values).on_conflict_do_nothing()
        async with self._context.database.transaction() as connection:
            made = await connection.execute(claim.returning(SPENT.c.digest))
            return made.one_or_none() is not None

    async def claim_one(self, kind: str, key: str, most: int, expires_at: datetime) -> bool:
        """Whether the caller is one of the first so many to use this key until `expires_at`; the database
        decides."""
        for _ in range(_TRIES):
            free = await self._free(kind, key, most)
            if not free:
                return False
            # Not the first one, which all who come at once would want.
            values = {"kind": kind, "digest": secrets.choice(free), "expires_at": expires_at}
            claim = self._context.database.insert(SPENT).values(values).on_conflict_do_nothing()
            if await write(self._context.database, claim):
                return True
        return False

    async def has_one(self, kind: str, key: str, most: int) -> bool:
        """Whether `claim_one` would succeed."""
        return bool(await self._free(kind, key, most))

    async def _free(self, kind: str, key: str, most: int) -> list[str]:
        places = [digest(f"{key}:{number}") for number in range(most)]
        query = select(SPENT.c.digest).where(SPENT.c.kind == kind, SPENT.c.digest.in_(places))
        taken = {row.digest for row in await self._context.database.read(query)}
        return [place for place in places if place not in taken]

    async def settle(self, kind: str, key: str, outcome: Mapping[str, Any]) -> None:
        """Keep what came of a claim, for whoever repeats it. Values that JSON lacks are kept as text."""
        name = digest(key)
        plain = json.dumps(outcome, default=str).encode()
        sealed = self._context.keys.seal(PURPOSE, plain, f"{kind} {name}")
        claimed = update(SPENT).where(SPENT.c.kind == kind, SPENT.c.digest == name)
        await write(self._context.database, claimed.values(outcome=sealed))

    async def outcome(self, kind: str, key: str) -> Spent | None:
        """Return the claim on this key; None if there is none. Its outcome is None until it is settled.

        Raises:
            Unsealable: no key opens the outcome.
        """
        name = digest(key)
        rows = await self._context.database.read(_OUTCOME, {"kind": kind, "digest": name})
        if not rows:
            return None
        sealed = rows[0].outcome
        plain = self._context.keys.open(PURPOSE, sealed, f"{kind} {name}") if sealed else None
        return Spent(rows[0].expires_at, json.loads(plain) if plain else None)
