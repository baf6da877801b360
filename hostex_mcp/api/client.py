"""The client of the Hostex API: the one path of every request."""

import asyncio
import logging
import random
import ssl
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, Self
from urllib.parse import urlsplit

import anyio
import httpx2

from hostex_mcp import __version__
from hostex_mcp.api._response import Success, interpret, parse
from hostex_mcp.api._single_flight import SingleFlight
from hostex_mcp.api._transport import Place, TransportFailure, exchange
from hostex_mcp.api.errors import (
    AccountBlocked,
    HostexError,
    InvalidToken,
    NetworkFailed,
    NoAnswer,
    NotConfigured,
    PlanUnsupported,
    ReadOnlyToken,
)
from hostex_mcp.api.operation import (
    LARGEST_PAGE,
    AnswerT,
    ApiCall,
    Body,
    ListAnswer,
    ListEndpoint,
    Operation,
    PathValues,
    Query,
    Request,
    RowT,
    prepare,
)
from hostex_mcp.api.proxies import proxy_variable, unusable_proxy
from hostex_mcp.api.receipts import accepted
from hostex_mcp.clock import STOPWATCH, Stopwatch
from hostex_mcp.events import HostexAsked, emit
from hostex_mcp.loopback import is_loopback
from hostex_mcp.placeholders import placeholder_of

BASE_URL = "https://api.hostex.io/v3"
USER_AGENT = f"hostex-mcp/{__version__} (+https://github.com/hostex-mcp/hostex-mcp)"

_AT_ONCE = 8
_READ_TRIES = 3
# The second only where the first found no connection, so nothing can have been sent.
_WRITE_TRIES = 2
# Hostex's throttles open again after up to a day (documented): longer waits are the caller's affair.
_LONGEST_WAIT = 10.0
_FIRST_BACKOFF = 0.5
_RULE = (
    "base_url must be an https address, or http on this machine itself (localhost, 127.0.0.0/8, ::1), "
    "without user, password, query or fragment"
)
# The smallest read that every token may make.
_PROBE = ApiCall(Operation[Any]("GET", "/properties"), "/properties", (("offset", "0"), ("limit", "1")))

_log = logging.getLogger("hostex_mcp.api")


class Client(ABC):
    """A caller of Hostex for one account: `HostexClient`, or a client around another client."""

    @abstractmethod
    async def send(self, request: Request[AnswerT]) -> AnswerT:
        """Send a request and return its answer, None where Hostex gives none.

        Raises:
            HostexError: one of its subclasses; see the errors module.
        """

    async def admit(self, request: Request[Any]) -> None:
        """Raise what `send` would for a write that is not allowed to this account's user, before anybody is
        asked about it; the write itself is not sent.

        Raises:
            HostexError: as `send`.
        """
        # Hostex itself says so only in answer to the write.
        return

    async def call(
        self,
        operation: Operation[AnswerT],
        *,
        path: PathValues | None = None,
        query: Query | None = None,
        body: Body | None = None,
    ) -> AnswerT:
        """Call one operation and return its answer; it raises what `send` raises."""
        return await self.send(Request(operation, path or {}, query or {}, body))

    async def page(
        self,
        listing: ListEndpoint[RowT],
        *,
        path: PathValues | None = None,
        query: Query | None = None,
        offset: int = 0,
        limit: int = LARGEST_PAGE,
    ) -> ListAnswer[RowT]:
        """Read one page of a list: up to `limit` rows, at most 100, from `offset` on; it raises what `send`
        raises. A list that is not paged comes whole, whatever `offset` and `limit` say."""
        request: Request[ListAnswer[RowT]] = Request(
            listing, path or {}, query or {}, offset=offset, limit=min(limit, LARGEST_PAGE)
        )
        return await self.send(request)


