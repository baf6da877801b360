"""Real processes: the command as a user starts it, on a free port of this machine."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.http.secrecy import issued_in

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
def hostex_mcp(*arguments: str, port: int = 0, **environ: str) -> Generator[Running]:
    """Run `hostex-mcp http` with these arguments and settings until the block ends. A port must be named if
    the address that users reach is another."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("COVERAGE_", "PATH"))}
    with tempfile.TemporaryDirectory() as home:
        errors = Path(home) / "stderr"
        command = [sys.executable, "-m", "hostex_mcp", "http", "--port", str(port), *arguments]
        with errors.open("wb") as file:
            process = subprocess.Popen(
                command, env={**kept, "HOME": home, **environ}, stdin=subprocess.DEVNULL, stderr=file
            )
        try:
            here = f"http://127.0.0.1:{port}" if port else None
            yield Running(process, _started(process, errors, here), errors)
        finally:
            process.terminate()
            process.wait(timeout=40)
            leaked = issued_in(errors.read_text(encoding="utf-8"))
        assert leaked == [], "a server process has logged a token"


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _started(process: subprocess.Popen[bytes], errors: Path, here: str | None) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        text = errors.read_text(encoding="utf-8")
        found = re.search(r"serves (\S+)/mcp", text)
        if found and _answers(here or found[1]):
            return here or found[1]
        time.sleep(0.02)
    raise RuntimeError(f"the server did not start: {errors.read_text(encoding='utf-8')}")


def _answers(origin: str) -> bool:
    try:
        return httpx2.get(f"{origin}/healthz", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False
