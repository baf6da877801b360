"""Real processes: the command as a user starts it, on a free port of this machine."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

_START_SECONDS = 40


@dataclass(frozen=True)
class Running:
    """A server process, its origin, and the file that receives its standard error."""

    process: subprocess.Popen[bytes]
    origin: str
    errors: Path

    @property
    def resource(self) -> str:
        """The address for clients."""
        return f"{self.origin}/mcp"


@contextmanager
def hostex_mcp(*arguments: str, **environ: str) -> Generator[Running]:
    """Run `hostex-mcp http` with these arguments and settings until the block ends."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("COVERAGE_", "PATH"))}
    with tempfile.TemporaryDirectory() as home:
        errors = Path(home) / "stderr"
        command = [sys.executable, "-m", "hostex_mcp", "http", "--port", "0", *arguments]
        with errors.open("wb") as file:
            process = subprocess.Popen(
                command, env={**kept, "HOME": home, **environ}, stdin=subprocess.DEVNULL, stderr=file
            )
        try:
            yield Running(process, _started(process, errors), errors)
        finally:
            process.terminate()
            process.wait(timeout=40)


def _started(process: subprocess.Popen[bytes], errors: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        text = errors.read_text(encoding="utf-8")
        if (found := re.search(r"serves (\S+)/mcp", text)) and _answers(found[1]):
            return found[1]
        time.sleep(0.02)
    raise RuntimeError(f"the server did not start: {errors.read_text(encoding='utf-8')}")


def _answers(origin: str) -> bool:
    try:
        return httpx2.get(f"{origin}/healthz", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False
