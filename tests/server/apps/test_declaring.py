"""Views are declared, listed and read in both protocol eras, over stdio and HTTP, by whoever shows them; for
everybody else nothing is different."""

import json
from typing import Any

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.extension import advertise
from mcp.client.streamable_http import streamable_http_client
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from hostex_mcp.server.app import create_server, wire_form
from hostex_mcp.tools.catalogue import APP_TOOLS, CATALOGUE
from hostex_mcp.tools.selection import select
from tests.server.apps.chat import BOOKING, EXTENSION, SECRET, SHOWS, WAYS, Chat, Served, Way, chatting
from tests.support.local import HERE, JSON, MODERN, local, running

pytestmark = pytest.mark.anyio

every_way = pytest.mark.parametrize("way", WAYS)
VIEWS = {f"ui://hostex/{view}.html" for view in ("day", "calendar", "performance", "thread", "change")}
SKILLS = "io.modelcontextprotocol/skills"
LOOKED_AT = {
    "get_daily_briefing": "day",
    "get_calendar": "calendar",
    "get_performance": "performance",
    "get_conversation": "thread",
    "list_guests_waiting": "thread",
}
APP_ONLY = ["prepare_change", "read_change", "decide_change"]
OTHERS: list[dict[str, Any]] = [
    {},
    {EXTENSION: {}},
    {EXTENSION: {"mimeTypes": ["text/html"]}},
    {"com.example/other": {"mimeTypes": ["text/html;profile=mcp-app"]}},
]


async def listed(chat: Chat) -> list[dict[str, Any]]:
    """The tools as they are on the wire."""
    tools = (await chat.client.list_tools()).tools
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]


@every_way
async def test_the_extension_is_declared_in_both_eras(way: Way) -> None:
    async with chatting(way, extensions={}) as chat:
        assert chat.client.server_capabilities.extensions == {EXTENSION: {}, SKILLS: {}}


@every_way
async def test_without_views_none_are_declared_listed_or_read(way: Way) -> None:
    async with chatting(way, Served(views="off")) as chat:
        assert chat.client.server_capabilities.extensions == {SKILLS: {}}
        assert await listed(chat) == [wire_form(tool) for tool in CATALOGUE.values()]
        assert not VIEWS & {resource.uri for resource in (await chat.client.list_resources()).resources}
        for uri in VIEWS:
            with pytest.raises(MCPError, match="There is no resource"):
                await chat.client.read_resource(uri)
        for name in APP_ONLY:
            with pytest.raises(MCPError, match=f"Unknown tool: {name}"):
                await chat.call(name)


@every_way
@pytest.mark.parametrize("extensions", OTHERS)
async def test_who_does_not_show_views_is_served_as_if_there_were_none(
    way: Way, extensions: dict[str, Any]
) -> None:
    async with chatting(way, extensions=extensions) as chat:
        assert await listed(chat) == [wire_form(tool) for tool in CATALOGUE.values()]
        assert not VIEWS & {resource.uri for resource in (await chat.client.list_resources()).resources}
        for name in ("prepare_change", "prepare_chance", "no_such_tool"):
            with pytest.raises(MCPError) as caught:
                await chat.call(name)
            assert (caught.value.code, caught.value.message.split(";")[0]) == (
                -32602,
                f"Unknown tool: {name}",
            )


@every_way
async def test_who_shows_views_gets_the_same_tools_with_their_views_and_some_for_buttons(
    way: Way,
) -> None:
    async with chatting(way) as chat:
        tools = await listed(chat)
        views = {tool["name"]: tool.pop("_meta") for tool in tools if "_meta" in tool}
    assert tools[: len(CATALOGUE)] == [wire_form(tool) for tool in CATALOGUE.values()]
    assert [tool["name"] for tool in tools[len(CATALOGUE) :]] == list(APP_TOOLS)
    assert {name: meta for name, meta in views.items() if name in APP_TOOLS} == {
        name: {"ui": {"visibility": ["app"]}} for name in APP_TOOLS
    }
    assert views["get_daily_briefing"] == {
        "ui": {"resourceUri": "ui://hostex/day.html", "visibility": ["model", "app"]},
        "ui/resourceUri": "ui://hostex/day.html",
    }
    carried = {name: meta["ui/resourceUri"] for name, meta in views.items() if name in CATALOGUE}
    consequential = {name for name, tool in CATALOGUE.items() if tool.effect == "consequential"}
    assert {name for name, uri in carried.items() if uri == "ui://hostex/change.html"} == consequential
    assert {name: uri for name, uri in carried.items() if name not in consequential} == {
        name: f"ui://hostex/{view}.html" for name, view in LOOKED_AT.items() if name in CATALOGUE
    }


@every_way
async def test_views_are_listed_and_read_as_documents_that_load_nothing(way: Way) -> None:
    async with chatting(way) as chat:
        resources = (await chat.client.list_resources()).resources
        assert {resource.uri for resource in resources} >= VIEWS
        for uri in VIEWS:
            [contents] = (await chat.client.read_resource(uri)).contents
            told: Any = contents.model_dump(by_alias=True)
            assert told["mimeType"] == "text/html;profile=mcp-app"
            assert told["text"].startswith("<!doctype html>")
            assert told["_meta"]["ui"]["csp"] == {
                "connectDomains": [],
                "resourceDomains": [],
                "frameDomains": [],
                "baseUriDomains": [],
            }
            assert told["_meta"]["ui"]["prefersBorder"] is True


async def test_a_view_is_read_by_clients_that_do_not_say_they_show_it() -> None:
    """Some hosts read on a connection of its own."""
    async with chatting(extensions={}) as chat:
        assert (await chat.client.read_resource("ui://hostex/day.html")).contents


