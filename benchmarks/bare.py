"""The smallest server of the SDK with one tool that asks an upstream and hands its text on unread, or, with
`structured`, its data as text and structured content: what hostex-mcp is measured against.
Run: python -m benchmarks.bare UPSTREAM stdio|http [structured]; over HTTP it prints its port."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
)

TOOL = Tool(
    name="list_properties",
    description="Properties.",
    input_schema={"type": "object", "properties": {"group_id": {"type": "integer"}}},
)


def server_of(http: httpx2.AsyncClient, structured: bool) -> Server[Any]:
    async def list_tools(
        context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[TOOL])

    async def call_tool(context: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        reply = await http.get("/properties", params=params.arguments)
        if not structured:
            return CallToolResult(content=[TextContent(type="text", text=reply.text)])
        data = reply.json()["data"]
        text = json.dumps(data, separators=(",", ":"))
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=data)

    return Server("bare", on_list_tools=list_tools, on_call_tool=call_tool)


async def serve_stdio(http: httpx2.AsyncClient, structured: bool) -> None:
    server = server_of(http, structured)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


async def serve_http(http: httpx2.AsyncClient, structured: bool) -> None:
    from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
    from starlette.applications import Starlette
    from starlette.routing import Route

    from benchmarks.listening import listen

    manager = StreamableHTTPSessionManager(server_of(http, structured), stateless=True, json_response=True)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with manager.run():
            yield

    await listen(Starlette(routes=[Route("/mcp", StreamableHTTPASGIApp(manager))], lifespan=lifespan))


async def main(upstream: str, transport: str, *options: str) -> None:
    async with httpx2.AsyncClient(base_url=upstream) as http:
        await {"stdio": serve_stdio, "http": serve_http}[transport](http, "structured" in options)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
