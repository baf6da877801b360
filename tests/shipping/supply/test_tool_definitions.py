"""docs/tools.sha256 tells those who pin tool definitions what a server of this version lists."""

import hashlib
import json

import pytest
from mcp import Client

from hostex_mcp.api import HostexClient
from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.root import ROOT

pytestmark = pytest.mark.anyio
FILE = ROOT / "docs" / "tools.sha256"


async def test_every_tool_that_is_listed_has_the_committed_digest() -> None:
    selection = select(["all"])
    async with HostexClient(None) as hostex:
        engine = Engine(selection, Context(hostex, selection.reachable))
        async with Client(create_server(lambda _: engine)) as client:
            listed = (await client.list_tools()).tools
    lines: list[str] = []
    for tool in sorted(listed, key=lambda definition: definition.name):
        shown = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
        text = json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        lines.append(f"{hashlib.sha256(text.encode()).hexdigest()}  {tool.name}")
    together = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    assert FILE.read_text().splitlines() == [*lines, f"{together}  all"]
