"""The wheel as uvx and pipx run it: in an environment that they make on the spot and keep for a while."""

import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.shipping.operations.dockerfile import outside
from tests.support.complete import installs_packages
from tests.support.root import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(300), installs_packages]

PROGRAMS = Path(sys.executable).parent
RUNNERS = {"uvx": ["uvx", "--from"], "pipx": ["pipx", "run", "--spec"]}


def environment(home: Path) -> dict[str, str]:
    """The versions that were tested, and nothing of what is installed here but uv's store of files."""
    environ = outside()
    path = f"{PROGRAMS}:{environ['PATH']}"
    return {**environ, "PATH": path, "PIPX_HOME": str(home), "UV_CONSTRAINT": str(ROOT / "requirements.txt")}


@pytest.mark.parametrize("name", RUNNERS)
async def test_it_serves_a_client_that_starts_it(name: str, wheel: Path, tmp_path: Path) -> None:
    command, *arguments = [*RUNNERS[name], str(wheel), "hostex-mcp"]
    environ = {**environment(tmp_path), "HOSTEX_MCP_SANDBOX": "1"}
    started = StdioServerParameters(command=str(PROGRAMS / command), args=arguments, env=environ)
    async with Client(started) as client:
        result: Any = await client.call_tool("list_properties", {"limit": 1})
    assert [row["title"] for row in result.structured_content["items"]] == ["Harbour Loft"]
