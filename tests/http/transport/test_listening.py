"""Updates of `hostex://activity` over HTTP, with a client of each protocol era on a real connection."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
import pytest
from anyio import to_thread
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from hostex_mcp.api import HostexClient
from hostex_mcp.http.app import assemble
from hostex_mcp.http.config import Address
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.fair_queue import FairQueue
from hostex_mcp.http.transport.listening import LONGEST_SECONDS, MOST_OF_ONE, Streams
from hostex_mcp.http.transport.ports import Ports
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import Settings
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.previewing import demo_sandbox
from tests.support.serving import served

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning"),
]

ADDRESS = "hostex://activity"


@dataclass
class Place:
    """A server for accounts that its callers name, each with a Hostex of its own. Hostex calls when the test
    says so, and time passes when it says so."""

    sandboxes: dict[str, Sandbox] = field(default_factory=dict[str, Sandbox])
    ended: set[str] = field(default_factory=set[str])
    heard: dict[str, int] = field(default_factory=dict[str, int])
    checks: Counter[str] = field(default_factory=Counter[str])
    looked: dict[str, threading.Event] = field(
        default_factory=lambda: {name: threading.Event() for name in ("ana", "bo")}
    )
    seconds: float = 0.0

    async def identify(self, headers: Headers) -> Caller | Response:
        name = headers.get("authorization", "")
        return PlainTextResponse("Who are you?", 401) if name in self.ended else Caller(name)

    async def engine(self, caller: Caller, narrowing: Mapping[str, str]) -> Engine:
        sandbox = self.sandboxes.setdefault(caller.account, demo_sandbox())
        transport = httpx2.ASGITransport(app=sandbox.app)
        client = HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport)
        chosen = select(["all"])
        return Engine(chosen, Context(client, chosen.reachable, now=sandbox.clock))

    async def calls_of(self, caller: Caller) -> int:
        self.checks[caller.account] += 1
        # Whoever is checked again has looked.
        if self.checks[caller.account] > 1:
            self.looked[caller.account].set()
        return self.heard.get(caller.account, 0)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(0.01)

    def app(self, address: Address) -> ASGIApp:
        ports = Ports(identifies=self, engines=self, heard=self.calls_of)
        calls = FairQueue("calls", 8, each=1)
        streams = Streams(ports, calls, self.pause, lambda: self.seconds)
        return assemble(Settings(), address, ports, calls=calls, streams=streams)

    async def settled(self, name: str) -> None:
        """Wait until the first look of an account is over."""
        await to_thread.run_sync(self.looked[name].wait)

    def spend(self, name: str) -> None:
        """Have somebody enter a cost at Hostex, which then calls."""
        account, clock = self.sandboxes[name].accounts.main, self.sandboxes[name].clock
        times = dict.fromkeys(("created_at", "updated_at", "action_at"), f"{clock():%Y-%m-%dT%H:%M:%SZ}")
        number = account.new_id()
        before = next(iter(account.transactions.values()))
        account.transactions[number] = {**before, "id": number, **times}
        self.heard[name] = self.heard.get(name, 0) + 1


@contextmanager
def serving() -> Generator[tuple[Place, str]]:
    place = Place()
    with served(place.app) as address:
        yield place, f"{address.origin}/mcp"


@asynccontextmanager
async def client(url: str, name: str, mode: Any = "auto") -> AsyncGenerator[Client]:
    headers = {"authorization": name}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as opened,
    ):
        yield opened


async def test_who_listens_hears_of_their_own_account_as_soon_as_hostex_called_and_works_meanwhile() -> None:
    with serving() as (place, url), anyio.fail_after(60):
        async with (
            client(url, "ana") as ana,
            client(url, "bo") as bo,
            ana.listen(resource_subscriptions=[ADDRESS]) as news,
            bo.listen(resource_subscriptions=[ADDRESS]) as others,
        ):
            await place.settled("ana")
            await place.settled("bo")
            place.spend("ana")
            assert str(getattr(await anext(aiter(news)), "uri", "")) == ADDRESS
            # The only place for calls that an account has is free while its stream is open.
            assert (await ana.list_tools()).tools
            place.ended.add("bo")
            assert [event async for event in others] == []


async def test_a_stream_ends_with_the_connection_or_after_an_hour_and_says_so() -> None:
    with serving() as (place, url), anyio.fail_after(60):
        async with client(url, "ana") as ana, ana.listen(resource_subscriptions=[ADDRESS]) as news:
            await place.settled("ana")
            place.ended.add("ana")
            assert [event async for event in news] == []
        async with client(url, "bo") as bo, bo.listen(resource_subscriptions=[ADDRESS]) as news:
            await place.settled("bo")
            place.seconds = LONGEST_SECONDS
            assert [event async for event in news] == []


async def test_one_connection_has_a_few_streams_and_another_one_its_own() -> None:
    with serving() as (_, url), anyio.fail_after(60):
        async with client(url, "ana") as ana, client(url, "bo") as bo, AsyncExitStack() as streams:
            for _ in range(MOST_OF_ONE):
                await streams.enter_async_context(ana.listen(tools_list_changed=True))
            with pytest.raises(MCPError, match="close one of 4 first"):
                await streams.enter_async_context(ana.listen(tools_list_changed=True))
            await streams.enter_async_context(bo.listen(tools_list_changed=True))


async def test_a_client_of_the_handshake_is_told_that_it_cannot_subscribe() -> None:
    with serving() as (_, url), anyio.fail_after(60):
        async with client(url, "ana", "legacy") as ana:
            assert ana.server_capabilities.resources is not None
            assert not ana.server_capabilities.resources.subscribe
            # Deprecated in the SDK, as the newest protocol has another way.
            for how in ("subscribe", "unsubscribe"):
                with pytest.raises(MCPError, match="Method not found"):
                    await getattr(ana, f"{how}_resource")(ADDRESS)
