"""A deployment without its doors: a store, the sandbox as Hostex, and grants that are linked to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import httpx2
import pytest
from mcp.types import CallToolResult
from pydantic import SecretStr

from hostex_mcp.http.store import Store
from hostex_mcp.http.store.records import Choices, Credential, Grant
from hostex_mcp.http.tenants.confirmations import shared_confirmations
from hostex_mcp.http.tenants.hostex_link import HostexCredentials
from hostex_mcp.http.tenants.hostex_partner import Upstream
from hostex_mcp.http.tenants.tenants import Tenants
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.oauth import CLIENT_ID, CLIENT_SECRET
from hostex_mcp.server.changes.record import ChangeStore
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import Settings
from tests.http.keeping import BOTH, a_code, a_grant
from tests.support.clock import Clock

HOSTEX = "https://hostex.example/v3"
TOKENS, REVOCATION = "POST /oauth/authorizations", "POST /oauth/revoke"
Answer = Callable[[httpx2.Request], Awaitable[httpx2.Response]]


class Wire(httpx2.AsyncBaseTransport):
    """The way to the sandbox. A test may hold what passes, by `before` and `after`; `closed` counts clients
    that were closed."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = httpx2.ASGITransport(app=sandbox.app)
        self.before: Callable[[httpx2.Request], Awaitable[None]] | None = None
        self.after: Callable[[httpx2.Request], Awaitable[None]] | None = None
        self.requests: list[httpx2.Request] = []
        self.closed = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if self.before:
            await self.before(request)
        answer = await self._inner.handle_async_request(request)
        if self.after:
            await self.after(request)
        return answer

    async def aclose(self) -> None:
        self.closed += 1


class Gate:
    """Holds the requests to one path until it is opened."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def __call__(self, request: httpx2.Request) -> None:
        if request.url.path.endswith(self._path):
            self.reached.set()
            await self.opened.wait()


@dataclass
class World:
    """One process of a deployment. Another one over the same store is made by `process`."""

    store: Store
    clock: Clock
    sandbox: Sandbox
    wire: Wire
    upstream: Upstream
    linking: HostexCredentials
    pauses: list[float] = field(default_factory=list[float])
    paused: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def asked(self) -> list[str]:
        """What Hostex was asked, as `GET /properties`."""
        return [f"{call.method} {call.path}" for call in self.sandbox.log]

    def consent(self) -> str:
        """The code of a host who has let the partner in."""
        return self.sandbox.oauth.issue_code(self.clock())

    async def partner_grant(self, **changes: Any) -> Grant:
        """An active grant with a fresh partner pair, and tokens for its client."""
        return await self.grant(await self.upstream.exchange(self.consent()), **changes)

    async def token_grant(self, token: str = WRITABLE, **changes: Any) -> Grant:
        """An active grant with a pasted token."""
        return await self.grant(Credential("token", SecretStr(token)), **changes)

    async def grant(self, credential: Credential, **changes: Any) -> Grant:
        grant = a_grant(kind=credential.kind, **changes)
        await self.store.grants.add(grant, credential)
        if grant.status == "active":
            await self.store.tokens.redeem(await a_code(self.store, grant.grant_id, self.clock()))
        return grant

    async def now_of(self, grant: Grant) -> Grant:
        """The grant as it is stored by now."""
        stored = await self.store.grants.get(grant.grant_id)
        assert stored is not None
        return stored

    async def kept(self, grant: Grant) -> Credential | None:
        """The credential as it is stored by now."""
        found = await self.store.grants.credential(grant.grant_id)
        return found[0] if found else None

    def process(self, store: Store | None = None) -> "World":
        """Another process, with a memory of its own."""
        return world(store or self.store, self.clock, self.sandbox)

    def works(self, token: SecretStr) -> Awaitable[bool]:
        """Whether Hostex accepts a token."""
        return self._works(token)

    async def _works(self, token: SecretStr) -> bool:
        return (await self.linking.check(token, writes=False)).verdict == "readable"


def world(store: Store, clock: Clock, sandbox: Sandbox | None = None, **upstream: Any) -> World:
    """A process over this store."""
    sandbox = sandbox or Sandbox(now=clock)
    wire = Wire(sandbox)
    partner: dict[str, Any] = {"client_id": CLIENT_ID, "client_secret": SecretStr(CLIENT_SECRET)} | upstream
    reached = Upstream(HOSTEX, transport=wire, now=clock, **partner)
    pauses: list[float] = []
    paused = asyncio.Event()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        paused.set()
        await asyncio.sleep(0)

    return World(
        store,
        clock,
        sandbox,
        wire,
        reached,
        HostexCredentials(store, reached, clock, pause=pause),
        pauses,
        paused,
    )


def tenants_of(
    world: World, *, most: int = 256, changes: ChangeStore | None = None, **settings: Any
) -> Tenants:
    """The tenants of one process, who remember accounts if the settings say so."""
    confirmations = shared_confirmations(world.store.spent, world.store.keys, world.clock)
    chosen = Settings(**settings)
    clock = world.clock
    return Tenants(
        chosen,
        world.linking,
        world.upstream,
        confirmations,
        now=clock,
        clock=lambda: clock().timestamp(),
        most=most,
        changes=changes,
        memory=world.store.account_memory if chosen.memory == "on" else None,
        made_since=world.store.changes.made_since,
    )


def caller_of(grant: Grant, *, scopes: tuple[str, ...] = BOTH) -> Caller:
    """The caller with a token of this grant."""
    return Caller(grant.grant_id, frozenset(scopes), grant=grant)


def choosing(**choices: Any) -> Choices:
    """What a person chose; all there is where a test does not say."""
    return replace(Choices(frozenset(BOTH)), **choices)


async def call(engine: Engine, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured result of a tool."""
    result = await engine.call(tool, arguments)
    assert isinstance(result, CallToolResult)
    return cast("dict[str, Any]", result.structured_content)


async def ask(tenants: Tenants, grant: Grant, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured result of a tool, called with a token of this grant."""
    return await call(await tenants.engine(caller_of(grant), {}), tool, **arguments)


@pytest.fixture
def hostex(store: Store, clock: Clock) -> World:
    """One process of a deployment whose Hostex is the sandbox."""
    return world(store, clock)


@pytest.fixture
def tenants(hostex: World) -> Tenants:
    """The accounts that it serves, with every tool."""
    return tenants_of(hostex, toolsets=("all",))
