"""Grants, clients, codes and tokens, in SQLite or PostgreSQL.

Everything that may happen once only (a code redeemed, a token rotated, a lease taken, a grant ended) is decided by
the database, so any number of processes may share one.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from pydantic import SecretStr

from hostex_mcp.http.keyring import KeyRing
from hostex_mcp.http.store.clients import Clients
from hostex_mcp.http.store.codes import Codes
from hostex_mcp.http.store.grants import Grants
from hostex_mcp.http.store.spent import SpentKeys
from hostex_mcp.http.store.texts import ACCESS_PREFIX, CODE_PREFIX, REFRESH_PREFIX, new_code
from hostex_mcp.http.store.tokens import Tokens
from hostex_mcp.settings import Settings

__all__ = [
    "ACCESS_PREFIX",
    "CODE_PREFIX",
    "REFRESH_PREFIX",
    "Store",
    "migrate",
    "new_code",
    "open_keys",
    "open_store",
    "store_of",
]


def utc_now() -> datetime:
    """The time, as all records hold it."""
    return datetime.now(UTC)


class Store:
    """Everything that is kept. Opened by `open_store`."""

    keys: KeyRing
    clients: Clients
    grants: Grants
    codes: Codes
    tokens: Tokens
    spent: SpentKeys

    async def ping(self) -> None:
        """Returns if the database answers.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it does not.
        """
        raise NotImplementedError

    async def clean(self) -> None:
        """Drops what has expired: codes, tokens, spent keys, clients without grants, grants pending for 15 minutes,
        and grants that ended 90 days ago. Takes up changed keys of a key file too."""
        raise NotImplementedError

    async def reseal(self) -> int:
        """Seals anew, under the first key, whatever is sealed under another. How many rows that were. Rows that no
        key opens are left and logged."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Closes the connections."""
        raise NotImplementedError


def open_keys(settings: Settings) -> KeyRing:
    """The keys of HOSTEX_MCP_SECRET_KEYS, else those of the file beside the SQLite file, made if missing.

    Raises:
        SettingsError: a key is malformed, or PostgreSQL is used and none is set.
    """
    raise NotImplementedError


def migrate(url: SecretStr | None) -> None:
    """Brings the database to the schema of this version, making it if need be. Blocks. Any number of processes may
    do so at once. None is the SQLite file in the user's data directory.

    Raises:
        SettingsError: one line: the database cannot be reached, is of a newer version, or lacks its driver.
    """
    raise NotImplementedError


@asynccontextmanager
async def open_store(
    url: SecretStr | None, keys: KeyRing, *, grace: int = 60, now: Callable[[], datetime] = utc_now
) -> AsyncGenerator[Store]:
    """The store in a database, migrated if that has not happened yet.

    Args:
        url: sqlite:///FILE or postgresql://…; None is the SQLite file in the user's data directory.
        keys: encrypt credentials and secrets.
        grace: how many seconds a rotated refresh token still gets the same pair.
        now: the clock.

    Raises:
        SettingsError: as `migrate`.
    """
    raise NotImplementedError
    yield Store()


@asynccontextmanager
async def store_of(settings: Settings, now: Callable[[], datetime] = utc_now) -> AsyncGenerator[Store]:
    """The store that the settings name, with its keys (`store.keys`).

    Raises:
        SettingsError: as `open_keys` and `open_store`.
    """
    async with open_store(
        settings.database_url, open_keys(settings), grace=settings.refresh_grace_seconds, now=now
    ) as store:
        yield store
