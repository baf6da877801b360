"""A client of the Python SDK v1. Starts a replay of answers, calls for each, and prints what it refuses.

Listing the tools first makes the SDK check each answer against its schema. Runs in an environment of its own:
hence the imports by name.
"""

import asyncio
import json
import sys
from importlib import import_module
from typing import Any


async def main(command: list[str], folder: str, tools: list[str]) -> None:
    mcp: Any = import_module("mcp")
    started = import_module("mcp.client.stdio").stdio_client
    server = mcp.StdioServerParameters(command=command[0], args=command[1:], cwd=folder)
    refused: list[tuple[int, str]] = []
    async with started(server) as (incoming, outgoing), mcp.ClientSession(incoming, outgoing) as session:
        await session.initialize()
        await session.list_tools()
        for number, tool in enumerate(tools):
            try:
                await session.call_tool(tool, {"number": number})
            except RuntimeError as error:
                refused.append((number, str(error)[:500]))
    print(json.dumps(refused))


given = json.load(sys.stdin)
asyncio.run(main(given["command"], given["folder"], given["tools"]))
