"""One process at a time on this machine, on every system, and free again when its holder dies."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from hostex_mcp.settings import SettingsError

_PATIENCE_SECONDS = 60.0


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold the lock that the file is; others wait. An empty SQLite file, because SQLite locks files alike on
    every system.

    Raises:
        SettingsError: the file cannot be made, or another process has held it for a minute.
    """
    make_private(path)
    with closing(sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise SettingsError(f"{path}: {error}; another process holds it") from None
        yield


def make_private(path: Path) -> None:
    """Make the file, and its folder, if missing, for this user only.

    Raises:
        SettingsError: it cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be made or written: {error.strerror}") from None