class HostexClient(Client):
    """The client that speaks to Hostex for one account.

    `timeout` is the deadline of a call in seconds, from connecting to the last byte, tries and waits
    included; it starts when one of the eight places for requests is free. Each try waits for a `place`, too,
    of those that several clients share. Reads are tried up to three times and identical ones share a request
    while it is under way. A write is sent once: a second try is made only when the first found no connection.
    Proxies are taken from the environment. `verify` checks Hostex's certificate; clients that share one are
    made without loading certificates again, and share nothing else.
    """

    def __init__(
        self,
        token: str | None,
        *,
        base_url: str = BASE_URL,
        timeout: float = 30.0,
        transport: httpx2.AsyncBaseTransport | None = None,
        verify: ssl.SSLContext | None = None,
        place: Place = nullcontext,
        clock: Stopwatch = STOPWATCH,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._base_url = _base_address(base_url)
        self._token = token
        self._timeout = timeout
        self._transport = transport
        self._verify = verify
        self._place = place
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._flights = SingleFlight()

    async def send(self, request: Request[AnswerT]) -> AnswerT:
        """Send a request, unless an identical read is under way, and return its answer."""
        call = prepare(request)
        return await parse(request, await self._ask(call), call)

    async def aclose(self) -> None:
        """End the reads under way and close the connections."""
        await self._flights.aclose()
        if "_http" in self.__dict__:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"HostexClient({self._base_url!r})"

    @cached_property
    def _http(self) -> httpx2.AsyncClient:
        if self._transport is None and (problem := unusable_proxy()):
            raise NetworkFailed(problem, retryable=False)
        return httpx2.AsyncClient(
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            timeout=httpx2.Timeout(self._timeout, connect=self._timeout / _READ_TRIES),
            transport=self._transport,
            verify=True if self._verify is None else self._verify,
            follow_redirects=False,  # the token would go along
        )

    async def _ask(self, call: ApiCall) -> Success:
        if call.operation.authenticated:
            self._require_token(call)
        # Two equal writes may be meant twice; only reads are shared.
        if not call.writes:
            return await self._flights.share(call, partial(self._in_turn, call))
        try:
            reply = await self._in_turn(call)
            accepted(reply.request_id)
            return reply
        finally:
            # Even a failed write may have taken effect.
            self._flights.forget()

    def _require_token(self, call: ApiCall) -> None:
        if not self._token:
            raise NotConfigured("No access token is set.", operation=call.name)
        if placeholder := placeholder_of(self._token):
            problem = f"The access token is the placeholder {placeholder}, which was not filled in."
            raise NotConfigured(problem, operation=call.name)
        # The HTTP library would refuse it with an error that quotes it.
        if not self._token.isascii() or not self._token.isprintable() or " " in self._token:
            raise InvalidToken("The access token holds characters that no token has.", operation=call.name)

    async def _in_turn(self, call: ApiCall) -> Success:
        async with self._slots:
            return await self._persist(call, self._clock.time() + self._timeout)

    async def _persist(self, call: ApiCall, deadline: float) -> Success:
        number = 0
        while True:
            number += 1
            outcome = await self._attempt(call, deadline, number)
            if isinstance(outcome, Success):
                return outcome
            wait = self._wait_before_next(call, outcome, number)
            if wait is None or self._clock.time() + wait >= deadline:
                raise await self._diagnosed(outcome, call, deadline)
            await self._sleep(wait)

    async def _attempt(self, call: ApiCall, deadline: float, number: int = 1) -> Success | HostexError:
        started = self._clock.time()
        seconds = deadline - started
        if not call.writes:
            # A try that hangs must leave time for the others; a write is sent once and gets all of it.
            seconds = min(seconds, self._timeout / _READ_TRIES)
        answer = await exchange(self._http, self._request(call), seconds, self._place, self._clock)
        # A transport of its own goes past the proxies of the environment.
        if isinstance(answer, TransportFailure) and self._transport is None:
            answer = replace(answer, proxy=proxy_variable(self._base_url))
        # Hostex, or a proxy before it, may echo the token in its error text.
        secrets = (*call.secrets, self._token) if self._token else call.secrets
        outcome = await interpret(answer, call, secrets)
        _note(outcome, call, number, self._clock.time() - started)
        return outcome

    def _request(self, call: ApiCall) -> httpx2.Request:
        request = self._http.build_request(
            call.operation.method, self._base_url + call.path, params=call.query or None, content=call.body
        )
        if call.body is not None:
            request.headers["Content-Type"] = "application/json"
        if call.operation.authenticated and self._token:
            request.headers["Hostex-Access-Token"] = self._token
        return request

    def _wait_before_next(self, call: ApiCall, error: HostexError, number: int) -> float | None:
        """Return the seconds until the call is made again, None if it must not be."""
        tries = _WRITE_TRIES if call.writes else _READ_TRIES
        # NoAnswer of a write means that nothing was sent.
        retryable = isinstance(error, NoAnswer) if call.writes else error.retryable
        if number >= tries or not retryable:
            return None
        if error.retry_after is None:
            return _FIRST_BACKOFF * 2.0 ** (number - 1) * (0.5 + self._jitter() / 2)
        # Jitter keeps callers that were refused together from coming back together.
        return error.retry_after * (1 + self._jitter() / 4) if error.retry_after <= _LONGEST_WAIT else None

    async def _diagnosed(self, error: HostexError, call: ApiCall, deadline: float) -> HostexError:
        if not call.operation.authenticated:
            return error
        # Hostex answers 401 for a dead token and for a read-only one that writes, 420 for a lapsed
        # subscription and for a plan without the operation (documented).
        if isinstance(error, InvalidToken) and call.operation.method != "GET":
            kind = ReadOnlyToken
        elif isinstance(error, AccountBlocked) and call.name != _PROBE.name:
            kind = PlanUnsupported
        else:
            return error
        # One code stands for several errors; one small read tells which it is.
        if not isinstance(await self._attempt(_PROBE, deadline), Success):
            return error
        return kind(error.message, operation=error.operation, code=error.code, request_id=error.request_id)


def _note(outcome: Success | HostexError, call: ApiCall, number: int, seconds: float) -> None:
    level, kind = (logging.DEBUG, "ok") if isinstance(outcome, Success) else (logging.INFO, outcome.kind)
    emit(HostexAsked(call.name, kind, seconds, number))
    _log.log(
        level,
        "%s: %s code=%s request_id=%s ms=%d try=%d",
        call.name,
        kind,
        outcome.code,
        outcome.request_id,
        seconds * 1000,
        number,
    )


def _base_address(url: str) -> str:
    """Return the address without a final slash.

    Raises:
        ValueError: naming the rule that it breaks, and never the address, which may hold a password.
    """
    if not _allowed(url):
        raise ValueError(_RULE)
    return url.rstrip("/")


def _allowed(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or "?" in url or "#" in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
