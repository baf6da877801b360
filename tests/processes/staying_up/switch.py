"""A port of this machine whose connections are passed on, as a load balancer or a network does."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from threading import Event

from anyio.from_thread import BlockingPortal, start_blocking_portal


class Switch:
    """Passes each new connection to the next of the ports in `to`, for as long as it is open. Closed, it
    refuses new ones and breaks the others off. A request that begins with `holds` gets no further; `held` is
    set then."""

    def __init__(self, portal: BlockingPortal, to: Sequence[int]) -> None:
        self._portal = portal
        self.holds = b""
        self.held = Event()
        self._turns = count()
        self._writers: set[asyncio.StreamWriter] = set()
        self.to = to
        self.port = 0
        self.open()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Listen, always on the same port."""
        self._portal.call(self._open)

    def close(self) -> None:
        """Listen no longer."""
        self._portal.call(self._close)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = self.to[next(self._turns) % len(self.to)]
        beyond, outward = await asyncio.open_connection("127.0.0.1", port)
        both = {writer, outward}
        self._writers |= both
        await asyncio.gather(self._pump(reader, outward), self._pump(beyond, writer))
        self._writers -= both

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        holding = False
        with suppress(ConnectionError):
            while data := await reader.read(64 * 1024):
                holding = holding or (bool(self.holds) and data.startswith(self.holds))
                if holding:
                    self.held.set()
                    continue
                writer.write(data)
                await writer.drain()
        writer.close()


@contextmanager
def switched(*to: int) -> Generator[Switch]:
    """A switch that is open until the end of the block."""
    with start_blocking_portal() as portal:
        one = Switch(portal, to)
        yield one
        one.close()
