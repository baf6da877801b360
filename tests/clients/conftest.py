"""Node is needed by every test here, and most of them a server."""

import sys
from collections.abc import Generator

import pytest

from tests.clients.node import require_node
from tests.http.processes import hostex_mcp

COMMAND = [sys.executable, "-m", "hostex_mcp", "stdio", "--toolsets", "all"]


@pytest.fixture(autouse=True)
def node() -> None:
    require_node()


@pytest.fixture(scope="session")
def url() -> Generator[str]:
    """The address of a server for one local user, with every tool listed."""
    with hostex_mcp("--no-auth", "--sandbox", "--toolsets", "all") as server:
        yield server.resource
