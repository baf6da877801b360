"""Databases, opened and migrated, or refused in one line."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from hostex_mcp.http.keys.file_lock import exclusive
from hostex_mcp.http.store import Store, migrate, open_store, store_of
from hostex_mcp.http.store import schema as written
from hostex_mcp.http.store.addresses import place_of
from hostex_mcp.http.tenants.token_renewal import Recent
from hostex_mcp.settings import Settings, SettingsError
from tests.http.keeping import KEY, RING, a_change, connected, granted
from tests.support.clock import Clock
from tests.support.databases import PostgresServer

pytestmark = pytest.mark.anyio


def problem(url: str) -> str:
    with pytest.raises(SettingsError) as caught:
        migrate(SecretStr(url))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def plain(url: SecretStr) -> str:
    return url.get_secret_value().replace("postgresql:", "postgresql+psycopg:")


def test_the_migrations_make_the_tables_as_they_are_written(empty_url: SecretStr) -> None:
    migrate(empty_url)
    engine = create_engine(plain(empty_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _differs})
        assert compare_metadata(context, written.METADATA) == []
    engine.dispose()


def _differs(_context: Any, _inspected: Any, _column: Any, there: Any, here: Any) -> bool:
    """Whether a column's type differs in what it holds; times are compared as such."""
    return there.python_type is not (here.impl if isinstance(here, written.UtcTime) else here).python_type


def test_every_migration_is_named_in_the_schema_in_order() -> None:
    folder = Path(written.__file__).parent / "migrations"
    revisions = [script.revision for script in ScriptDirectory(str(folder)).walk_revisions()]
    assert revisions[::-1] == list(written.REVISIONS)


TO_THE_FIRST_VERSION = (
    "DROP TABLE house_rules",
    "DROP TABLE hook_events",
    "DROP TABLE hooks",
    "DROP TABLE account_words",
    "DROP TABLE account_memory",
    "DROP TABLE notice_addresses",
    "DROP TABLE invitations",
    "DROP TABLE changes",
    "DROP INDEX ix_grants_owner_id",
    "ALTER TABLE grants DROP COLUMN owner_id",
    "ALTER TABLE grants DROP COLUMN invitation_id",
    "ALTER TABLE grants DROP COLUMN person",
)


async def test_a_database_of_the_first_version_is_brought_up_to_date_and_keeps_what_it_held(
    empty_url: SecretStr, clock: Clock
) -> None:
    async with open_store(empty_url, RING, now=clock) as store:
        grant_id, pair = await connected(store, clock.now)
    engine = create_engine(plain(empty_url))
    with engine.begin() as connection:
        for statement in TO_THE_FIRST_VERSION:
            connection.execute(text(statement))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    async with open_store(empty_url, RING, now=clock) as store:
        assert await store.tokens.access(pair.access_token) is not None
        await store.changes.add(a_change(grant_id, id="c"))
        assert await store.changes.find("c") is not None


