"""OAuth clients: registered ones, and the cached documents of those that publish their own."""

from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import bindparam, delete, exists, func, or_, select, update

from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import AnyRow, write
from hostex_mcp.http.store.records import OAuthClient
from hostex_mcp.http.store.schema import CLIENTS, GRANTS

PURPOSE = "client-secret"

_COLUMNS = [CLIENTS.c[name] for name in ("client_id", "details", "secret", "created_at", "fresh_until")]
_COLUMNS.append(CLIENTS.c.expires_at)
_BY_ID = select(*_COLUMNS).where(CLIENTS.c.client_id == bindparam("client_id"))
_BY_FINGERPRINT = select(*_COLUMNS).where(CLIENTS.c.fingerprint == bindparam("fingerprint"))
_REPLACED = ("details", "secret", "fresh_until", "expires_at")


class ClientTable:
    """Clients by their id. Secrets are encrypted at rest."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context

    async def get(self, client_id: str) -> OAuthClient | None:
        """Return the client, expired or not; None if it is not known (any more)."""
        rows = await self._context.database.read(_BY_ID, {"client_id": client_id})
        return self._client(rows[0]) if rows else None

    async def put(self, client: OAuthClient) -> None:
        """Keep a client, in place of what was kept under its id. Whether it has been used is not forgotten.
        `created_at` is set on the first put if it is None, and kept by later ones."""
        insert = self._context.database.insert(CLIENTS).values(self._values(client))
        replaced = {CLIENTS.c[name]: insert.excluded[name] for name in _REPLACED}
        await write(
            self._context.database, insert.on_conflict_do_update(index_elements=["client_id"], set_=replaced)
        )

    async def register(self, client: OAuthClient, fingerprint: str) -> OAuthClient:
        """Keep a public client unless one with the same fingerprint (a digest of its metadata) is there:
        then gives that one back, its `expires_at` moved to the new client's. The database decides."""
        values = self._values(client) | {"fingerprint": fingerprint}
        insert = self._context.database.insert(CLIENTS).values(values)
        extended = {CLIENTS.c.expires_at: insert.excluded.expires_at}
        statement = insert.on_conflict_do_update(index_elements=["fingerprint"], set_=extended).returning(
            *_COLUMNS
        )
        async with self._context.database.transaction() as connection:
            return self._client((await connection.execute(statement)).one())

    async def same_registration(self, fingerprint: str) -> OAuthClient | None:
        """Return the client that was registered with this fingerprint."""
        rows = await self._context.database.read(_BY_FINGERPRINT, {"fingerprint": fingerprint})
        return self._client(rows[0]) if rows else None

    async def used(self, client_id: str) -> None:
        """Note that an authorization was completed: the client stays as long as it has grants, ended ones
        that are still shown included."""
        change = update(CLIENTS).where(CLIENTS.c.client_id == client_id, CLIENTS.c.used_at.is_(None))
        await write(self._context.database, change.values(used_at=self._context.now()))

    async def count_unused(self) -> int:
        """Return how many clients, neither used nor expired, are kept: the bound of a registration flood."""
        alive = or_(CLIENTS.c.expires_at.is_(None), CLIENTS.c.expires_at > self._context.now())
        query = select(func.count()).select_from(CLIENTS).where(CLIENTS.c.used_at.is_(None), alive)
        return (await self._context.database.read(query))[0][0]

    async def forget_unused(self, most: int, before: datetime) -> None:
        """Forget, of the clients that nobody has used and that no grant is for, all but so many: those that
        would be forgotten first anyhow, and none that does not expire before this moment."""
        granted = exists().where(GRANTS.c.client_id == CLIENTS.c.client_id)
        unused = select(CLIENTS.c.client_id).where(CLIENTS.c.used_at.is_(None), ~granted)
        newest_first = unused.order_by(CLIENTS.c.expires_at.desc().nulls_first())
        oldest = newest_first.offset(most)
        statement = delete(CLIENTS).where(CLIENTS.c.client_id.in_(oldest), CLIENTS.c.expires_at < before)
        await write(self._context.database, statement)

    def _values(self, client: OAuthClient) -> dict[str, Any]:
        secret = client.secret and self._context.keys.seal(
            PURPOSE, client.secret.get_secret_value().encode(), client.client_id
        )
        return {
            "client_id": client.client_id,
            "details": client.metadata,
            "secret": secret,
            "created_at": client.created_at or self._context.now(),
            "fresh_until": client.fresh_until,
            "expires_at": client.expires_at,
        }

    def _client(self, row: AnyRow) -> OAuthClient:
        created_at: datetime = row.created_at
        secret = row.secret and self._context.keys.open(PURPOSE, row.secret, row.client_id).decode()
        return OAuthClient(
            client_id=row.client_id,
            metadata=row.details,
            secret=SecretStr(secret) if secret else None,
            created_at=created_at,
            fresh_until=row.fresh_until,
            expires_at=row.expires_at,
        )
