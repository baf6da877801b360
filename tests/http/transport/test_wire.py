"""Clients that drag things out over a real connection: the head of a request, its body, the reading."""

import asyncio
import itertools
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Any, cast

import anyio
import httpx2
import pytest
from anyio.abc import SocketStream
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from hostex_mcp.http.config import Address
from hostex_mcp.http.transport import uvicorn_protocol as wire
from hostex_mcp.http.transport.crowd import Crowd
from tests.support.local import JSON, call, local
from tests.support.serving import served

pytestmark = pytest.mark.anyio

LARGE = 64 * 1024 * 1024


class Closing(wire.PatientProtocol):
    """The protocol under test, which tells when a connection has ended."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments, crowd=Crowd())
        self.closed = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.closed.set()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers without reading the body; `/large` with more than any buffer holds."""
    size = LARGE if scope["path"] == "/large" else 2
    await PlainTextResponse("x" * size)(scope, receive, send)


@asynccontextmanager
async def connected(keep_alive: int = 60) -> AsyncGenerator[tuple[SocketStream, ServerState]]:
    """A connection to a server that speaks the protocol under test, and what the server knows of it."""
    config = Config(application, lifespan="off", timeout_keep_alive=keep_alive)
    config.load()
    state = ServerState()

    def protocol() -> asyncio.Protocol:
        return Closing(config, state, {})

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    async with server, await anyio.connect_tcp(*server.sockets[0].getsockname()) as stream:
        yield stream, state


async def until_closed(stream: SocketStream) -> bytes:
    """Everything that comes until the server closes the connection."""
    got = bytearray()
    with anyio.fail_after(10):
        try:
            while True:
                got += await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return bytes(got)


async def trickle(stream: SocketStream) -> int:
    """Send one byte after the other; how many the server took."""
    for count in itertools.count():
        try:
            await stream.send(b"G")
        except anyio.BrokenResourceError:
            return count
        await anyio.sleep(0.02)
    raise AssertionError


async def forgotten(state: ServerState) -> None:
    """Return when the server keeps no connection any more."""
    with anyio.fail_after(10):
        for connection in list(state.connections):
            await cast("Closing", connection).closed.wait()


@pytest.mark.parametrize("start", [b"", b"GET / HTTP/1.1\r\nHost: a\r\nX: "])
async def test_a_head_that_does_not_end_is_not_waited_for(
    start: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.05)
    async with connected() as (stream, _):
        if start:
            await stream.send(start)
        assert await until_closed(stream) == b""


async def test_the_head_of_a_second_request_is_not_waited_for_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.05)
    async with connected() as (stream, _):
        await stream.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"200 OK" in await stream.receive()
        await stream.send(b"GET / HTTP/1.1\r\nHo")
        await until_closed(stream)


async def test_each_byte_of_a_slow_head_does_not_start_the_wait_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.2)
    async with connected() as (stream, _):
        with anyio.fail_after(10):
            assert await trickle(stream) < 100


async def test_a_body_that_nobody_wants_does_not_hold_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BODY_SECONDS", 0.05)
    async with connected() as (stream, _):
        await stream.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx")
        assert b"200 OK" in await until_closed(stream)


async def test_a_client_that_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READING_SECONDS", 0.05)
    async with connected() as (stream, state):
        await stream.send(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        await forgotten(state)


async def test_a_client_that_reads_gets_everything_however_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READING_SECONDS", 5.0)
    async with connected() as (stream, _):
        await stream.send(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert len(await until_closed(stream)) > LARGE


async def test_requests_one_after_the_other_are_served_on_one_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.05)
    async with connected() as (stream, state):
        for _ in range(3):
            await stream.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b"200 OK" in await stream.receive()
            await anyio.sleep(0.1)
        assert len(state.connections) == 1


async def test_an_idle_connection_is_closed_in_the_end() -> None:
    async with connected(keep_alive=0) as (stream, state):
        await stream.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"200 OK" in await until_closed(stream)
        await forgotten(state)


def test_every_wait_has_an_end() -> None:
    waits: list[Any] = [wire.HEAD_SECONDS, wire.BODY_SECONDS, wire.READING_SECONDS]
    assert all(0 < seconds <= 30 for seconds in waits)


@contextmanager
def working(address: Address) -> Generator[None]:
    """A connection whose request has begun and does not end."""
    with socket.create_connection(socket_address(address)) as connection:
        head = ["POST /token HTTP/1.1", f"Host: {address.host}", "Content-Length: 9", "Expect: 100-continue"]
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        assert b"100 Continue" in connection.recv(1_000)
        yield


def socket_address(address: Address) -> tuple[str, int]:
    host, _, port = address.host.partition(":")
    return host, int(port)


@pytest.mark.parametrize("crowd", [Crowd(most=1), Crowd(each=1)])
def test_one_connection_too_many_is_told_when_to_come_back_and_probes_are_answered(crowd: Crowd) -> None:
    with served(lambda address: local(address), crowd) as address, working(address):
        with httpx2.Client(base_url=address.origin) as second:
            refused = second.post("/mcp", headers=JSON, content=call("list_tags"))
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert "busy" in refused.json()["error"]["message"]
            assert second.get("/healthz").status_code == 200
        with httpx2.Client(base_url=address.origin) as third:
            assert third.get("/healthz").status_code == 200


@pytest.mark.parametrize("crowd", [Crowd(most=10), Crowd(each=10)])
def test_idle_connections_keep_nobody_out_and_the_longest_idle_goes_first(crowd: Crowd) -> None:
    with served(lambda address: local(address), crowd) as address, ExitStack() as connections:
        idle = [
            connections.enter_context(socket.create_connection(socket_address(address), timeout=10))
            for _ in range(30)
        ]
        assert httpx2.get(f"{address.origin}/").status_code == 200
        assert [connection.recv(1) for connection in idle[:21]] == [b""] * 21
        idle[-1].sendall(f"GET / HTTP/1.1\r\nHost: {address.host}\r\n\r\n".encode())
        assert b" 200 OK" in idle[-1].recv(1_000)
