"""The client configurations in manifests/ start the server as they are written."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

MANIFESTS = Path(__file__).parents[2] / "manifests"

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("name", ["claude-desktop.json", "cursor.json"])
async def test_a_client_configuration_starts_the_server(name: str) -> None:
    entry = json.loads((MANIFESTS / name).read_text(encoding="utf-8"))["mcpServers"]["hostex"]
    command = shutil.which(str(entry["command"]), path=str(Path(sys.executable).parent))
    assert command
    environ = {**entry["env"], "HOSTEX_MCP_SANDBOX": "1"}
    server = StdioServerParameters(command=command, args=entry["args"], env=environ)
    async with Client(server) as client:
        result = await client.call_tool("list_properties", {"limit": 1})
    assert not result.is_error
