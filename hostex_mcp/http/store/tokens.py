"""Access and refresh tokens."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import AnyRow
from hostex_mcp.http.store.grant_rows import GRANT_COLUMNS, grant_of
from hostex_mcp.http.store.records import IssuedToken, Pair
from hostex_mcp.http.store.schema import CODES, GRANTS, TOKENS
from hostex_mcp.http.store.token_text import ACCESS_PREFIX, REFRESH_PREFIX, digest, new_text

ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=60)
PURPOSE = "successor"

_ISSUED = (
    select(
        TOKENS.c.client_id.label("bearer"),
        TOKENS.c.scopes,
        *GRANT_COLUMNS,
    )
    .join(GRANTS, GRANTS.c.grant_id == TOKENS.c.grant_id)
    .where(
        TOKENS.c.digest == bindparam("digest"),
        TOKENS.c.expires_at > bindparam("now"),
        GRANTS.c.status == "active",
    )
)
_ACCESS = _ISSUED.where(TOKENS.c.kind == "access")
_REFRESHABLE = _ISSUED.where(
    TOKENS.c.kind == "refresh",
    or_(TOKENS.c.rotated_at.is_(None), TOKENS.c.rotated_at > bindparam("since")),
)
_REUSED = select(TOKENS.c.grant_id).where(
    TOKENS.c.digest == bindparam("digest"), TOKENS.c.rotated_at <= bindparam("since")
)


class TokenTable:
    """Tokens by their text, of which only a digest is kept. Those of a grant that is not active are never
    found."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context

    async def redeem(self, code: str) -> Pair | None:
        """Claim an authorization code and issue its first pair, in one transaction. None if somebody else
        was first, it has expired, or its grant is not active. What the code is bound to is for the caller to
        check before."""
        claim = (
            update(CODES)
            .where(
                CODES.c.digest == digest(code),
                CODES.c.claimed_at.is_(None),
                CODES.c.expires_at > self._context.now(),
            )
            .values(claimed_at=self._context.now())
            .returning(CODES.c.grant_id, CODES.c.client_id, CODES.c.scopes)
        )
        async with self._context.database.transaction() as connection:
            if not await _holds(connection, CODES.c.grant_id, CODES.c.digest == digest(code)):
                return None
            row = (await connection.execute(claim)).one_or_none()
            if row is None:
                return None
            pair = _new_pair(tuple(row.scopes.split()))
            await self._keep(connection, row, pair)
            return pair

    async def access(self, text: str) -> IssuedToken | None:
        """Return what an access token that is alive was issued for."""
        values = {"digest": digest(text), "now": self._context.now()}
        rows = await self._context.database.read(_ACCESS, values)
        return _issued(rows[0]) if rows else None

    async def refreshable(self, text: str) -> IssuedToken | None:
        """Return what a refresh token was issued for, if it is alive or was rotated within the grace."""
        values = {"digest": digest(text), "now": self._context.now(), "since": self._since()}
        rows = await self._context.database.read(_REFRESHABLE, values)
        return _issued(rows[0]) if rows else None

    async def reused(self, text: str) -> str | None:
        """Return the grant of a refresh token that was rotated longer ago than the grace: the grant must
        end."""
        rows = await self._context.database.read(_REUSED, {"digest": digest(text), "since": self._since()})
        return rows[0].grant_id if rows else None

    async def rotate(self, text: str, scopes: tuple[str, ...]) -> Pair | None:
        """Return the successors of a refresh token. The access token gets these scopes, the refresh token
        keeps all of the old one's. Whoever comes first makes them; a repeat within the grace gets the very
        same pair, whatever scopes it asks for. None if the token is not refreshable."""
        name, pair = digest(text), _new_pair(scopes)
        async with self._context.database.transaction() as connection:
            if not await _holds(connection, TOKENS.c.grant_id, TOKENS.c.digest == name):
                return None
            row = (await connection.execute(self._rotation(name, pair))).one_or_none()
            if row is None:
                return await self._repeated(connection, name)
            await self._keep(connection, row, pair)
            return pair

    def _rotation(self, name: str, pair: Pair) -> Any:
        now = self._context.now()
        return (
            update(TOKENS)
            .where(
                TOKENS.c.digest == name,
                TOKENS.c.kind == "refresh",
                TOKENS.c.expires_at > now,
                TOKENS.c.rotated_at.is_(None),
            )
            .values(rotated_at=now, successor=self._sealed(name, pair))
            .returning(TOKENS.c.grant_id, TOKENS.c.client_id, TOKENS.c.scopes)
        )

    async def _repeated(self, connection: AsyncConnection, name: str) -> Pair | None:
        query = select(TOKENS.c.successor).where(
            TOKENS.c.digest == name,
            TOKENS.c.expires_at > self._context.now(),
            TOKENS.c.rotated_at > self._since(),
        )
        sealed = (await connection.execute(query)).scalar_one_or_none()
        try:
            return self._opened(name, sealed) if sealed else None
        except Unsealable:
            return None

    async def _keep(self, connection: AsyncConnection, row: AnyRow, pair: Pair) -> None:
        """Keep both tokens of a pair. `row` has the grant, the client, and the refresh token's scopes."""
        now = self._context.now()
        shared = {"grant_id": row.grant_id, "client_id": row.client_id}
        access = _token("access", pair.access_token, " ".join(pair.scopes), now + ACCESS_LIFE)
        refresh = _token("refresh", pair.refresh_token, row.scopes, now + REFRESH_LIFE)
        await connection.execute(TOKENS.insert(), [shared | access, shared | refresh])

    def _since(self) -> datetime:
        return self._context.now() - self._context.grace

    def _sealed(self, name: str, pair: Pair) -> str:
        plain = [pair.access_token, pair.refresh_token, pair.scopes, pair.expires_in]
        return self._context.keys.seal(PURPOSE, json.dumps(plain).encode(), name)

    def _opened(self, name: str, sealed: str) -> Pair:
        access, refresh, scopes, expires_in = json.loads(self._context.keys.open(PURPOSE, sealed, name))
        return Pair(access, refresh, tuple(scopes), expires_in)


async def _holds(connection: AsyncConnection, grant_id: Any, condition: Any) -> bool:
    """Whether the grant of a code or token is active. It stays so until the transaction is over: whoever ends
    it meanwhile waits, and then deletes what was issued here too."""
    query = (
        select(GRANTS.c.status)
        .join_from(GRANTS, grant_id.table, grant_id == GRANTS.c.grant_id)
        .where(condition)
        .with_for_update(read=True, of=GRANTS)
    )
    return (await connection.execute(query)).scalar_one_or_none() == "active"


def _new_pair(scopes: tuple[str, ...]) -> Pair:
    return Pair(new_text(ACCESS_PREFIX), new_text(REFRESH_PREFIX), scopes, int(ACCESS_LIFE.total_seconds()))


def _token(kind: str, text: str, scopes: str, expires_at: datetime) -> dict[str, Any]:
    return {"kind": kind, "digest": digest(text), "scopes": scopes, "expires_at": expires_at}


def _issued(row: AnyRow) -> IssuedToken:
    return IssuedToken(grant_of(row), row.bearer, tuple(row.scopes.split()))