def test_a_database_of_a_newer_version_is_refused_and_left_alone(empty_url: SecretStr) -> None:
    migrate(empty_url)
    engine = create_engine(plain(empty_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    line = problem(empty_url.get_secret_value())
    assert "newer version of hostex-mcp" in line
    assert "update hostex-mcp" in line
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: SecretStr) -> None:
    engine = create_engine(plain(empty_url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tokens (in_the_way INTEGER)"))
    assert "already exists" in problem(empty_url.get_secret_value())
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE tokens"))
    engine.dispose()
    migrate(empty_url)


async def test_a_store_that_is_opened_again_holds_what_it_held(database_url: SecretStr, clock: Clock) -> None:
    async with open_store(database_url, RING, now=clock) as store:
        _, pair = await connected(store, clock.now)
    async with open_store(database_url, RING, now=clock) as store:
        await store.ping()
        assert await store.tokens.access(pair.access_token) is not None


async def test_settings_alone_open_a_store_with_its_keys(tmp_path: Path) -> None:
    url = SecretStr(f"sqlite:///{tmp_path / 'kept.db'}")
    async with store_of(Settings(database_url=url)) as store:
        grant_id = await granted(store)
        sealed = store.keys.seal("note", b"x")
    async with store_of(Settings(database_url=url)) as store:
        assert await store.grants.credential(grant_id) is not None
        assert store.keys.open("note", sealed) == b"x"


async def test_without_an_address_the_user_s_data_directory_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform != "linux":
        pytest.skip("the variable is Linux's")
    async with store_of(Settings()) as store:
        await store.ping()
    assert (tmp_path / "hostex-mcp" / "hostex-mcp.db").exists()
    assert (tmp_path / "hostex-mcp" / "hostex-mcp.db.keys").exists()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite+other:///x",
        "mysql://host/x",
        "nonsense",
        "postgresql://u:p@h:x/d",
    ],
)
def test_an_address_that_means_no_database_is_told_with_what_is_allowed(url: str) -> None:
    line = problem(url)
    assert line.startswith("HOSTEX_MCP_DATABASE_URL: ")
    assert "sqlite:///FILE" in line


@pytest.mark.parametrize("password", ["p@ss-word", "pass/word", "pass:word@x"])
def test_a_password_that_is_not_encoded_is_not_shown(password: str) -> None:
    line = problem(f"postgresql://hostex:{password}@host.invalid/hostex")
    assert "ss-word" not in line
    assert "word@" not in line
    assert "/word" not in line


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    line = problem("postgresql://hostex:hunter2@127.0.0.1:1/hostex?connect_timeout=2")
    assert line.startswith("HOSTEX_MCP_DATABASE_URL: cannot use the database: ")
    assert "hunter2" not in line


def test_a_missing_driver_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hostex_mcp.http.store.addresses.find_spec", dict[str, None]().get)
    with pytest.raises(SettingsError, match=r"pip install 'hostex-mcp\[postgres\]'"):
        place_of(SecretStr("postgresql://host/hostex"))


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_text("this is a text, and no database at all" * 100)
    assert "not a database" in problem(f"sqlite:///{tmp_path / 'kept.db'}")


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be made or written" in problem(f"sqlite:///{tmp_path / 'file' / 'kept.db'}")


async def test_a_write_that_is_cancelled_does_not_hold_up_the_next(store: Store, clock: Clock) -> None:
    for turn in range(20):
        task = asyncio.create_task(store.spent.claim("consent", f"cancelled-{turn}", clock.now))
        for _ in range(turn):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await store.spent.claim("consent", "next", clock.now)


async def test_many_at_once_in_one_process_all_come_through(store: Store, clock: Clock) -> None:
    _, pair = await connected(store, clock.now)
    claims = [store.spent.claim("consent", f"{number % 20}", clock.now) for number in range(60)]
    rotations = [store.tokens.rotate(pair.refresh_token, ("hostex:read",)) for _ in range(20)]
    claimed, rotated = await asyncio.gather(asyncio.gather(*claims), asyncio.gather(*rotations))
    assert claimed.count(True) == 20
    assert len({pair and pair.access_token for pair in rotated}) == 1


async def test_a_reader_is_not_held_up_by_a_writer(sqlite_url: SecretStr, clock: Clock) -> None:
    async with open_store(sqlite_url, RING, now=clock) as store:
        _, pair = await connected(store, clock.now)
        with closing(sqlite3.connect(sqlite_url.get_secret_value().removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("DELETE FROM tokens")
            assert await store.tokens.access(pair.access_token) is not None
            other.rollback()


async def test_connections_that_the_server_dropped_are_made_anew(
    postgres_server: PostgresServer, postgres_url: SecretStr, clock: Clock
) -> None:
    async with open_store(postgres_url, RING, now=clock) as store:
        _, pair = await connected(store, clock.now)
        await store.ping()
        postgres_server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
        assert await store.tokens.access(pair.access_token) is not None
        assert await store.spent.claim("consent", "nonce", clock.now)


async def test_times_without_a_zone_are_refused(store: Store, clock: Clock) -> None:
    with pytest.raises(Exception, match="a time without a zone"):
        await store.spent.claim("consent", "nonce", clock.now.replace(tzinfo=None))


def test_a_worker_that_finds_the_schema_in_order_loads_no_migration_tool(sqlite_url: SecretStr) -> None:
    migrate(sqlite_url)
    program = (
        "import sys; from pydantic import SecretStr; from hostex_mcp.http.store import migrate; "
        f"migrate(SecretStr({sqlite_url.get_secret_value()!r})); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


async def test_a_table_that_is_missing_is_an_error_and_not_asked_for_twice(
    empty_url: SecretStr, clock: Clock
) -> None:
    async with open_store(empty_url, RING, now=clock) as store:
        engine = create_engine(plain(empty_url))
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE spent"))
        engine.dispose()
        with pytest.raises(DBAPIError):
            await store.spent.outcome("consent", "nonce")


def test_a_lock_that_another_process_keeps_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("hostex_mcp.http.keys.file_lock._PATIENCE_SECONDS", 0.01)
    with exclusive(tmp_path / "kept.db.lock"):
        assert problem(f"sqlite:///{tmp_path / 'kept.db'}").endswith("another process holds it")
    migrate(SecretStr(f"sqlite:///{tmp_path / 'kept.db'}"))


def test_what_was_seen_lately_never_grows_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hostex_mcp.http.tenants.token_renewal._MOST", 2)
    recent, now = Recent(timedelta(minutes=1)), Clock().now
    assert [recent.is_news(name, now) for name in ("a", "b", "a", "c", "a")] == [
        True,
        True,
        False,
        True,
        True,
    ]


def test_a_key_is_no_part_of_any_repr(sqlite_url: SecretStr) -> None:
    settings = Settings(database_url=sqlite_url, secret_keys=(SecretStr(KEY),))
    assert KEY not in repr(settings)
