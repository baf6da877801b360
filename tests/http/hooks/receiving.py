"""A receiver of Hostex's calls behind everything that a request passes, and calls of it."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2

from hostex_mcp.http.app import assemble
from hostex_mcp.http.store import Store
from hostex_mcp.http.store.hooks import Hook
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.hook_receiver import HookReceiver, hook_routes
from hostex_mcp.http.transport.ports import Ports
from hostex_mcp.http.transport.rate_limits import Limits
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import Settings
from tests.http.keeping import granted
from tests.support.clock import NOW
from tests.support.local import HERE, Names, running, sandbox_engine

SECRET = "kept-by-hostex-alone-4711"
NOTHING = (404, "Not Found", "close")
STAY = {"event": "reservation_updated", "reservation_code": "0-1", "stay_code": "0-1_1"}


class _Always:
    async def engine(self, caller: Caller, narrowing: Mapping[str, str]) -> Engine:
        return sandbox_engine()


def said(answer: httpx2.Response) -> tuple[int, str, str | None]:
    """What a caller learns from an answer."""
    return answer.status_code, answer.text, answer.headers.get("connection")


@dataclass
class Line:
    """The way from Hostex to the hook of a grant."""

    store: Store
    hook: Hook
    grant_id: str
    http: httpx2.AsyncClient
    headers: dict[str, str] = field(default_factory=dict[str, str])

    async def post(self, content: bytes, address: str = "", **headers: str | None) -> httpx2.Response:
        """Send a body. Headers are named with underscores; None leaves one out."""
        sent: dict[str, str | None] = {
            "content-type": "application/json",
            "hostex-webhook-secret-token": SECRET,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        given = {name: value for name, value in sent.items() if value is not None}
        path = f"/hooks/{address or self.hook.address}"
        return await self.http.post(path, content=content, headers=given)

    async def call(self, message: Any = None, **headers: str | None) -> httpx2.Response:
        """Send a message; an edited stay unless another is given."""
        body = {"timestamp": "2026-11-24T08:00:00Z", **(STAY if message is None else message)}
        return await self.post(json.dumps(body).encode(), "", **headers)

    async def kept(self) -> list[dict[str, str]]:
        """The events that are kept, by name and ids; of those that came at one time, by their ids."""
        log = await self.store.hooks.log(self.grant_id, NOW - timedelta(days=40), NOW + timedelta(days=400))
        return sorted(({"event": event.name, **event.ids} for event in log.events), key=str)


@asynccontextmanager
async def line(store: Store, now: Any, **limits: Any) -> AsyncGenerator[Line]:
    """A process that receives for a new grant over this store."""
    grant_id = await granted(store)
    hook = await store.hooks.add(grant_id)
    assert hook
    async with another_line(store, now, hook, grant_id, **limits) as opened:
        yield opened


@asynccontextmanager
async def another_line(
    store: Store, now: Any, hook: Hook, grant_id: str, **limits: Any
) -> AsyncGenerator[Line]:
    """Another process that receives for the same hook."""
    receiver = HookReceiver(store.hooks, Limits(**limits), now)
    ports = Ports(identifies=Names(), engines=_Always(), routes=hook_routes(receiver))
    async with running(assemble(Settings(), HERE, ports)) as http:
        yield Line(store, hook, grant_id, http)
