"""Grants, clients, codes, tokens and pending changes, in SQLite or PostgreSQL.

Everything that may happen once only (a code redeemed, a token rotated, a lease taken, a grant ended, a change
let through) is decided by the database, so any number of processes may share one.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import literal, select

from hostex_mcp.clock import utc_now
from hostex_mcp.http.keys.key_file import KeyFile
from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store import cleaning, resealing, word_index
from hostex_mcp.http.store.account_memory import AccountMemoryTable
from hostex_mcp.http.store.addresses import VARIABLE, place_of
from hostex_mcp.http.store.changes import ChangeTable
from hostex_mcp.http.store.clients import ClientTable
from hostex_mcp.http.store.codes import Codes
from hostex_mcp.http.store.context import StoreContext
from hostex_mcp.http.store.database import opened
from hostex_mcp.http.store.grants import Grants
from hostex_mcp.http.store.hooks import Hooks
from hostex_mcp.http.store.house_rules import HouseRules
from hostex_mcp.http.store.invitations import Invitations
from hostex_mcp.http.store.migrating import migrate, migrate_place
from hostex_mcp.http.store.notice_addresses import NoticeAddresses
from hostex_mcp.http.store.single_use import SingleUse
from hostex_mcp.http.store.token_text import ACCESS_PREFIX, CODE_PREFIX, REFRESH_PREFIX, new_code
from hostex_mcp.http.store.tokens import TokenTable
from hostex_mcp.settings import Settings, SettingsError

__all__ = [
    "ACCESS_PREFIX",
    "CODE_PREFIX",
    "REFRESH_PREFIX",
    "Store",
    "key_file_of",
    "migrate",
    "new_code",
    "open_keys",
    "open_store",
    "store_of",
]

_PING = select(literal(1))


class Store:
    """Everything that is kept. Opened by `open_store`."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context
        self.keys: KeyRing = context.keys
        self.clients = ClientTable(context)
        self.grants = Grants(context)
        self.codes = Codes(context)
        self.tokens = TokenTable(context)
        self.spent = SingleUse(context)
        self.changes = ChangeTable(context)
        self.invitations = Invitations(context)
        self.notice_addresses = NoticeAddresses(context)
        self.account_memory = AccountMemoryTable(context)
        self.hooks = Hooks(context)
        self.house_rules = HouseRules(context)

    async def ping(self) -> None:
        """Return if the database answers.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it does not.
        """
        await self._context.database.read(_PING)

    async def clean(self) -> None:
        """Drop what has expired: codes, tokens, spent keys, clients without grants, grants pending for 15
        minutes, grants that ended 90 days ago, changes that were decided, or not, a week ago, events that
        Hostex called about 30 days ago, and what is remembered of accounts and was not seen for 90 days."""
        await cleaning.clean(self._context)
        await self.changes.purge(self._context.now())
        await self.account_memory.purge()

    async def reseal(self) -> int:
        """Seal again, under the first key, whatever is sealed under another, and return how many rows that
        were. Rows that no key opens are left and logged."""
        return await resealing.reseal(self._context)


def key_file_of(settings: Settings) -> KeyFile | None:
    """Return the file that the keys are kept in; None if they are set, or there is no SQLite file to be
    beside.

    Raises:
        SettingsError: the database's address cannot be read.
    """
    file = None if settings.secret_keys else place_of(settings.database_url).file
    return KeyFile(file) if file else None


def open_keys(settings: Settings) -> KeyRing:
    """Return the keys of HOSTEX_MCP_SECRET_KEYS, else those of the file beside the SQLite file, made if
    missing.

    Raises:
        SettingsError: a key is malformed, or PostgreSQL is used and none is set.
    """
    file = key_file_of(settings)
    if file:
        return file.ring()
    if not settings.secret_keys:
        raise SettingsError(
            f"HOSTEX_MCP_SECRET_KEYS: required when {VARIABLE} names a PostgreSQL server, the same on every "
            "replica; `hostex-mcp keys new` prints a key"
        )
    return KeyRing(settings.secret_keys)


@asynccontextmanager
async def open_store(
    url: SecretStr | None, keys: KeyRing, *, grace: int = 60, now: Callable[[], datetime] = utc_now
) -> AsyncGenerator[Store]:
    """Return the store in a database, migrated if that has not happened yet.

    Args:
        url: sqlite:///FILE or postgresql://…; None is the SQLite file in the user's data directory.
        keys: encrypt credentials and secrets.
        grace: how many seconds a rotated refresh token still gets the same pair.
        now: the clock.

    Raises:
        SettingsError: as `migrate`.
    """
    place = place_of(url)
    await asyncio.to_thread(migrate_place, place)
    async with opened(place) as database:
        has_index = await word_index.prepare(database)
        yield Store(StoreContext(database, keys, now, timedelta(seconds=grace), has_index))


@asynccontextmanager
async def store_of(settings: Settings, now: Callable[[], datetime] = utc_now) -> AsyncGenerator[Store]:
    """Return the store that the settings name, with its keys (`store.keys`).

    Raises:
        SettingsError: as `open_keys` and `open_store`.
    """
    async with open_store(
        settings.database_url, open_keys(settings), grace=settings.refresh_grace_seconds, now=now
    ) as store:
        yield store
