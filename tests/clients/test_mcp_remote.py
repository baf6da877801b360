"""mcp-remote, the bridge by which Claude Desktop and others reach remote servers, goes through the whole
authorization and serves our tools over stdio."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult

from tests.clients.node import environment, program
from tests.support.processes import Running

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(180)]


@asynccontextmanager
async def bridge(server: Running, browser: str, home: Path) -> AsyncGenerator[Client]:
    """A client of the bridge, as a desktop program starts it."""
    node, script = program("mcp-remote")
    environ = environment(HOME=str(home), MCP_REMOTE_CONFIG_DIR=str(home / "auth"), BROWSER=browser)
    command = StdioServerParameters(
        command=node, args=[script, server.resource, "--transport", "http-only"], env=environ
    )
    with (home / "bridge.log").open("a", encoding="utf-8") as log:
        async with Client(stdio_client(command, errlog=log), mode="legacy") as client:
            yield client


async def listed(client: Client) -> Any:
    result = await client.call_tool("list_properties", {"limit": 1})
    assert isinstance(result, CallToolResult)
    return result.structured_content


async def test_it_registers_has_a_person_consent_and_calls_tools(
    authorizing: Running, browser: str, tmp_path: Path
) -> None:
    async with bridge(authorizing, browser, tmp_path) as client:
        answer = await listed(client)
    assert [row["title"] for row in answer["items"]] == ["Harbour Loft"]


async def test_the_next_time_nobody_is_asked(authorizing: Running, browser: str, tmp_path: Path) -> None:
    async with bridge(authorizing, browser, tmp_path) as client:
        await listed(client)
    nobody = tmp_path / "nobody"
    nobody.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    nobody.chmod(0o755)
    async with bridge(authorizing, os.fspath(nobody), tmp_path) as client:
        assert (await listed(client))["returned"] == 1
