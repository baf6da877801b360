"""Subscriptions to `hostex://activity`, with a client of each protocol era."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import anyio
import httpx2
import pytest
from mcp import Client

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.feed import ActivityFeed
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.previewing import demo_sandbox

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning"),
]

ADDRESS = "hostex://activity"


@dataclass
class Place:
    """An account whose server looks only when the test lets time pass."""

    sandbox: Sandbox = field(default_factory=demo_sandbox)
    clock: Clock = field(init=False)
    looks: int = 0
    waiting: anyio.Event = field(default_factory=anyio.Event)
    over: anyio.Event = field(default_factory=anyio.Event)

    def __post_init__(self) -> None:
        self.clock = cast("Clock", self.sandbox.clock)

    async def pause(self, seconds: float) -> None:
        assert seconds == 300
        self.looks += 1
        self.waiting.set()
        await self.over.wait()
        self.over = anyio.Event()

    async def five_minutes_pass(self) -> None:
        """Let the server look once more, and wait until it has."""
        await self.waiting.wait()
        self.waiting = anyio.Event()
        self.clock.advance(minutes=5)
        self.over.set()
        await self.waiting.wait()

    def spend(self) -> None:
        """Have somebody enter a cost at Hostex."""
        account = self.sandbox.accounts.main
        now = f"{self.clock():%Y-%m-%dT%H:%M:%SZ}"
        times = {"created_at": now, "updated_at": now, "action_at": now}
        number = account.new_id()
        before = next(iter(account.transactions.values()))
        account.transactions[number] = {**before, "id": number, **times}

    @asynccontextmanager
    async def client(self, mode: Any, heard: list[Any]) -> AsyncGenerator[Client]:
        transport = httpx2.ASGITransport(app=self.sandbox.app)
        async with HostexClient(
            WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport
        ) as hostex:
            chosen = select(["all"])
            engine = Engine(chosen, Context(hostex, chosen.reachable, now=self.clock))
            feed = ActivityFeed(engine, self.pause)

            async def hear(message: Any) -> None:
                heard.append(message)

            server = create_server(lambda _: engine, feed=feed)
            async with Client(server, mode=mode, message_handler=hear) as client:
                yield client
            feed.close()


async def subscribe(client: Client, uri: str, how: str = "subscribe") -> None:
    # Deprecated in the SDK, as the newest protocol has another way.
    await getattr(client, f"{how}_resource")(uri)


def updates(heard: list[Any]) -> list[str]:
    return [str(message.params.uri) for message in heard if "updated" in getattr(message, "method", "")]


async def test_a_client_of_the_handshake_is_told_once_for_each_look_that_found_something() -> None:
    place, heard = Place(), list[Any]()
    async with place.client("legacy", heard) as client:
        assert client.server_capabilities.resources is not None
        assert client.server_capabilities.resources.subscribe
        await subscribe(client, ADDRESS)
        await place.five_minutes_pass()
        assert updates(heard) == []
        place.spend()
        place.spend()
        await place.five_minutes_pass()
        await place.five_minutes_pass()
        assert updates(heard) == [ADDRESS]
        await subscribe(client, ADDRESS, "unsubscribe")
        looks = place.looks
        await client.list_tools()
        assert place.looks == looks


async def test_a_client_of_the_newest_protocol_listens() -> None:
    place = Place()
    async with place.client("auto", []) as client:
        async with client.listen(resource_subscriptions=[ADDRESS]) as updated:
            await place.waiting.wait()
            place.spend()
            await place.five_minutes_pass()
            async for event in updated:
                assert str(getattr(event, "uri", "")) == ADDRESS
                break
        assert "Room fee" in (await client.read_resource(ADDRESS)).contents[0].model_dump()["text"]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_nobody_asks_hostex_for_who_did_not_subscribe_to_this(mode: str) -> None:
    place = Place()
    async with place.client(mode, []) as client:
        if mode == "legacy":
            await subscribe(client, "hostex://reference/enums")
        else:
            async with client.listen(resource_subscriptions=["hostex://reference/enums"]):
                await client.list_tools()
        assert place.looks == 0


async def test_what_could_not_be_looked_up_is_found_by_the_next_look() -> None:
    place, heard = Place(), list[Any]()
    async with place.client("legacy", heard) as client:
        await subscribe(client, ADDRESS)
        await place.waiting.wait()
        place.spend()
        place.sandbox.faults.add("envelope", times=None, code=403, message="No")
        await place.five_minutes_pass()
        assert updates(heard) == []
        place.sandbox.faults.clear()
        await place.five_minutes_pass()
        await client.list_tools()
        assert updates(heard) == [ADDRESS]
