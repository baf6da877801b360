"""`/mcp` itself: both protocol eras, both paths, methods that are not served, and read-only grants."""

import json
from typing import Any, Literal, cast

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.support.local import HERE, JSON, MODERN, call, local, modern_call, running, shared

pytestmark = pytest.mark.anyio

Mode = Literal["auto", "legacy"]


@pytest.mark.parametrize(("mode", "version"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
async def test_both_eras_list_and_call_at_both_paths(mode: Mode, version: str, path: str) -> None:
    async with (
        running(local()) as http,
        Client(streamable_http_client(HERE.origin + path, http_client=http), mode=mode) as client,
    ):
        listed = [tool.name for tool in (await client.list_tools()).tools]
        result = await client.call_tool("list_properties", {"limit": 2})
        assert client.protocol_version == version
    assert "list_properties" in listed
    assert cast("Any", result).structured_content["returned"] == 2


@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PUT", "PATCH"])
@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
async def test_other_methods_are_answered_at_once(path: str, method: str, accept: str) -> None:
    async with running(local()) as http:
        answer = await http.request(method, path, headers={"Accept": accept}, timeout=5)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


async def test_answers_are_json_and_keep_no_session() -> None:
    async with running(local()) as http:
        answer = await http.post("/mcp", headers=JSON, content=call("list_tags"))
    assert answer.headers["content-type"] == "application/json"
    assert "mcp-session-id" not in answer.headers


async def test_a_client_that_takes_anything_gets_json() -> None:
    async with running(local()) as http:
        answer = await http.post("/mcp", headers={**JSON, "Accept": "*/*"}, content=call("list_tags"))
    assert answer.status_code == 200


@pytest.mark.parametrize("headers", [JSON, MODERN], ids=["handshake", "modern"])
@pytest.mark.parametrize("accept", [None, ""])
async def test_a_client_that_does_not_say_what_it_takes_gets_json(
    accept: str | None, headers: dict[str, str]
) -> None:
    sent, body = modern_call("list_tags") if headers is MODERN else (JSON, call("list_tags"))
    async with running(local()) as http:
        del http.headers["accept"]
        given = {name: value for name, value in sent.items() if name != "Accept"}
        answer = await http.post(
            "/mcp", headers=given if accept is None else given | {"Accept": accept}, content=body
        )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_a_form_of_another_page_is_no_message(media_type: str) -> None:
    headers = {**JSON, "Content-Type": media_type}
    async with running(local()) as http:
        assert (await http.post("/mcp", headers=headers, content=call("list_tags"))).status_code == 400


@pytest.mark.parametrize("headers", [JSON, MODERN], ids=["handshake", "modern"])
async def test_a_notification_is_accepted_without_an_answer(headers: dict[str, str]) -> None:
    body = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})
    async with running(local()) as http:
        answer = await http.post("/mcp", headers=headers, content=body)
    assert (answer.status_code, answer.content) == (202, b"")


@pytest.mark.parametrize(
    "wrong",
    [{}, {"Mcp-Method": "tools/list"}, {"Mcp-Name": "list_tags"}, {"MCP-Protocol-Version": "2027-01-01"}],
)
async def test_headers_that_contradict_the_message_are_refused(wrong: dict[str, str]) -> None:
    headers, body = modern_call("list_properties", None, **wrong)
    async with running(local()) as http:
        answer = await http.post("/mcp", headers=headers, content=body)
    assert answer.status_code == (400 if wrong else 200)


async def ask(account: str, tool: str, query: str = "", era: str = "handshake") -> httpx2.Response:
    headers, body = modern_call(tool) if era == "modern" else (JSON, call(tool))
    async with running(shared()) as http:
        return await http.post(f"/mcp{query}", headers={**headers, "Authorization": account}, content=body)


@pytest.mark.parametrize("era", ["handshake", "modern"])
async def test_a_grant_that_may_only_read_is_told_which_scope_a_change_needs(era: str) -> None:
    answer = await ask("r:ann", "create_task", era=era)
    assert answer.status_code == 403
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'
    assert answer.json()["result"]["structuredContent"]["error"]["kind"] == "blocked"


@pytest.mark.parametrize(
    ("account", "tool", "query"),
    [
        ("r:ann", "list_tags", ""),
        ("r:ann", "create_task", "?read_only=1"),
        ("ann", "create_task", "?read_only=1"),
        ("ann", "create_task", ""),
    ],
)
async def test_nobody_is_asked_for_a_scope_that_would_not_help(account: str, tool: str, query: str) -> None:
    assert (await ask(account, tool, query)).status_code == 200


async def test_a_caller_who_cannot_be_looked_up_may_try_again_and_learns_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running(shared()) as http:
        answer = await http.post(
            "/mcp", headers={**JSON, "Authorization": "broken"}, content=call("list_tags")
        )
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "the database is away" not in answer.text
    assert "the database is away" in caplog.text


async def test_a_parameter_twice_in_the_address_is_refused() -> None:
    assert (await ask("ann", "list_tags", "?toolsets=core&toolsets=all")).status_code == 400


async def test_the_server_of_one_local_user_is_not_narrowed_by_its_address() -> None:
    async with running(local()) as http:
        answer = await http.post("/mcp?read_only=1", headers=JSON, content=call("list_tags"))
    assert answer.status_code == 400
    assert "use options instead" in answer.json()["error"]["message"]


async def test_the_root_says_which_address_to_add() -> None:
    async with running(local()) as http:
        assert "http://127.0.0.1:8000/mcp" in (await http.get("/")).text
        assert (await http.get("/healthz")).text == "alive\n"
        assert (await http.get("/readyz")).text == "ready\n"
