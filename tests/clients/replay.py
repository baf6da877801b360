"""A server over standard input and output that lists our tools and gives answers recorded earlier, by number.

As a program it takes the file of the answers, as pairs of tool and result.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams

from hostex_mcp.server.app import definition
from hostex_mcp.tools.catalogue import CATALOGUE


async def main(answers: list[tuple[str, Any]]) -> None:
    async def listed(
        context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[definition(tool) for tool in CATALOGUE.values()])

    async def called(context: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        return CallToolResult.model_validate(answers[(params.arguments or {})["number"]][1])

    server: Server[Any] = Server("replay", on_list_tools=listed, on_call_tool=called)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
