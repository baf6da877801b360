"""Whom a request may be for and from: Host and Origin, on every route, so that no page of another site can
use a browser against this server (DNS rebinding). Nothing passes that two readers take for two requests."""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from hostex_mcp.http.config import Address
from hostex_mcp.http.transport.refusals import CLOSE, HttpRefusal

LOOPBACK_ORIGIN = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?"
PROBES = ("/healthz", "/readyz", "/metrics")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_LOOPBACK_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")


class Guard:
    """Lets requests through that name this server as their Host and, if a page sent them, come from a page of
    this server, of the user's own machine, or of an allowed origin. `hosts` are further names of it. Probes
    may name the machine itself, and the paths in `anywhere` are served under any name."""

    def __init__(
        self,
        app: ASGIApp,
        address: Address,
        origins: Sequence[str] = (),
        anywhere: Sequence[str] = (),
        hosts: Sequence[str] = (),
    ) -> None:
        self._app = app
        self._anywhere = anywhere
        self._hosts = _hosts(address).union(hosts)
        self._origins = {address.origin, *origins}
        self._loopback_origin = re.compile(LOOPBACK_ORIGIN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, and hand it on or answer it."""
        if scope["type"] == "http":
            try:
                self._check(Headers(scope=scope), scope["path"])
            except HttpRefusal as refused:
                await refused.answer(scope["path"])(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _check(self, headers: Headers, path: str) -> None:
        if "content-length" in headers and "transfer-encoding" in headers:
            raise HttpRefusal(400, "Send Content-Length or Transfer-Encoding, not both.", CLOSE)
        # The router takes "/register" and a line break for "/register"; whoever compares paths does not.
        if _CONTROL.search(path):
            raise HttpRefusal(404, "There is nothing at this path.")
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._is_ours(hosts[0].lower(), path):
            raise HttpRefusal(421, "The Host header does not name this server.")
        if not all(origin in self._origins or self._loopback_origin.fullmatch(origin) for origin in origins):
            raise HttpRefusal(403, "Pages of this Origin may not call this server.")

    def _is_ours(self, host: str, path: str) -> bool:
        if host in self._hosts or path in self._anywhere:
            return True
        return path in PROBES and _LOOPBACK_HOST.fullmatch(host) is not None


def _hosts(address: Address) -> frozenset[str]:
    """Return the ways to write this server's Host: with or without the port that goes without saying, and, on
    this machine, by any of its names."""
    match = re.fullmatch(r"(.+?)(?::([0-9]+))?", address.host)
    name, port = (match[1], match[2]) if match else ("", None)
    names = _LOOPBACK_NAMES if name in _LOOPBACK_NAMES else (name,)
    default = "443" if address.secure else "80"
    hosts = {f"{name}:{port or default}" for name in names}
    if port in (None, default):
        hosts |= set(names)
    return frozenset(hosts)
