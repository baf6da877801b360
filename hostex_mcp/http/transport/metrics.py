"""Counts and times for Prometheus, of this process or of all workers together."""

import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from hmac import compare_digest
from pathlib import Path
from typing import Literal

from anyio import to_thread
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hostex_mcp import __version__
from hostex_mcp.events import (
    Confirmed,
    Event,
    GrantChanged,
    HostexAsked,
    PairRenewed,
    Served,
    Throttled,
    TokensAsked,
    ToolEnded,
    ToolStarted,
    WaitEnded,
    WaitStarted,
    listen_everywhere,
)
from hostex_mcp.loopback import is_loopback

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

_LATENCIES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_GAUGE_FILE = re.compile(r"gauge_live\w+_([0-9]+)\.db")


class Metrics:
    """Hears the events of this process. Labels are names of this program only."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._calls = self._counter("hostex_mcp_calls", "Calls of tools that ended.", "tool", "outcome")
        documentation = "Duration of tool calls, including the time people take to answer."
        self._call_seconds = self._times("hostex_mcp_call_seconds", documentation, "tool")
        self._running = self._gauge("hostex_mcp_calls_running", "Calls of tools that run now.")
        documentation = "Completed requests to Hostex, counting each try."
        self._hostex = self._counter("hostex_mcp_hostex_requests", documentation, "operation", "outcome")
        documentation = "Duration of requests to Hostex."
        self._hostex_seconds = self._times("hostex_mcp_hostex_request_seconds", documentation, "operation")
        documentation = "Retried requests to Hostex."
        self._retries = self._counter("hostex_mcp_hostex_retries", documentation, "operation")
        documentation = "Confirmation steps of writes."
        self._confirmations = self._counter("hostex_mcp_confirmations", documentation, "step")
        documentation = "Requests refused by a rate limit."
        self._throttled = self._counter("hostex_mcp_throttled", documentation, "limit")
        documentation = "Calls and requests to Hostex that wait for their turn."
        self._waiting = self._gauge("hostex_mcp_waiting", documentation, "line")
        documentation = "Calls and requests to Hostex that had to wait for their turn, by outcome."
        self._waits = self._counter("hostex_mcp_waits", documentation, "line", "outcome")
        self._grants = self._counter("hostex_mcp_grants", "Grants that began or ended.", "step")
        documentation = "Token requests by clients."
        self._tokens = self._counter("hostex_mcp_token_requests", documentation, "grant_type", "outcome")
        documentation = "Renewals of partner tokens at Hostex."
        self._renewals = self._counter("hostex_mcp_partner_renewals", documentation, "outcome")
        self._served = self._counter("hostex_mcp_http_requests", "HTTP requests answered.", "route", "status")
        documentation = "Duration of HTTP requests."
        self._served_seconds = self._times("hostex_mcp_http_request_seconds", documentation, "route")
        info = self._gauge("hostex_mcp_build_info", "The version that runs.", "version", together="livemax")
        info.labels(__version__).set(1)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self._registry)

    def _times(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(name, meaning, labels, registry=self._registry, buckets=_LATENCIES)

    def _gauge(
        self, name: str, meaning: str, *labels: str, together: Literal["livesum", "livemax"] = "livesum"
    ) -> Gauge:
        """Return a gauge; `together` says what those of several processes make."""
        return Gauge(name, meaning, labels, registry=self._registry, multiprocess_mode=together)

    def __call__(self, event: Event) -> None:
        """Count an event."""
        match event:
            case ToolStarted():
                self._running.inc()
            case ToolEnded():
                self._running.dec()
                self._calls.labels(event.tool, event.outcome).inc()
                self._call_seconds.labels(event.tool).observe(event.seconds)
            case HostexAsked():
                self._count_hostex(event)
            case Served():
                self._served.labels(event.route, str(event.status)).inc()
                self._served_seconds.labels(event.route).observe(event.seconds)
            case _:
                self._count_rare(event)

    def _count_hostex(self, event: HostexAsked) -> None:
        self._hostex.labels(event.operation, event.outcome).inc()
        self._hostex_seconds.labels(event.operation).observe(event.seconds)
        if event.number > 1:
            self._retries.labels(event.operation).inc()

    def _count_rare(self, event: Event) -> None:
        match event:
            case Confirmed():
                self._confirmations.labels(event.step).inc()
            case Throttled():
                self._throttled.labels(event.limit).inc()
            case WaitStarted():
                self._waiting.labels(event.line).inc()
            case WaitEnded():
                self._waiting.labels(event.line).dec()
                self._waits.labels(event.line, event.outcome).inc()
            case GrantChanged():
                self._grants.labels(event.step).inc()
            case TokensAsked():
                self._tokens.labels(event.grant_type, event.outcome).inc()
            case PairRenewed():
                self._renewals.labels(event.outcome).inc()
            case _:
                pass

    @contextmanager
    def listening(self) -> Generator[None]:
        """Count events inside the block."""
        with listen_everywhere(self):
            yield

    def text(self) -> bytes:
        """Return all of it in Prometheus's text format, that of the other workers included."""
        folder = os.environ.get(SHARED_FOLDER)
        if folder is None:
            return generate_latest(self._registry)
        _forget_the_dead(Path(folder))
        together = CollectorRegistry()
        MultiProcessCollector(together, folder)
        return generate_latest(together)


def metrics_route(metrics: Metrics, token: SecretStr | None, *, public: bool) -> Route:
    """Return `/metrics`: for whoever brings the token; without one, only for this machine, on a server that
    is not public."""
    expected = f"Bearer {token.get_secret_value()}".encode() if token else None

    async def show(request: Request) -> Response:
        if expected is None and (public or not is_loopback(request.client.host if request.client else "")):
            return PlainTextResponse("Set HOSTEX_MCP_METRICS_TOKEN to have metrics here.\n", 404)
        authorization = request.headers.get("authorization", "").encode("latin-1")
        if expected is not None and not compare_digest(authorization, expected):
            return PlainTextResponse(
                "Send HOSTEX_MCP_METRICS_TOKEN as a bearer token.\n", 401, {"WWW-Authenticate": "Bearer"}
            )
        text = await to_thread.run_sync(metrics.text)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return Route("/metrics", show)


def _forget_the_dead(folder: Path) -> None:
    """Drop gauges of workers that have exited."""
    for path in folder.iterdir():
        match = _GAUGE_FILE.fullmatch(path.name)
        if match and not _runs(int(match[1])):
            path.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
