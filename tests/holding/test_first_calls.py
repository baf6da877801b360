"""The first call of a process holds the loop no longer than any other: what it needs is built before."""

import json
import subprocess
import sys

PROGRAM = """
import asyncio, gc, json, sys
import httpx2
from hostex_mcp.api import HostexClient
from hostex_mcp.api.endpoints.models import Model
from hostex_mcp.api.endpoints.reservations import LIST_CUSTOM_CHANNELS
from hostex_mcp.cli.http import _Worker
from hostex_mcp.http.config import Address
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.http.serving import _settle_memory
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import Settings
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.piece import longest_piece

def below(kind):
    for model in kind.__subclasses__():
        yield model
        yield from below(model)

async def first() -> dict:
    sandbox, selection = Sandbox(), select(["all"])
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        await client.page(LIST_CUSTOM_CHANNELS)
        engine = Engine(selection, Context(client, selection.reachable))
        _settle_memory()
        with longest_piece() as longest:
            await engine.call("list_properties", {})
        return {"held": longest.seconds, "by": longest.what, "searches": gc.get_threshold()}

_Worker(Settings(), Address("http://127.0.0.1:8000"), True)()
late = [model.__name__ for model in [*below(Model), *(tool.model for tool in CATALOGUE.values())]
        if not model.__pydantic_complete__]
known = set(sys.modules)
Upstream.of(Settings())
httpx2.AsyncHTTPTransport(verify=False)
print(json.dumps({"late": late, "loaded": sorted(set(sys.modules) - known), **asyncio.run(first())}))
"""


def test_nothing_is_left_to_build_when_a_process_begins_to_serve() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["late"] == []
    assert found["loaded"] == []
    new, times, _ = found["searches"]
    assert new * times <= 40_000, "the collector would go through more objects at once"
    assert found["held"] < 0.05, found["by"]
