"""A wall clock that a test moves under a running process; monotonic clocks go on as they are."""

import os
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx2
import pytest

from tests.processes.staying_up.deployed import by_then
from tests.support.complete import missing
from tests.support.processes import Running


class WallClock:
    """`environ` puts a process under it."""

    def __init__(self, library: Path, file: Path) -> None:
        self._file = file
        self._write(0)
        self.environ = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, server: Running, hours: float) -> None:
        """Be so far from the true time; returns when the server has noticed."""
        self._write(hours)
        by_then(lambda: abs(_ahead(server) - hours) < 0.1)

    def _write(self, hours: float) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{hours * 3600:+.0f}", encoding="ascii")
        os.replace(new, self._file)


def _ahead(server: Running) -> float:
    """By how many hours, as its answers tell."""
    date = httpx2.get(f"{server.origin}/healthz", timeout=30).headers["date"]
    return (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds() / 3600


@pytest.fixture
def wall_clock(tmp_path: Path) -> WallClock:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        missing("libfaketime is not installed (package faketime)")
    return WallClock(found[0], tmp_path / "offset")
