"""The smallest HTTP server of the SDK with one tool that asks an upstream and hands its text on unread, or,
with `structured`, its data as text and structured content: what hostex-mcp over HTTP is measured against.
Run: python -m benchmarks.bare_http_server UPSTREAM [structured], which prints its port."""

import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import uvicorn
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
)
from starlette.applications import Starlette
from starlette.routing import Route

from hostex_mcp.http.serving import bind

TOOL = Tool(
    name="list_properties",
    description="Properties.",
    input_schema={"type": "object", "properties": {"group_id": {"type": "integer"}}},
)


def application(upstream: str, structured: bool = False) -> Starlette:
    http = httpx2.AsyncClient(base_url=upstream)

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

    server: Server[Any] = Server("bare", on_list_tools=list_tools, on_call_tool=call_tool)
    manager = StreamableHTTPSessionManager(server, stateless=True, json_response=True)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with manager.run(), http:
            yield

    return Starlette(routes=[Route("/mcp", StreamableHTTPASGIApp(manager))], lifespan=lifespan)


def main() -> None:
    listener = bind("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(
        application(sys.argv[1], "structured" in sys.argv),
        http="h11",
        loop="asyncio",
        access_log=False,
        log_level="error",
    )
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
