"""A server made the usual way, from a decorated function whose annotations become the schema: with the class
of the SDK or of the fastmcp package. Its one tool hands on the data of an upstream.
Run: python -m benchmarks.decorated MODULE:CLASS UPSTREAM stdio|http; over HTTP it prints its port."""

import asyncio
import importlib
import sys
from typing import Any

import httpx2


def server_of(name: str, http: httpx2.AsyncClient) -> Any:
    module, _, kind = name.partition(":")
    server = getattr(importlib.import_module(module), kind)("decorated")

    async def list_properties(group_id: int) -> dict[str, Any]:
        """Properties."""
        reply = await http.get("/properties", params={"group_id": group_id})
        return reply.json()["data"]

    server.tool()(list_properties)
    return server


async def main(name: str, upstream: str, transport: str) -> None:
    async with httpx2.AsyncClient(base_url=upstream) as http:
        server = server_of(name, http)
        if transport == "stdio":
            await server.run_stdio_async()
            return
        from benchmarks.listening import listen

        application = getattr(server, "http_app", None) or server.streamable_http_app
        await listen(application(stateless_http=True, json_response=True))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
