"""How the servers that hostex-mcp is measured against listen: on a free port, which they print."""

import socket

import uvicorn
from starlette.types import ASGIApp


async def listen(application: ASGIApp) -> None:
    # With the protocol named, asyncio sets TCP_NODELAY; without it every answer would wait for 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(application, http="h11", loop="asyncio", access_log=False, log_level="error")
    await uvicorn.Server(config).serve([listener])
