"""What only a socket can do: stall, cut, drop, redirect, refuse."""

import asyncio
import gzip
import logging
import socket
from collections.abc import Awaitable, Callable

import anyio
import httpx2
import pytest
from anyio.lowlevel import checkpoint

from hostex_mcp.api import (
    DeadlineExceeded,
    HostexClient,
    HostexError,
    NetworkFailed,
    Operation,
    OutcomeUnknown,
    UnexpectedResponse,
)
from hostex_mcp.api._transport import TransportFailure, exchange
from tests.support.hostex import DONE, TOKEN, Hands, http, read_request, wire

pytestmark = pytest.mark.anyio

READ = Operation[None]("GET", "/tags")
WRITE = Operation[None]("POST", "/tags")
Turn = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Hands], Awaitable[None]]

SECONDS = 30.0
TRY = SECONDS / 3


def hasty(url: str, clock: Hands) -> HostexClient:
    """A client that goes by this clock and does not wait between tries."""
    return HostexClient(TOKEN, base_url=url, timeout=SECONDS, clock=clock, jitter=lambda: -1.0)


class Server:
    """Counts connections and gives each its own turn of the script; the last one goes on for ever. Time goes
    by only in a turn."""

    def __init__(self, *turns: Turn) -> None:
        self.requests: list[bytes] = []
        self.clock = Hands()
        self._turns = turns

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append(await read_request(reader))
        await self._turns[min(len(self.requests), len(self._turns)) - 1](reader, writer, self.clock)

    async def answer(self, operation: Operation[None]) -> None:
        async with wire(self) as url, hasty(url, self.clock) as client:
            await client.call(operation, body={} if operation.writes else None)


def says(answer: bytes) -> Turn:
    """A turn that answers at once."""

    async def turn(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: Hands) -> None:
        writer.write(answer)

    return turn


async def stalls(reader: asyncio.StreamReader, _: asyncio.StreamWriter, clock: Hands) -> None:
    clock.strike()
    await reader.read()


async def stalls_in_the_body(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clock: Hands
) -> None:
    writer.write(http(DONE[:10], length=len(DONE)))
    await let_read(writer)
    await stalls(reader, writer, clock)


async def dribbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clock: Hands) -> None:
    writer.write(http(b"", length=100_000))
    for _ in range(3):
        clock.move(TRY / 4)
        writer.write(b" ")
        await let_read(writer)
    await stalls(reader, writer, clock)


async def let_read(writer: asyncio.StreamWriter) -> None:
    """Give the client its turns to read what was written."""
    await writer.drain()
    for _ in range(10):
        await checkpoint()


async def drops(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: Hands) -> None:
    writer.close()


CUT = says(http(DONE[:10], length=len(DONE)))
NOT_GZIP = says(http(b"plain", headers="Content-Encoding: gzip\r\n"))


@pytest.mark.parametrize("trouble", [stalls, stalls_in_the_body, dribbles, drops, CUT, NOT_GZIP])
async def test_a_read_gets_over_a_bad_connection(trouble: Turn) -> None:
    server = Server(trouble, says(http(DONE)))
    await server.answer(READ)
    assert len(server.requests) == 2


@pytest.mark.parametrize("trouble", [stalls, stalls_in_the_body, dribbles, drops, CUT, NOT_GZIP])
async def test_a_write_over_a_bad_connection_is_open_and_sent_once(trouble: Turn) -> None:
    server = Server(trouble)
    with pytest.raises(OutcomeUnknown):
        await server.answer(WRITE)
    assert len(server.requests) == 1


async def test_a_deadline_covers_all_tries_of_a_read() -> None:
    server = Server(dribbles)
    with pytest.raises(DeadlineExceeded):
        await server.answer(READ)
    assert (len(server.requests), server.clock.time()) == (3, SECONDS)


async def test_a_connection_cut_at_every_try_is_a_network_error_of_the_read() -> None:
    server = Server(CUT)
    with pytest.raises(NetworkFailed) as caught:
        await server.answer(READ)
    assert caught.value.operation == "GET /tags"


async def test_a_redirect_leads_nowhere() -> None:
    target = Server(says(http(DONE)))
    async with wire(target) as elsewhere:
        moved = http(b"", status="307 Temporary Redirect", headers=f"Location: {elsewhere}/tags\r\n")
        for operation in (READ, WRITE):
            with pytest.raises(UnexpectedResponse, match="redirect"):
                await Server(says(moved)).answer(operation)
    assert target.requests == []


