"""MCP Inspector's command line reads our tools, results and errors."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients.node import program, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

TOOL_SAID_NO = 5
COMMAND = [sys.executable, "-m", "hostex_mcp", "stdio"]


def inspect(target: list[str], method: str, *arguments: str, folder: Path) -> tuple[int, dict[str, Any]]:
    """The exit status and what was answered."""
    command = [
        *program("mcp-inspector"),
        "--cli",
        *target,
        "--method",
        method,
        "--format",
        "json",
        *arguments,
    ]
    done = run(command, cwd=folder)
    return done.returncode, json.loads(done.stdout)["result"]


def target(transport: str, request: pytest.FixtureRequest) -> list[str]:
    if transport == "stdio":
        return ["-e", "HOSTEX_MCP_SANDBOX=1", *COMMAND, "--toolsets", "all"]
    return [request.getfixturevalue("url"), "--transport", "http"]


@pytest.fixture(params=["stdio", "http"])
def server(request: pytest.FixtureRequest) -> list[str]:
    return target(request.param, request)


def test_it_finds_nothing_in_our_schemas_that_a_client_refuses(server: list[str], tmp_path: Path) -> None:
    status, answer = inspect(server, "tools/list", "--strict", folder=tmp_path)
    assert status == 0
    assert len(answer["tools"]) > 80


def test_it_reads_a_result(server: list[str], tmp_path: Path) -> None:
    arguments = ["--tool-name", "list_properties", "--tool-arg", "limit=2"]
    status, answer = inspect(server, "tools/call", *arguments, folder=tmp_path)
    assert status == 0
    assert [row["id"] for row in answer["structuredContent"]["items"]] == [20110001, 20110002]


def test_it_reads_an_error_with_its_hint(server: list[str], tmp_path: Path) -> None:
    arguments = ["--tool-name", "get_conversation", "--tool-arg", "conversation_id=0-0-none"]
    status, answer = inspect(server, "tools/call", *arguments, folder=tmp_path)
    assert status == TOOL_SAID_NO
    assert answer["isError"] is True
    assert answer["structuredContent"]["error"]["kind"] == "not_found"
    assert answer["structuredContent"]["error"]["hint"]


def test_it_reads_the_error_of_a_server_without_a_token(tmp_path: Path) -> None:
    status, answer = inspect(COMMAND, "tools/call", "--tool-name", "list_properties", folder=tmp_path)
    assert status == TOOL_SAID_NO
    assert answer["structuredContent"]["error"]["kind"] == "not_configured"
