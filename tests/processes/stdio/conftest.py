"""A real server process over stdio, a real MCP client, and a real HTTP sandbox behind it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult

from hostex_mcp.sandbox import WRITABLE, Sandbox, running

Mode = Literal["auto", "legacy"]


@dataclass
class Host:
    """A connected MCP client and the file that receives the server's standard error."""

    portal: BlockingPortal
    client: Client
    errors: Path

    def call(self, tool: str, **arguments: Any) -> CallToolResult:
        return self.portal.call(self.client.call_tool, tool, arguments)

    def answer(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.call(tool, **arguments)
        assert not result.is_error, result.structured_content
        return cast("dict[str, Any]", result.structured_content)

    def error(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.call(tool, **arguments)
        assert result.is_error, result.structured_content
        return cast("dict[str, Any]", result.structured_content)["error"]


Connect = Callable[..., Host]


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[Sandbox, str]]:
    sandbox = Sandbox()
    with running(sandbox) as url:
        yield sandbox, url


@pytest.fixture
def sandbox(served: tuple[Sandbox, str]) -> Iterator[Sandbox]:
    yield served[0]
    served[0].faults.clear()


@pytest.fixture(scope="session")
def connect(served: tuple[Sandbox, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connect]:
    """Start a server with this token, mode, options and environment; equal ones are started once."""
    known: dict[Any, Host] = {}
    folder = tmp_path_factory.mktemp("stderr")
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())

        def start(token: str | None = WRITABLE, *options: str, mode: Mode = "auto", **environ: str) -> Host:
            key = (token, options, mode, tuple(sorted(environ.items())))
            if key not in known:
                settings = {"HOSTEX_API_BASE_URL": served[1], "HOSTEX_API_TIMEOUT_SECONDS": "3", **environ}
                settings |= {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE_")}
                if token:
                    settings["HOSTEX_ACCESS_TOKEN"] = token
                errors = folder / f"{len(known)}.log"
                file = stack.enter_context(errors.open("w", encoding="utf-8"))
                command = StdioServerParameters(
                    command=sys.executable, args=["-m", "hostex_mcp", *options], env=settings
                )
                client = Client(stdio_client(command, errlog=file), mode=mode)
                stack.enter_context(portal.wrap_async_context_manager(client))
                known[key] = Host(portal, client, errors)
            return known[key]

        yield start
