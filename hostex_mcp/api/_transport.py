"""One request out and one answer back, within a time limit that covers the whole body."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, TypeAlias

import httpx2

from hostex_mcp.api.pace import Pace
from hostex_mcp.clock import STOPWATCH, Stopwatch, utc_now

MAX_BODY_BYTES = 8 * 1024 * 1024

Place: TypeAlias = Callable[[], AbstractAsyncContextManager[object]]

# Only these prove that no byte of a write has left; for any other loss it may have taken effect.
_NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
_SECONDS = re.compile(r"\d{1,6}(\.\d{1,3})?", re.ASCII)
# The throttle of threads says "Try again in 60 seconds.", proxies have words of their own.
_WAIT = re.compile(
    r"\b(?:in|after|wait|for)[\s:]+(?:about\s+|another\s+|at\s+least\s+)?(\d{1,5})\s*"
    r"(s|secs?|seconds?|m|mins?|minutes?|h|hours?)\b",
    re.ASCII | re.IGNORECASE,
)
_UNITS = {"s": 1, "m": 60, "h": 3600}
_SEARCHED = 4_000


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer with its whole body."""

    status: int
    headers: httpx2.Headers = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """A request without a usable answer. Unless `sent` is False, it may have reached Hostex. `proxy` is
    the variable that names the proxy on the way, if there is one."""

    cause: Literal["network", "timeout", "garbled", "oversized"]
    sent: bool = True
    proxy: str | None = None


async def exchange(
    http: httpx2.AsyncClient,
    request: httpx2.Request,
    seconds: float,
    place: Place = nullcontext,
    clock: Stopwatch = STOPWATCH,
) -> HttpAnswer | TransportFailure:
    """Send a request once there is a `place` for it, and read its answer, all within `seconds`. No failure is
    raised, and none is tried again."""
    if seconds <= 0:
        return TransportFailure("timeout", sent=False)
    progress = _Progress()
    # A GET changes nothing, so whether it was sent makes no difference.
    if request.method != "GET":
        request.extensions["trace"] = progress
    with clock.limit(seconds):
        async with place():
            progress.nothing_sent = False
            return await _attempt(http, request)
    return TransportFailure("timeout", sent=not progress.nothing_sent)


class _Progress:
    """A listener of the transport's events that knows whether a request which ran out of time had left at
    all. A transport that reports no events leaves that open, and open means sent."""

    def __init__(self) -> None:
        self.nothing_sent = True

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.started":
            self.nothing_sent = True
        elif event.endswith("send_request_headers.started"):
            self.nothing_sent = False


async def _attempt(http: httpx2.AsyncClient, request: httpx2.Request) -> HttpAnswer | TransportFailure:
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
        else HttpAnswer(response.status_code, response.headers, body)
    )


async def _bounded(response: httpx2.Response) -> bytes | None:
    """Return the body, None when it is too large."""
    # Many small chunks, or a chunk that grows when it is unpacked, come without a wait in between.
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


def wait_of(answer: HttpAnswer) -> float | None:
    """Return the seconds of the `Retry-After` header, which may be a date; None where there are none."""
    header = answer.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(header):
        return float(header)
    until = _date(header)
    if until is not None:
        # Measured by the clock of whoever wrote the date: ours may be off.
        return _ahead(until, _date(answer.headers.get("date", "")) or utc_now())
    return None


def wait_in(text: str) -> float | None:
    """Return the seconds that words such as `try again in 30 seconds` ask for."""
    match = _WAIT.search(text[:_SEARCHED])
    return float(match[1]) * _UNITS[match[2][0].lower()] if match else None


def _ahead(until: datetime, now: datetime) -> float | None:
    seconds = (until - now).total_seconds()
    return seconds if seconds > 0 else None


def _date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
