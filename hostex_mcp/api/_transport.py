"""One request out and one answer back, within a time limit that covers the whole body."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import httpx2

from hostex_mcp.api.pace import Pace
from hostex_mcp.clock import STOPWATCH, Stopwatch

MAX_BODY_BYTES = 8 * 1024 * 1024

Place: TypeAlias = Callable[[], AbstractAsyncContextManager[object]]

_NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: httpx2.Headers = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """No usable answer came. Unless `sent` is False, the request may have reached Hostex. `proxy` is the
    variable that names the proxy on the way, if there is one."""

    cause: Literal["network", "timeout", "garbled", "oversized"]
    sent: bool = True
    proxy: str | None = None


async def exchange(
    http: httpx2.AsyncClient,
    request: httpx2.Request,
    seconds: float,
    place: Place = nullcontext,
    clock: Stopwatch = STOPWATCH,
) -> Answer | TransportFailure:
    """Send a request once there is a `place` for it, and read its answer, all within `seconds`; no failure is
    raised, and none is tried again. A GET is not followed: it changes nothing, so whether it was sent makes
    no difference."""
    if seconds <= 0:
        return TransportFailure("timeout", sent=False)
    progress = _Progress()
    if request.method != "GET":
        request.extensions["trace"] = progress
    with clock.limit(seconds):
        async with place():
            progress.nothing_sent = False
            return await _attempt(http, request)
    return TransportFailure("timeout", sent=not progress.nothing_sent)


class _Progress:
    """Follows the transport's events, to know whether a request that ran out of time had left at all.

    A transport that reports no events leaves that open, and open means sent.
    """

    def __init__(self) -> None:
        self.nothing_sent = True

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.started":
            self.nothing_sent = True
        elif event.endswith("send_request_headers.started"):
            self.nothing_sent = False


async def _attempt(http: httpx2.AsyncClient, request: httpx2.Request) -> Answer | TransportFailure:
    try:
        response = await http.send(request, stream=True)
        try:
            body = await _bounded(response)
        finally:
            await response.aclose()
    except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
        return _loss(error)
    return (
        TransportFailure("oversized")
        if body is None
        else Answer(response.status_code, response.headers, body)
    )


async def _bounded(response: httpx2.Response) -> bytes | None:
    """The body, None when it is too large. Many small chunks, or one that grows when it is unpacked, come
    without a wait in between."""
    body, pace = bytearray(), Pace()
    async for chunk in response.aiter_bytes():
        await pace.rest()
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _loss(error: Exception) -> TransportFailure:
    sent = not isinstance(error, _NOTHING_SENT)
    if isinstance(error, httpx2.TimeoutException):
        return TransportFailure("timeout", sent)
    return TransportFailure("garbled" if isinstance(error, httpx2.DecodingError) else "network", sent)
