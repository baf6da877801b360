"""The routines as skills over the wire of both eras, checked as a client checks them: by digest and by what
stands at the head of each file."""

import hashlib
import json
from typing import Any

import httpx2
import pytest
import yaml

from hostex_mcp.http.app import local_app
from hostex_mcp.settings import Settings
from hostex_mcp.tools.selection import select
from tests.support.local import HERE, JSON, MODERN, local, running, sandbox_engine

pytestmark = pytest.mark.anyio

NAMES = [
    "morning-briefing",
    "answer-waiting-guests",
    "weekly-pricing-review",
    "prepare-arrivals",
    "month-end",
    "onboarding-check",
]
META: dict[str, Any] = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
both_eras = pytest.mark.parametrize("modern", [True, False])


async def asked(http: httpx2.AsyncClient, modern: bool, method: str, **params: Any) -> dict[str, Any]:
    """The answer to a request that is written by hand."""
    name = {"Mcp-Name": params["uri"]} if method == "resources/read" else {}
    headers = {**MODERN, "Mcp-Method": method, **name} if modern else JSON
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": method}
    message["params"] = {**params, "_meta": META} if modern else params
    answer = await http.post("/mcp", json=message, headers=headers)
    body = answer.text
    if "text/event-stream" in answer.headers["content-type"]:
        [body] = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: {")]
    return json.loads(body)


def head(text: str) -> Any:
    """What stands between the first two lines of dashes, as YAML."""
    first, written, _ = text.split("---\n", 2)
    assert first == ""
    return yaml.safe_load(written)


@both_eras
async def test_every_skill_is_listed_with_the_digest_and_the_head_of_what_is_read(modern: bool) -> None:
    async with running(local()) as http:
        listed = (await asked(http, modern, "skills/list"))["result"]["skills"]
        assert [skill["frontmatter"]["name"] for skill in listed] == NAMES
        for skill in listed:
            uri = skill["uri"]
            assert uri == f"skill://hostex/{skill['frontmatter']['name']}/SKILL.md"
            [read] = (await asked(http, modern, "resources/read", uri=uri))["result"]["contents"]
            digest = hashlib.sha256(read["text"].encode()).hexdigest()
            assert skill["resources"] == [{"uri": uri, "digest": f"sha256:{digest}"}]
            assert (read["uri"], read["mimeType"], head(read["text"])) == (
                uri,
                "text/markdown",
                skill["frontmatter"],
            )
            assert "hostex://house-rules" in read["text"]
            assert (await asked(http, modern, "skills/get", uri=uri))["result"]["skill"] == skill


@both_eras
async def test_the_extension_is_declared(modern: bool) -> None:
    first = "server/discover" if modern else "initialize"
    opening = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "by hand", "version": "1"},
    }
    async with running(local()) as http:
        answer = await asked(http, modern, first, **({} if modern else opening))
    assert answer["result"]["capabilities"]["extensions"]["io.modelcontextprotocol/skills"] == {}


@both_eras
@pytest.mark.parametrize("uri", ["skill://hostex/nothing/SKILL.md", "skill://hostex/month-end", "x" * 5_000])
async def test_an_unknown_skill_is_answered_with_those_there_are(modern: bool, uri: str) -> None:
    async with running(local()) as http:
        error = (await asked(http, modern, "skills/get", uri=uri))["error"]
        nothing = (await asked(http, modern, "skills/get"))["error"]
    assert error["code"] == nothing["code"] == -32602
    assert all(name in error["message"] for name in NAMES)
    assert len(error["message"]) < 700


async def test_a_skill_is_served_only_with_all_its_tools() -> None:
    engine = sandbox_engine()
    engine.selection = select(["core"], (), ["get_month_end"])
    async with running(local_app(Settings(), HERE, engine)) as http:
        listed = (await asked(http, True, "skills/list"))["result"]["skills"]
        uri = "skill://hostex/month-end/SKILL.md"
        refused = [
            (await asked(http, True, method, uri=uri))["error"]["code"]
            for method in ("skills/get", "resources/read")
        ]
    assert "month-end" not in [skill["frontmatter"]["name"] for skill in listed]
    assert refused == [-32602, -32602]
