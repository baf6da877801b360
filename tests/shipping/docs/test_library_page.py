"""The example of the library page serves MCP beside a page of its own."""

import re
import sys
from pathlib import Path

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.applications import Starlette
from uvicorn.importer import import_from_string

from tests.shipping.docs.markdown import blocks, read
from tests.support.root import ROOT

pytestmark = pytest.mark.anyio


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Starlette:
    """The application of the example, saved and named to uvicorn as the page says."""
    (example,) = [block for block in blocks("python") if block.page.endswith("library.md")]
    page = read(ROOT / "docs" / "library.md")
    saved = re.search(r"Save it as `(\w+\.py)` and start it with `uvicorn (\w+:app)`", page)
    assert saved is not None
    (tmp_path / saved[1]).write_text(example.text, encoding="utf-8")
    monkeypatch.setenv("HOSTEX_MCP_SANDBOX", "1")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return import_from_string(saved[2])


async def test_the_application_is_mounted_beside_pages_of_another_one(site: Starlette) -> None:
    transport = httpx2.ASGITransport(app=site)
    base = "http://127.0.0.1:8000"
    async with site.router.lifespan_context(site), httpx2.AsyncClient(transport=transport) as http:
        assert (await http.get(f"{base}/mine")).text == "A page of my own"
        async with Client(streamable_http_client(f"{base}/mcp", http_client=http)) as client:
            answer = await client.call_tool("list_properties", {"limit": 1})
    assert answer.structured_content is not None
    assert [row["title"] for row in answer.structured_content["items"]] == ["Harbour Loft"]
