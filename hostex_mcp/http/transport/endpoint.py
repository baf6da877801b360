"""`/mcp`: who calls, how often, with what, and then the protocol itself."""

import json
import logging
import uuid
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from mcp.server.context import ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from hostex_mcp.http.config import WRITE
from hostex_mcp.http.transport.arrivals import Arrivals
from hostex_mcp.http.transport.bodies import MCP_BODY, message_of, read_body, replayed
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.fair_queue import FairQueue
from hostex_mcp.http.transport.listening import Opened
from hostex_mcp.http.transport.ports import Ports
from hostex_mcp.http.transport.rate_limits import Limits, Throttle, caller_address
from hostex_mcp.http.transport.refusals import INTERNAL_ERROR, HttpRefusal, too_many
from hostex_mcp.http.transport.session_views import naming, opened_session
from hostex_mcp.http.transport.turns import stands_for, turn, while_present
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.messages import NoMessage, normalise

_ENGINE = "hostex.engine"

_log = logging.getLogger(__name__)


def engine_of(context: ServerRequestContext[Any]) -> Engine:
    """Return the engine that was found for the HTTP request of this context."""
    return cast("Request", context.request).scope[_ENGINE]


class Endpoint:
    """The ASGI application at `/mcp`. A request that has arrived takes its turn in `calls`, and ends when its
    caller hangs up. With `own_sessions` the id of a session says what its client declared, and nothing is
    kept of it."""

    def __init__(
        self,
        manager: StreamableHTTPSessionManager,
        ports: Ports,
        limits: Limits,
        calls: FairQueue,
        *,
        own_sessions: bool = True,
    ) -> None:
        self._manager = manager
        self._own_sessions = own_sessions
        self._calls = calls
        self._arrivals = Arrivals()
        self._ports = ports
        self._accounts = Throttle("account", limits.account)
        self._strangers = Throttle("strangers", limits.strangers)
        self._bringers = Throttle("bringers", limits.bringers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            answer = await self._serve(scope, receive, send)
        except HttpRefusal as refused:
            answer = refused.answer(scope["path"])
        if answer is not None:
            await answer(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> Response | None:
        if scope["method"] != "POST":
            raise HttpRefusal(405, "Only POST is served here.", {"Allow": "POST"})
        narrowing = _narrowing(scope)
        with _looking_up():
            caller = await self._caller(scope)
            if isinstance(caller, Response):
                return caller
            engine = await self._ports.engines.engine(caller, narrowing)
        with self._arrivals.of(stands_for(caller, scope)):
            body = await read_body(scope, receive, MCP_BODY)
        if body is None:
            return None
        received = await message_of(body)
        message = _as_meant(received)
        body = body if message is received else json.dumps(message).encode()
        if "read_only" not in narrowing and self._lacks_scope(caller, message):
            send = _forbidding(send, self._ports.challenge)
        if self._own_sessions and engine.views != "off" and (session_id := opened_session(message)):
            send = naming(send, session_id)
        opened = Opened(caller, stands_for(caller, scope), Headers(scope=scope), narrowing)
        scope = opened.noted({**scope, _ENGINE: engine, "headers": _with_accept(scope["headers"])})
        with while_present(receive, send) as answer:
            async with turn(self._calls, caller, scope):
                await self._manager.handle_request(scope, replayed(body, receive), answer)
        return None

    async def _caller(self, scope: Scope) -> Caller | Response:
        caller = await self._ports.identifies.identify(Headers(scope=scope))
        if seconds := self._count(caller, caller_address(scope)):
            raise too_many(seconds)
        return caller

    def _count(self, caller: Caller | Response, address: str) -> float:
        """Return the seconds to wait. Each token that is brought along is an account, so that whoever makes
        them up has as many as he likes."""
        if isinstance(caller, Response):
            return self._strangers.wait(address)
        seconds = self._bringers.wait(address) if caller.token else 0.0
        return seconds or self._accounts.wait(caller.account)

    def _lacks_scope(self, caller: Caller, message: Mapping[str, Any]) -> bool:
        """Whether this calls a tool that is out of reach only because the grant may not write."""
        if WRITE in caller.scopes or message.get("method") != "tools/call":
            return False
        params = message.get("params")
        name = cast("dict[str, Any]", params).get("name") if isinstance(params, dict) else None
        return isinstance(name, str) and name in self._ports.writing


def _as_meant(received: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return cast("Mapping[str, Any]", normalise(received))
    except NoMessage as error:
        raise HttpRefusal(400, str(error)) from None


@contextmanager
def _looking_up() -> Generator[None]:
    """Whatever stands in the way of finding out who calls, the call was not made and may be repeated."""
    try:
        yield
    except HttpRefusal:
        raise
    except Exception:
        reference = uuid.uuid4().hex[:12]
        _log.exception("A caller could not be looked up, reference %s", reference)
        text = f"This server cannot identify the caller right now (reference {reference}). Try again shortly."
        raise HttpRefusal(503, text, {"Retry-After": "5"}, code=INTERNAL_ERROR) from None


def _with_accept(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers; a request that does not say what it takes, takes anything (RFC 9110 section
    12.5.1)."""
    sent = [(name, value) for name, value in headers if name != b"accept" or value.strip()]
    return sent if any(name == b"accept" for name, _ in sent) else [*sent, (b"accept", b"*/*")]


def _narrowing(scope: Scope) -> Mapping[str, str]:
    parameters = QueryParams(scope["query_string"])
    if len(parameters.multi_items()) > len(parameters):
        raise HttpRefusal(400, "A parameter appears twice in the address.")
    return dict(parameters)


def _forbidding(send: Send, challenge: str) -> Send:
    """Return a `send` that turns success into 403 with a challenge; the body stays as it is."""

    async def forbid(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = [*message["headers"], (b"www-authenticate", challenge.encode())]
            message = {**message, "status": 403, "headers": headers}
        await send(message)

    return forbid
