"""The example of the library page serves MCP beside a page of its own."""

from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.applications import Starlette

from tests.docs.markdown import blocks

pytestmark = pytest.mark.anyio


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Starlette:
    monkeypatch.setenv("HOSTEX_MCP_SANDBOX", "1")
    (example,) = [block for block in blocks("python") if block.page.endswith("library.md")]
    names: dict[str, Any] = {}
    exec(compile(example.text, "site.py", "exec"), names)
    return names["app"]


async def test_the_application_is_mounted_beside_pages_of_another_one(site: Starlette) -> None:
    transport = httpx2.ASGITransport(app=site)
    base = "http://127.0.0.1:8000"
    async with site.router.lifespan_context(site), httpx2.AsyncClient(transport=transport) as http:
        assert (await http.get(f"{base}/mine")).text == "A page of my own"
        async with Client(streamable_http_client(f"{base}/mcp", http_client=http)) as client:
            answer = await client.call_tool("list_properties", {"limit": 1})
    assert answer.structured_content is not None
    assert [row["title"] for row in answer.structured_content["items"]] == ["Harbour Loft"]
