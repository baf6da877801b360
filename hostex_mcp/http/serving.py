"""Serving an application in one process or several, and stopping without breaking a call off."""

import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from hostex_mcp.http.transport.crowd import Crowd
from hostex_mcp.http.transport.uvicorn_protocol import PatientProtocol

GRACE_SECONDS = 30
IDLE_SECONDS = 75
SIGN_OF_LIFE_SECONDS = 60
MOST_HEAD_BYTES = 32 * 1024


class Opening:
    """An application that is opened in the process and event loop that serve it."""

    def __init__(self, opening: Callable[[], AbstractAsyncContextManager[ASGIApp]]) -> None:
        self._opening = opening
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open the application when the server starts; hand everything else on."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif self._app:
            await self._app(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application. Its end is told when all is closed, since the server waits no longer then."""
        end: list[Message] = []

        async def keep_end(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                end.append(message)
            else:
                await send(message)

        async with self._opening() as app:
            self._app = app
            _settle_memory()
            await app(scope, receive, keep_end)
        for message in end:
            await send(message)


@dataclass(frozen=True)
class _Making:
    """Makes the application in a process that serves it."""

    make_app: Callable[[], ASGIApp]

    def __call__(self) -> ASGIApp:
        _end_with_parent()
        return self.make_app()


def _end_with_parent() -> None:
    """Stop a worker whose parent is gone, however it went: nobody else would, and it would hold the port."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _settle_memory() -> None:
    """Leave what was loaded to the end of the process, so that the search for garbage does not go through it
    again and again, and search for it after thousands of objects, not hundreds: a call makes that many. A
    second look goes through what some such searches left: of more than four it would hold the loop."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 4, 100)


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that the clients will reach.

    Raises:
        OSError: it is taken, or not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off, which costs 40 ms an answer, only where TCP is named.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def speaking(crowd: Crowd) -> Any:
    """Return what makes the protocol of each connection, with a place in this crowd."""
    return cast("Any", partial(PatientProtocol, crowd=crowd))


def serve(
    make_app: Callable[[], ASGIApp], listener: socket.socket, workers: int, proxies: Sequence[str] = ()
) -> int:
    """Serve until SIGTERM or SIGINT, then take no new connections, let calls in flight end, and return the
    exit status. A second signal breaks off what is in flight. With several workers `make_app` is called in
    each of them, so it must be picklable. `proxies` are the networks of those that come for many people."""
    config = Config(
        _Making(make_app),
        factory=True,
        workers=workers,
        http=speaking(Crowd(proxies=proxies)),
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        # On a busy machine a worker needs more than the usual five seconds to load, and would be killed.
        timeout_worker_healthcheck=SIGN_OF_LIFE_SECONDS,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
    )
    if workers > 1:
        supervisor = _Workers(config, [listener])
        supervisor.run()
        return supervisor.status
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _leave)
    _Alone(config).run([listener])
    return 0


def _leave(number: int, frame: FrameType | None) -> None:
    """A signal that comes before the server listens to them, or is sent again when it has stopped."""
    sys.exit(0)


class _Alone(Server):
    """The one process of a server."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; told to again, wait for nobody."""
        self.force_exit = self.should_exit
        super().handle_exit(sig, frame)
        if self.force_exit:
            for connection in list(self.server_state.connections):
                connection.transport.abort()


class _Workers(Multiprocess):
    """Worker processes behind one socket; one that dies is replaced."""

    @property
    def status(self) -> int:
        """How it ended: 0, or that of a worker that could not start."""
        return STARTUP_FAILURE if any(worker.exitcode == STARTUP_FAILURE for worker in self.processes) else 0

    def init_processes(self) -> None:
        """Start the workers."""
        super().init_processes()
        self._leave_them_their_ends()

    def keep_subprocess_alive(self) -> None:
        """Replace a worker that has died or gives no sign of life."""
        super().keep_subprocess_alive()
        self._leave_them_their_ends()

    def _leave_them_their_ends(self) -> None:
        """Close the workers' ends of their pipes here. Only then is one that dies while it is asked for a
        sign of life known to be dead at once, and not when the time for its answer is over."""
        for worker in self.processes:
            worker.child_conn.close()

    def terminate_all(self) -> None:
        """Stop accepting here too, then let the workers finish."""
        for listener in self.sockets:
            listener.close()
        super().terminate_all()

    def join_all(self) -> None:
        """Wait for the workers; told to stop again, for none of them."""
        for worker in self.processes:
            while worker.process.is_alive():
                if self.signal_queue:
                    worker.process.kill()
                worker.process.join(0.1)
