"""The client files in manifests/, and the links that add an entry with one click, start the server as they
are written, as each client reads them."""

import json
import re
import shutil
import sys
import tomllib
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from click.testing import CliRunner
from mcp import Client, StdioServerParameters

from hostex_mcp.cli import main
from hostex_mcp.sandbox import WRITABLE
from tests.support.listening import hostex as hostex
from tests.support.root import ROOT

MANIFESTS = ROOT / "manifests"
SECTIONS = {"vscode.json": "servers", "codex.toml": "mcp_servers", "zed.json": "context_servers"}
VARIABLE = {
    "claude-code.json": r"\$\{(HOSTEX_ACCESS_TOKEN)(?::-)?\}",
    "cursor.json": r"\$\{env:(HOSTEX_ACCESS_TOKEN)\}",
    "windsurf.json": r"\$\{env:(HOSTEX_ACCESS_TOKEN)\}",
    "gemini-cli.json": r"\$(HOSTEX_ACCESS_TOKEN)",
    "vscode.json": r"\$\{input:(hostex-access-token)\}",
}
CLIENT_FILES = [
    "claude-desktop.json",
    "claude-code.json",
    "codex.toml",
    "cursor.json",
    "vscode.json",
    "windsurf.json",
    "gemini-cli.json",
    "zed.json",
]

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


def in_file(name: str) -> dict[str, Any]:
    text = (MANIFESTS / name).read_text(encoding="utf-8")
    document = tomllib.loads(text) if name.endswith(".toml") else json.loads(text)
    return document[SECTIONS.get(name, "mcpServers")]["hostex"]


def in_link(client: str) -> dict[str, Any]:
    """The entry in the link that `hostex-mcp config` shows."""
    link = CliRunner().invoke(main, ["config", client]).stderr.splitlines()[-1]
    if client == "cursor":
        return json.loads(b64decode(parse_qs(urlsplit(link).query)["config"][0]))
    return json.loads(unquote(link.removeprefix("vscode:mcp/install?")))


def environment(name: str, entry: dict[str, Any], token: str) -> dict[str, str]:
    """What the client hands to the program: its own variables filled in, and nothing that is not there."""
    if name == "codex.toml":
        return dict.fromkeys(entry["env_vars"], token)
    if name in ("claude-desktop.json", "zed.json"):
        return {**entry["env"], "HOSTEX_ACCESS_TOKEN": token}
    return {key: re.sub(VARIABLE[name], token, value) for key, value in entry["env"].items()}


def started(name: str, entry: dict[str, Any], token: str, **more: str) -> StdioServerParameters:
    command = shutil.which(str(entry["command"]), path=str(Path(sys.executable).parent))
    assert command, "a manifest names a program that the package does not install"
    environ = {**environment(name, entry, token), **more}
    return StdioServerParameters(command=command, args=entry["args"], env=environ)


async def properties(command: StdioServerParameters) -> Any:
    async with Client(command) as client:
        result: Any = await client.call_tool("list_properties", {"limit": 1})
    return result.structured_content


@pytest.mark.parametrize("name", CLIENT_FILES)
async def test_a_client_file_starts_the_server_with_the_token(name: str, hostex: str) -> None:
    answer = await properties(started(name, in_file(name), WRITABLE, HOSTEX_API_BASE_URL=hostex))
    assert [row["title"] for row in answer["items"]] == ["Harbour Loft"]


@pytest.mark.parametrize("client", ["cursor", "vscode"])
async def test_an_install_link_starts_the_server_with_the_token(client: str, hostex: str) -> None:
    command = started(f"{client}.json", in_link(client), WRITABLE, HOSTEX_API_BASE_URL=hostex)
    assert [row["title"] for row in (await properties(command))["items"]] == ["Harbour Loft"]


def test_a_link_for_vs_code_asks_for_what_its_entry_needs_and_keeps_it_secret() -> None:
    (asked,) = in_link("vscode")["inputs"]
    assert f"${{input:{asked['id']}}}" in in_link("vscode")["env"].values()
    assert asked["password"] is True


@pytest.mark.parametrize("name", ["claude-desktop.json", "claude-code.json"])
async def test_before_a_token_is_put_in_the_answer_says_where_to_get_one(name: str) -> None:
    answer = await properties(started(name, in_file(name), ""))
    assert answer["error"]["kind"] == "not_configured"
    assert "OpenAPI" in answer["error"]["hint"]


def test_no_other_client_file_lies_about() -> None:
    kept = {path.name for path in MANIFESTS.iterdir() if path.is_file()}
    assert kept == {*CLIENT_FILES, "server.json"}
