"""Node is needed by every test here, and most of them a server."""

import shlex
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.clients.node import require_node
from tests.support.processes import Running, hostex_mcp
from tests.support.root import ROOT

COMMAND = [sys.executable, "-m", "hostex_mcp", "stdio", "--toolsets", "all"]


@pytest.fixture(autouse=True)
def node() -> None:
    require_node()


@pytest.fixture(scope="session")
def url() -> Generator[str]:
    """The address of a server for one local user, with every tool listed."""
    with hostex_mcp("--no-auth", "--sandbox", "--toolsets", "all") as server:
        yield server.resource


@pytest.fixture(scope="session")
def authorizing() -> Generator[Running]:
    """A server for many hosts."""
    with hostex_mcp("--sandbox") as server:
        yield server


@pytest.fixture
def browser(tmp_path: Path) -> str:
    """A program that clients take for a browser: a scripted person who goes through with what it opens."""
    script = tmp_path / "browser"
    command = f"cd {shlex.quote(str(ROOT))} && exec {shlex.quote(sys.executable)} -m tests.support.driving"
    script.write_text(f'#!/bin/sh\n{command} "$1"\n', encoding="utf-8")
    script.chmod(0o755)
    return str(script)
