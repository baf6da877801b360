"""Connections: reads that cost little, and writes in transactions."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeAlias

import anyio
from sqlalchemy import Connection, Engine, Executable, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as Unanswered
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hostex_mcp.http.store.addresses import DatabaseLocation
from hostex_mcp.http.store.token_text import can_be_kept

BUSY_SECONDS = 20.0
ANSWER_SECONDS = 20.0
"""How long a PostgreSQL server may take: longer than it ever does, and so short that nothing which somebody
approved is sent when it comes back much later."""

# A server whose machine is gone does not even end a connection, which would wait for a quarter of an hour.
# tcp_user_timeout is in milliseconds.
_PATIENCE = {
    "connect_timeout": 10,
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}

# A process that stands still in the middle of a transaction would keep its locks from all others.
_NO_IDLE_LOCKS = "SET idle_in_transaction_session_timeout = '60s'"
_SILENT = "the database took too long to answer"

AnyRow: TypeAlias = Any
"""A row of a query: its columns are attributes."""

Rows = Sequence[AnyRow]
Transaction = AbstractAsyncContextManager[AsyncConnection]
Values = Mapping[str, Any]


class Database(Protocol):
    """What the tables' owners need of either database."""

    @property
    def is_file(self) -> bool:
        """Whether it is SQLite's."""
        ...

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT that may say what to do about a conflict."""
        ...

    async def read(self, statement: Executable, values: Values | None = None) -> Rows:
        """Return all rows of a query, as they are committed now."""
        ...

    def transaction(self) -> Transaction:
        """Return a transaction that writes, committed at its end unless something is raised."""
        ...

    async def take_turns(self, connection: AsyncConnection, name: str) -> None:
        """Wait until no other transaction, in any process, has taken this turn; it ends with the
        transaction."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


async def write(database: Database, statement: Executable, values: Values | None = None) -> int:
    """Run one writing statement in a transaction of its own, and return how many rows it touched."""
    async with database.transaction() as connection:
        return (await connection.execute(statement, values)).rowcount


class SqliteDatabase:
    """A file. Reads happen at once in the caller's thread: with a write-ahead log they never wait for a
    writer, and handing one to another thread takes ten times as long as the read. Writes have a thread."""

    is_file = True

    def __init__(self, place: DatabaseLocation) -> None:
        self._reader = create_engine(
            place.url,
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            pool_reset_on_return=None,
            connect_args={"timeout": 1.0},
        )
        event.listen(self._reader, "connect", _only_reads)
        self._writer = create_async_engine(
            place.url.set(drivername="sqlite+aiosqlite"),
            hide_parameters=True,
            pool_size=1,
            max_overflow=0,
            connect_args=WRITING,
        )
        immediate(self._writer.sync_engine)
        event.listen(self._writer.sync_engine, "connect", _prepared)

    def insert(self, table: Table) -> sqlite.Insert:
        """Return an INSERT that may say what to do about a conflict."""
        return sqlite.insert(table)

    async def read(self, statement: Executable, values: Values | None = None) -> Rows:
        """Return all rows of a query, as they are committed now."""
        if not _can_be_found(values):
            return []
        with self._reader.connect() as connection:
            return connection.execute(statement, values).all()

    def transaction(self) -> Transaction:
        """Return a transaction that writes, one at a time in all processes."""
        return self._writer.begin()

    async def take_turns(self, connection: AsyncConnection, name: str) -> None:
        """Do nothing: transactions that write are one at a time in all processes."""

    async def aclose(self) -> None:
        """Close the connections."""
        self._reader.dispose()
        await self._writer.dispose()


class PostgresDatabase:
    """A server. Reads do without a transaction, so that each is one round trip."""

    is_file = False

    def __init__(self, place: DatabaseLocation) -> None:
        arguments = {name: value for name, value in _PATIENCE.items() if name not in place.url.query}
        self._reader = create_async_engine(
            place.url,
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            pool_size=4,
            max_overflow=0,
            connect_args=arguments,
        )
        self._writer = create_async_engine(
            place.url,
            hide_parameters=True,
            isolation_level="READ COMMITTED",
            pool_size=4,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args=arguments,
        )
        event.listen(self._writer.sync_engine, "connect", _without_idle_locks)

    def insert(self, table: Table) -> postgresql.Insert:
        """Return an INSERT that may say what to do about a conflict."""
        return postgresql.insert(table)

    async def read(self, statement: Executable, values: Values | None = None) -> Rows:
        """Return all rows of a query, as they are committed now; asked again once if the server had dropped
        the connection meanwhile."""
        if not _can_be_found(values):
            return []
        async with _in_time():
            try:
                return await _rows(self._reader, statement, values)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            return await _rows(self._reader, statement, values)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection]:
        """Return a transaction that writes."""
        async with _in_time(), self._writer.begin() as connection:
            yield connection

    async def take_turns(self, connection: AsyncConnection, name: str) -> None:
        """Wait until no other transaction, in any process, has taken this turn; it ends with the
        transaction."""
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._reader.dispose()
        await self._writer.dispose()


def _can_be_found(values: Values | None) -> bool:
    """Whether there may be rows with these values, some of which strangers choose."""
    return all(can_be_kept(value) for value in (values or {}).values() if isinstance(value, str))


async def _rows(engine: AsyncEngine, statement: Executable, values: Values | None) -> Rows:
    async with engine.connect() as connection:
        return (await connection.execute(statement, values)).all()


@asynccontextmanager
async def _in_time() -> AsyncGenerator[None]:
    """Give up what the server does not answer in time, and its connection with it."""
    try:
        with anyio.fail_after(ANSWER_SECONDS):
            yield
    except TimeoutError:
        raise Unanswered(_SILENT) from None


def _without_idle_locks(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute(_NO_IDLE_LOCKS)
    cursor.close()
    connection.commit()


@asynccontextmanager
async def opened(place: DatabaseLocation) -> AsyncGenerator[Database]:
    """Return the database, closed at the end."""
    database = SqliteDatabase(place) if place.file else PostgresDatabase(place)
    try:
        yield database
    finally:
        await database.aclose()


WRITING = {"timeout": BUSY_SECONDS, "isolation_level": None}
"""How a writing SQLite connection is opened: it begins transactions only as told."""


def immediate(engine: Engine) -> None:
    """Have transactions of a SQLite engine take the write lock at their start: one that read first and wanted
    it later could find that another had written meanwhile, and fail."""
    event.listen(engine, "begin", _begin)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepared(connection: DBAPIConnection, _: object) -> None:
    _pragmas(connection, "foreign_keys=ON", "synchronous=FULL", "secure_delete=ON")


def _only_reads(connection: DBAPIConnection, _: object) -> None:
    _pragmas(connection, "query_only=ON")


def _pragmas(connection: DBAPIConnection, *settings: str) -> None:
    cursor = connection.cursor()
    for setting in settings:
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
