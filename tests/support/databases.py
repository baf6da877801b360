"""Fresh databases of either kind. PostgreSQL is a real server, started for the run and gone after it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from hostex_mcp.http.store import migrate
from tests.support.complete import missing
from tests.support.processes import free_port

_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "unix_socket_directories": "",
    "max_connections": "60",
}


_EMPTY = """
    SET lock_timeout = '10s';
    DO $$ BEGIN EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    ); END $$
"""


class PostgresServer:
    """A server on a free port of this machine, in a folder of its own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder, self._names = programs, folder, count(1)
        self.port = free_port()
        self._account = _other_account()
        if self._account:
            shutil.chown(folder, self._account)
        self._run("initdb", "--username=hostex", "--auth=trust", "--encoding=UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        settings = " ".join(f"-c {name}={value or repr(value)}" for name, value in _SETTINGS.items())
        log = str(self._folder / "log")
        self._run(
            "pg_ctl", "--wait", f"--log={log}", f"--options=-h 127.0.0.1 -p {self.port} {settings}", "start"
        )

    def stop(self) -> None:
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def new_database(self) -> SecretStr:
        name = f"test_{next(self._names)}"
        self.execute(f"CREATE DATABASE {name}")
        return SecretStr(f"postgresql://hostex@127.0.0.1:{self.port}/{name}")

    def execute(self, statement: Any) -> None:
        with psycopg.connect(
            f"postgresql://hostex@127.0.0.1:{self.port}/postgres", autocommit=True
        ) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        data = f"--pgdata={self._folder / 'data'}"
        subprocess.run(
            [self._programs / program, data, *arguments],
            user=self._account,
            cwd=self._folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=50,
        )


def _other_account() -> str | None:
    """PostgreSQL does not run as root."""
    if os.getuid():
        return None
    names = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgres_server() -> Generator[PostgresServer]:
    programs = _programs()
    if programs is None:
        missing("PostgreSQL is not installed (initdb is neither on PATH nor in /usr/lib/postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="hostex-postgres-"))
    server = PostgresServer(programs, folder)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "kept.db"
    migrate(SecretStr(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_database(postgres_server: PostgresServer) -> SecretStr:
    url = postgres_server.new_database()
    migrate(url)
    return url


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> SecretStr:
    file = shutil.copy(migrated_file, tmp_path)
    return SecretStr(f"sqlite:///{file}")


@pytest.fixture
def postgres_url(migrated_database: SecretStr) -> SecretStr:
    """One database for all tests, emptied before each: to make one takes much longer."""
    with psycopg.connect(migrated_database.get_secret_value()) as connection:
        connection.execute(_EMPTY)
    return migrated_database


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> SecretStr:
    """A database that holds the tables of this version and nothing in them."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> SecretStr:
    """A database that holds nothing, not even tables."""
    if request.param == "sqlite":
        return SecretStr(f"sqlite:///{tmp_path / 'kept.db'}")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.new_database()
