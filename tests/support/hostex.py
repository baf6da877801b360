"""Stand-ins for Hostex: a scripted transport, and a raw server for what only a socket can do."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2

from hostex_mcp.api import HostexClient
from hostex_mcp.clock import Stopwatch

TOKEN = "tok-3f1c9a77"
REQUEST_ID = "RT20261105093000ab12"

Step = httpx2.Response | Exception
Handler = Callable[[httpx2.Request], Step]
Wire = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def envelope(
    data: Any = None, *, code: int | str = 200, msg: Any = "Done.", status: int = 200, **headers: Any
) -> httpx2.Response:
    """An answer in Hostex's form; header names are written with underscores."""
    body = {"request_id": REQUEST_ID, "error_code": code, "error_msg": msg, "data": data}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json=body, headers=named)


def page_of_html(status: int, **headers: str) -> httpx2.Response:
    """What a proxy answers instead of Hostex."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, html="<html>Bad gateway</html>", headers=named)


@dataclass
class Script:
    """Answers each request with the next step, the last one for ever, and keeps what was asked and waited."""

    steps: list[Step]
    requests: list[httpx2.Request] = field(default_factory=list[httpx2.Request])
    waits: list[float] = field(default_factory=list[float])

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        step = self.steps[min(len(self.requests), len(self.steps)) - 1]
        if isinstance(step, Exception):
            raise step
        return httpx2.Response(step.status_code, headers=step.headers, content=step.content)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    @property
    def asked(self) -> list[str]:
        """Method, path and query of each request."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]

    def client(
        self, *, jitter: float = 0.0, timeout: float = 30.0, token: str | None = TOKEN
    ) -> HostexClient:
        """A client that talks to this script and never really waits."""
        return HostexClient(
            token,
            base_url="https://hostex.test/v3",
            timeout=timeout,
            transport=httpx2.MockTransport(self),
            sleep=self.sleep,
            jitter=lambda: jitter,
        )


class Hands(Stopwatch):
    """A clock that goes only when it is moved, and ends what then has no time left."""

    def __init__(self) -> None:
        self._now = 0.0
        self._limits: list[tuple[float, anyio.CancelScope]] = []

    def time(self) -> float:
        return self._now

    def limit(self, seconds: float) -> anyio.CancelScope:
        scope = anyio.CancelScope()
        self._limits.append((self._now + seconds, scope))
        return scope

    def move(self, seconds: float) -> None:
        """Let time go by."""
        self._now += seconds
        for end, scope in self._limits:
            if end <= self._now:
                scope.cancel()

    def strike(self) -> None:
        """Let time go by until the limit that was set last."""
        self.move(self._limits[-1][0] - self._now)


def script(*steps: Step) -> Script:
    """A script of these steps."""
    return Script(list(steps))


def body_of(request: httpx2.Request) -> Any:
    """The JSON that a request carries."""
    return json.loads(request.content)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """Head and body of one request."""
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head + await reader.readexactly(int(lengths[0].split(b":")[1]) if lengths else 0)


def http(body: bytes, *, status: str = "200 OK", length: int | None = None, headers: str = "") -> bytes:
    """An answer as bytes; `length` may promise more than there is."""
    promised = len(body) if length is None else length
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {promised}\r\n{headers}\r\n"
    )
    return head.encode() + body


DONE = json.dumps({"request_id": REQUEST_ID, "error_code": 200, "error_msg": "Done.", "data": {}}).encode()


@asynccontextmanager
async def wire(handle: Wire) -> AsyncGenerator[str]:
    """The base address of a server that treats each connection with `handle` and then closes it."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle(reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v3"
    finally:
        server.close()