async def test_a_compressed_answer_is_understood() -> None:
    await Server(says(http(gzip.compress(DONE), headers="Content-Encoding: gzip\r\n"))).answer(READ)


def _oversized() -> bytes:
    return http(gzip.compress(b" " * (33 * 1024 * 1024), 1), headers="Content-Encoding: gzip\r\n")


@pytest.mark.parametrize(("operation", "kind"), [(READ, UnexpectedResponse), (WRITE, OutcomeUnknown)])
async def test_an_answer_beyond_all_bounds_is_not_read_to_its_end(
    operation: Operation[None], kind: type[HostexError]
) -> None:
    server = Server(says(_oversized()))
    with pytest.raises(kind, match="too large") as caught:
        await server.answer(operation)
    assert len(server.requests) == 1
    assert (caught.value.hint or "").startswith("Ask for less") == (operation is READ)


@pytest.mark.parametrize("operation", [READ, WRITE])
async def test_a_closed_port_is_a_network_error_and_nothing_was_sent(operation: Operation[None]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v3"
        async with hasty(url, Hands()) as client:
            with pytest.raises(NetworkFailed) as caught:
                await client.call(operation, body={})
    assert caught.value.retryable


@pytest.mark.parametrize(("operation", "tries"), [(READ, 3), (WRITE, 2)])
async def test_a_connection_that_never_opens_means_that_nothing_was_sent(
    operation: Operation[None], tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, allowed = Hands(), list[float]()

    async def times_out(remote_host: str, **_: object) -> None:
        allowed.append(anyio.current_effective_deadline() - anyio.current_time())
        clock.move(TRY)
        raise TimeoutError(remote_host)

    monkeypatch.setattr(anyio, "connect_tcp", times_out)
    async with hasty("http://127.0.0.1:9/v3", clock) as client:
        with pytest.raises(DeadlineExceeded) as caught:
            await client.call(operation, body={})
    assert caught.value.retryable
    assert len(allowed) == tries
    assert max(allowed) <= TRY


async def test_a_deadline_that_strikes_while_connecting_means_that_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, tried = Hands(), list[str]()

    async def never(remote_host: str, **_: object) -> None:
        tried.append(remote_host)
        clock.strike()
        await asyncio.Event().wait()

    monkeypatch.setattr(anyio, "connect_tcp", never)
    async with httpx2.AsyncClient(timeout=None) as http_client:
        request = http_client.build_request("POST", "http://127.0.0.1:9/v3")
        assert await exchange(http_client, request, TRY, clock=clock) == TransportFailure(
            "timeout", sent=False
        )
    assert tried == ["127.0.0.1"]


async def test_a_write_whose_time_is_up_while_waiting_for_a_second_try_is_not_sent() -> None:
    seen, clock = list[str](), Hands()

    def refuse(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.method)
        raise httpx2.ConnectError("refused")

    async def oversleep(_: float) -> None:
        clock.move(SECONDS)

    transport = httpx2.MockTransport(refuse)
    client = HostexClient(TOKEN, timeout=SECONDS, transport=transport, clock=clock, sleep=oversleep)
    with pytest.raises(DeadlineExceeded):
        await client.call(WRITE, body={})
    assert seen == ["POST"]


async def test_neither_logs_nor_errors_nor_reprs_hold_the_token_or_arguments(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="hostex_mcp")
    operation = Operation[None]("PATCH", "/reservations/{stay_code}")
    server = Server(says(http(b'{"error_code": 409, "request_id": "RT1", "error_msg": "Taken."}')))
    async with wire(server) as url, HostexClient(TOKEN, base_url=url) as client:
        with pytest.raises(HostexError) as caught:
            await client.call(operation, path={"stay_code": "0-77-zz"}, body={"guest_name": "Ada"})
        texts = repr(client) + repr(vars(caught.value)) + repr(caught.value)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("hostex_mcp")]
    assert len(lines) == 1
    assert lines[0].startswith("PATCH /reservations/{stay_code}: conflict code=409 request_id=RT1 ms=")
    assert lines[0].endswith(" try=1")
    for private in (TOKEN, "0-77-zz", "Ada"):
        assert private not in texts + "".join(lines)


async def test_errors_carry_no_exception_that_holds_the_request() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        await Server(drops).answer(WRITE)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
