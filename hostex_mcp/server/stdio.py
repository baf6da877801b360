"""MCP over standard input and output."""

from mcp.server.stdio import stdio_server

from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine


async def serve_stdio(engine: Engine) -> None:
    """Serve until the end of input. Standard output carries the protocol and nothing else: while serving,
    whatever a library prints goes to standard error."""
    server = create_server(lambda _: engine)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