@pytest.mark.parametrize("confirm", ["token", "off"])
async def test_where_no_change_waits_no_answer_carries_a_card(confirm: str) -> None:
    async with chatting(served=Served(confirm=confirm)) as chat:
        carried = [tool for tool in await listed(chat) if "change.html" in str(tool.get("_meta"))]
    assert carried == []


async def test_a_server_that_keeps_sessions_remembers_who_shows_views() -> None:
    async with chatting(extensions={}) as chat:
        hosts = TransportSecuritySettings(allowed_hosts=["127.0.0.1:8000"])
        manager = StreamableHTTPSessionManager(
            create_server(lambda _: chat.engine), json_response=True, security_settings=hosts
        )
        through = httpx2.ASGITransport(app=StreamableHTTPASGIApp(manager))
        async with (
            manager.run(),
            httpx2.AsyncClient(transport=through, base_url=HERE.origin) as http,
            Client(
                streamable_http_client(f"{HERE.origin}/mcp", http_client=http),
                mode="legacy",
                extensions=[advertise(name, settings) for name, settings in SHOWS.items()],
            ) as client,
        ):
            assert client.server_capabilities.extensions == {EXTENSION: {}, SKILLS: {}}
            assert {*APP_ONLY} <= {tool.name for tool in (await client.list_tools()).tools}
            result = await client.call_tool("cancel_reservation", BOOKING)
            assert SECRET in (result.meta or {})


async def test_models_cannot_find_or_forward_to_what_is_behind_buttons() -> None:
    async with chatting() as chat:
        for query in ("prepare change", "decide on a change", "propose a change", "show a change"):
            found = await chat.answer("find_tools", query=query, limit=20)
            assert not {tool["name"] for tool in found["tools"]} & set(APP_TOOLS)
        for door in ("call_read_tool", "call_write_tool"):
            for name in APP_TOOLS:
                refused = await chat.answer(door, name=name, arguments="{}")
                assert refused["error"]["message"].endswith(
                    "is not a tool of the catalogue; find_tools searches it"
                )
    for toolsets in (["core"], ["all"], ["calendar"]):
        assert not set(select(toolsets).reachable) & set(APP_TOOLS)


async def test_the_default_list_costs_no_more_for_who_does_not_show_views() -> None:
    async with chatting(served=Served(selection=select()), extensions={}) as chat:
        text = json.dumps(await listed(chat), ensure_ascii=False)
    assert text == json.dumps([wire_form(tool) for tool in select().listed.values()], ensure_ascii=False)


def request(method: str, version: str, capabilities: dict[str, Any]) -> tuple[dict[str, str], str]:
    """Headers and body of a request that declares capabilities, as far as its era does."""
    info = {"name": "openai-mcp", "version": "1.0.0"}
    params: dict[str, Any] = {}
    headers = JSON
    if version == "2026-07-28":
        headers = {**MODERN, "Mcp-Method": method}
        params["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientInfo": info,
            "io.modelcontextprotocol/clientCapabilities": capabilities,
        }
    elif method == "initialize":
        params = {"protocolVersion": version, "capabilities": capabilities, "clientInfo": info}
    return headers, json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


@pytest.mark.parametrize("version", ["2026-07-28", "2025-11-25"])
@pytest.mark.parametrize("openai", [True, False])
async def test_chatgpt_gets_the_keys_that_it_heeds_beside_those_of_the_standard(
    version: str, openai: bool
) -> None:
    capabilities: dict[str, Any] = {"extensions": SHOWS}
    if openai:
        capabilities["experimental"] = {"openai/visibility": {"enabled": True}}
    async with running(local()) as http:
        session: dict[str, str] = {}
        if version == "2025-11-25":
            headers, body = request("initialize", version, capabilities)
            opened = await http.post("/mcp", headers=headers, content=body)
            session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}
        headers, body = request("tools/list", version, capabilities)
        answer = await http.post("/mcp", headers={**headers, **session}, content=body)
    tools = {tool["name"]: tool.get("_meta", {}) for tool in answer.json()["result"]["tools"]}
    own = {key: value for key, value in tools["get_daily_briefing"].items() if key.startswith("openai")}
    hidden = {key: value for key, value in tools["decide_change"].items() if key.startswith("openai")}
    assert tools["decide_change"]["ui"] == {"visibility": ["app"]}
    if openai:
        assert own == {"openai/outputTemplate": "ui://hostex/day.html", "openai/widgetAccessible": True}
        assert hidden == {"openai/visibility": "private", "openai/widgetAccessible": True}
    else:
        assert (own, hidden) == ({}, {})


@pytest.mark.parametrize(
    "capabilities",
    [
        None,
        [],
        "x",
        {"extensions": None},
        {"extensions": []},
        {"extensions": {EXTENSION: None}},
        {"extensions": {EXTENSION: {"mimeTypes": "text/html;profile=mcp-app"}}},
        {"extensions": {EXTENSION: {"mimeTypes": None}}},
    ],
)
async def test_a_session_without_views_has_no_id_whatever_is_declared(capabilities: Any) -> None:
    async with running(local()) as http:
        headers, body = request("initialize", "2025-11-25", capabilities)
        answer = await http.post("/mcp", headers=headers, content=body)
        assert answer.status_code in (200, 400)
        assert "mcp-session-id" not in answer.headers


async def test_a_session_id_that_somebody_made_up_is_no_error() -> None:
    async with running(local()) as http:
        headers, body = request("tools/list", "2025-11-25", {})
        for made_up in ("x", "x.y.z", ".", "0123.openai"):
            answer = await http.post("/mcp", headers={**headers, "Mcp-Session-Id": made_up}, content=body)
            names = {tool["name"] for tool in answer.json()["result"]["tools"]}
            assert not names & set(APP_TOOLS)
