"""The HTTP application: its routes, and what every request passes on the way to them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from hostex_mcp.http.config import Address
from hostex_mcp.http.connect.landing import landing_route
from hostex_mcp.http.connect.routes import asset_routes
from hostex_mcp.http.notice import notice_of
from hostex_mcp.http.transport.bodies import BodyLimit
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.endpoint import Endpoint, engine_of
from hostex_mcp.http.transport.fair_queue import FairQueue
from hostex_mcp.http.transport.host_and_origin import LOOPBACK_ORIGIN, Guard
from hostex_mcp.http.transport.listening import Streams
from hostex_mcp.http.transport.metrics import Metrics, metrics_route
from hostex_mcp.http.transport.outage import OUTAGES, unserved_by
from hostex_mcp.http.transport.ports import Ports
from hostex_mcp.http.transport.probes import probes
from hostex_mcp.http.transport.rate_limits import AddressLimit, Limits
from hostex_mcp.http.transport.refusals import MCP_PATHS, HttpRefusal
from hostex_mcp.http.transport.request_log import Requests
from hostex_mcp.http.transport.session_views import session_views
from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import Settings

_EXPOSED = ["WWW-Authenticate", "Mcp-Session-Id", "MCP-Protocol-Version", "Retry-After", "X-Request-Id"]
PATIENCE_SECONDS = 20.0
_UNLIMITED = Limits(account=None, strangers=None)


def local_app(settings: Settings, address: Address, engine: Engine) -> Starlette:
    """Return the application of one local user, without authorization."""
    notice, previews = notice_of(settings, address), settings.confirm != "off"
    pages = [landing_route(address, notice, accounts=False, previews=previews), *asset_routes()]
    inside = Ports(identifies=_Anyone(), engines=_Always(engine), routes=pages)
    return assemble(settings, address, inside, limits=_UNLIMITED)


def assemble(
    settings: Settings,
    address: Address,
    inside: Ports,
    *,
    limits: Limits | None = None,
    manager: StreamableHTTPSessionManager | None = None,
    calls: FairQueue | None = None,
    streams: Streams | None = None,
) -> Starlette:
    """Return the application that these ports make. `manager` may serve another MCP server than our own, or
    serve it with sessions and streams. Its calls take their turns in `calls`, as those of pages do."""
    limits = limits or Limits()
    own_sessions = manager is None
    calls = calls or turns_of(settings)
    streams = streams or Streams(inside, calls)
    manager = manager or StreamableHTTPSessionManager(
        create_server(engine_of, session_views, listen=streams.listen), stateless=True, json_response=True
    )
    endpoint = Endpoint(manager, inside, limits, calls, own_sessions=own_sessions)
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        with metrics.listening():
            async with manager.run(), inside.running():
                yield

    routes = [
        *(Route(path, endpoint) for path in MCP_PATHS),
        *probes(inside.ready),
        metrics_route(metrics, settings.metrics_token, public=not address.local),
        *inside.routes,
    ]
    app = Starlette(
        routes=routes,
        middleware=_middleware(settings, address, limits),
        lifespan=lifespan,
        exception_handlers=dict.fromkeys(OUTAGES, unserved_by(notice_of(settings, address))),
    )
    app.router.redirect_slashes = False
    return app


def turns_of(settings: Settings) -> FairQueue:
    """Return the places for calls that a process has."""
    return FairQueue(
        "calls",
        settings.process_calls,
        each=settings.account_calls,
        waiting=settings.waiting_calls,
        patience=PATIENCE_SECONDS,
    )


def _middleware(settings: Settings, address: Address, limits: Limits) -> list[Middleware]:
    proxies = [Middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))]
    cors = Middleware(
        CORSMiddleware,
        allow_origins=[address.origin, *settings.allowed_origins],
        allow_origin_regex=LOOPBACK_ORIGIN,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["*"],
        expose_headers=_EXPOSED,
    )
    # A Prometheus server names the machine that it found, which only a token makes safe.
    anywhere = ["/metrics"] if settings.metrics_token else []
    return [
        Middleware(Requests),
        *(proxies if settings.trusted_proxies else []),
        Middleware(
            Guard,
            address=address,
            origins=settings.allowed_origins,
            anywhere=anywhere,
            hosts=settings.allowed_hosts,
        ),
        cors,
        Middleware(AddressLimit, limits=limits),
        Middleware(BodyLimit),
    ]


class _Anyone:
    """Whoever reaches a server of this machine is its user."""

    async def identify(self, headers: Headers) -> Caller | Response:
        return Caller("local")


class _Always:
    """One engine for every caller. It cannot be narrowed, so an address that tries is refused."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def engine(self, caller: Caller, narrowing: Mapping[str, str]) -> Engine:
        if narrowing:
            raise HttpRefusal(
                400, "Without authorization the address takes no parameters; use options instead."
            )
        return self._engine
