"""An application on a real port of this machine, served from a thread the way the command serves it."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from hostex_mcp.http.config import Address
from hostex_mcp.http.serving import bind, speaking
from hostex_mcp.http.transport.crowd import Crowd

_START_SECONDS = 20


@contextmanager
def served(make: Callable[[Address], ASGIApp], crowd: Crowd | None = None) -> Generator[Address]:
    """Serve what `make` builds for the address that was found free."""
    listener = bind("127.0.0.1", 0)
    address = Address(f"http://127.0.0.1:{listener.getsockname()[1]}")
    config = uvicorn.Config(
        make(address),
        http=speaking(crowd or Crowd()),
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        _await(server, thread)
        yield address
    finally:
        server.should_exit = True
        thread.join()


def _await(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the application did not start")
        thread.join(0.01)
