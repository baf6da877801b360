"""Fresh databases of either kind. PostgreSQL is a real server, started for the run and gone after it."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from tests.complete import missing

_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "unix_socket_directories": "",
    "max_connections": "60",
}


class PostgresServer:
    """A server on a free port of this machine, in a folder of its own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder, self._names = programs, folder, count(1)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
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
    names = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
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


@pytest.fixture
def sqlite_url(tmp_path: Path) -> SecretStr:
    return SecretStr(f"sqlite:///{tmp_path / 'kept.db'}")


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> SecretStr:
    return postgres_server.new_database()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> SecretStr:
    """A database that holds nothing, not even tables."""
    return request.getfixturevalue(f"{request.param}_url")
