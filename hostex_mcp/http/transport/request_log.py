"""Each request with an id of its own, in the answer and in its log lines, and counted."""

import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hostex_mcp import request_id
from hostex_mcp.events import Served, emit
from hostex_mcp.http.transport.refusals import MCP_PATHS

HEADER = "X-Request-Id"

_ROUTES = (
    *("/authorize", "/token", "/register", "/revoke", "/connect", "/changes", "/home", "/hooks"),
    *("/.well-known", "/healthz", "/readyz"),
)
_NOT_COUNTED = "/metrics"
_NO_ANSWER = 499


class Requests:
    """The outermost part of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request under its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = _NO_ANSWER
        started = time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = current
            await send(message)

        with request_id.running(Headers(scope=scope).get(HEADER)) as current:
            try:
                await self._app(scope, receive, answer)
            except Exception:
                status = 500
                raise
            finally:
                if scope["path"] != _NOT_COUNTED:
                    emit(Served(_route(scope["path"]), status, time.perf_counter() - started))


def _route(path: str) -> str:
    """Return the route as it is counted: none but this server's own, since anybody may ask for any path."""
    if path in MCP_PATHS:
        return "/mcp"
    if path == "/":
        return path
    return next((route for route in _ROUTES if path == route or path.startswith(f"{route}/")), "other")
