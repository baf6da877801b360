"""The client files in manifests/ start the server as they are written, as each client reads them."""

import json
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from hostex_mcp.sandbox import WRITABLE, Sandbox, running

MANIFESTS = Path(__file__).parents[2] / "manifests"
SECTIONS = {"vscode.json": "servers", "codex.toml": "mcp_servers"}
VARIABLE = {
    "claude-code.json": r"\$\{(HOSTEX_ACCESS_TOKEN)(?::-)?\}",
    "cursor.json": r"\$\{env:(HOSTEX_ACCESS_TOKEN)\}",
    "windsurf.json": r"\$\{env:(HOSTEX_ACCESS_TOKEN)\}",
    "vscode.json": r"\$\{input:(hostex-access-token)\}",
}
CLIENT_FILES = [
    "claude-desktop.json",
    "claude-code.json",
    "codex.toml",
    "cursor.json",
    "vscode.json",
    "windsurf.json",
]

pytestmark = pytest.mark.anyio


def document(name: str) -> dict[str, Any]:
    text = (MANIFESTS / name).read_text(encoding="utf-8")
    return tomllib.loads(text) if name.endswith(".toml") else json.loads(text)


def environment(name: str, entry: dict[str, Any], token: str) -> dict[str, str]:
    """What the client hands to the program: its own variables filled in, and nothing that is not there."""
    if name == "codex.toml":
        return dict.fromkeys(entry["env_vars"], token)
    if name == "claude-desktop.json":
        return {**entry["env"], "HOSTEX_ACCESS_TOKEN": token}
    return {key: re.sub(VARIABLE[name], token, value) for key, value in entry["env"].items()}


def started(name: str, token: str, **more: str) -> StdioServerParameters:
    entry = document(name)[SECTIONS.get(name, "mcpServers")]["hostex"]
    command = shutil.which(str(entry["command"]), path=str(Path(sys.executable).parent))
    assert command, "a manifest names a program that the package does not install"
    environ = {**environment(name, entry, token), **more}
    return StdioServerParameters(command=command, args=entry["args"], env=environ)


@pytest.mark.parametrize("name", CLIENT_FILES)
async def test_a_client_file_starts_the_server_with_the_token(name: str) -> None:
    with running(Sandbox()) as url:
        async with Client(started(name, WRITABLE, HOSTEX_API_BASE_URL=url)) as client:
            result = await client.call_tool("list_properties", {"limit": 1})
    assert not result.is_error, result.content


@pytest.mark.parametrize("name", ["claude-desktop.json", "claude-code.json"])
async def test_before_a_token_is_put_in_the_answer_says_where_to_get_one(name: str) -> None:
    async with Client(started(name, "")) as client:
        result = await client.call_tool("list_properties", {})
    structured: Any = result.structured_content
    assert structured["error"]["kind"] == "not_configured"
    assert "OpenAPI" in structured["error"]["hint"]


def test_no_other_client_file_lies_about() -> None:
    kept = {path.name for path in MANIFESTS.iterdir() if path.is_file()}
    assert kept == {*CLIENT_FILES, "server.json"}
