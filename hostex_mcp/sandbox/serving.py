"""Running the sandbox on a port."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn

from hostex_mcp.sandbox.app import Sandbox

START_SECONDS, STOP_SECONDS = 10, 10


def serve(sandbox: Sandbox, host: str, port: int) -> None:
    """Serve until interrupted."""
    _server(sandbox, host, port).run()


@contextmanager
def running(sandbox: Sandbox) -> Generator[str]:
    """Serve from a thread on a free local port; yields the base URL of the API.

    Raises RuntimeError if the server does not start within ten seconds.
    """
    server = _server(sandbox, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{_port(server)}/v3"
    finally:
        server.should_exit = server.force_exit = True
        # A connection that never closes holds nobody up: the thread ends with the process.
        thread.join(STOP_SECONDS)


def _server(sandbox: Sandbox, host: str, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        sandbox.app,
        host=host,
        port=port,
        interface="asgi3",
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
    )
    return uvicorn.Server(config)


def _port(server: uvicorn.Server) -> int:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline:
            raise RuntimeError("the sandbox did not start")
        time.sleep(0.005)
    return int(server.servers[0].sockets[0].getsockname()[1])
