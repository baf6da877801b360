"""The database brought to the schema of this version."""

from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Connection, NullPool, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from hostex_mcp.http.keys.file_lock import exclusive
from hostex_mcp.http.store.addresses import DatabaseLocation, place_of
from hostex_mcp.http.store.database import WRITING, immediate
from hostex_mcp.http.store.schema import REVISIONS
from hostex_mcp.settings import SettingsError

_ADVISORY_LOCK = 0x486F73746578


def migrate(url: SecretStr | None) -> None:
    """Bring the database to the schema of this version, making it if need be. Blocks. Any number of
    processes may do so at once. None is the SQLite file in the user's data directory.

    Raises:
        SettingsError: one line: the database cannot be reached, is of a newer version, or lacks its driver.
    """
    migrate_place(place_of(url))


def migrate_place(place: DatabaseLocation) -> None:
    """Do as `migrate` does."""
    place.prepare()
    try:
        with exclusive(place.lock) if place.lock else nullcontext():
            _migrate(place)
    except DBAPIError as error:
        raise place.problem(error) from None


def _migrate(place: DatabaseLocation) -> None:
    with _connected(place) as connection:
        if _revision(connection) == REVISIONS[-1]:
            return
    if place.file:
        _log_ahead(place)
    with _connected(place) as connection:
        if not place.file:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    if _revision(connection) == REVISIONS[-1]:
        return
    # Alembic is loaded only here: a worker that finds the schema in order has no need of it.
    config = import_module("alembic.config").Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    import_module("alembic.command").upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is not None and revision not in REVISIONS:
        raise SettingsError(
            f"the database is of a newer version of hostex-mcp (schema {revision}; this one knows "
            f"{REVISIONS[-1]}); update hostex-mcp"
        )
    return revision


@contextmanager
def _connected(place: DatabaseLocation) -> Generator[Connection]:
    engine = create_engine(
        place.url, hide_parameters=True, poolclass=NullPool, connect_args=WRITING if place.file else {}
    )
    if place.file:
        immediate(engine)
    with engine.begin() as connection:
        yield connection


def _log_ahead(place: DatabaseLocation) -> None:
    # A property of the file; SQLite takes no transaction for it.
    engine = create_engine(place.url, hide_parameters=True, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
