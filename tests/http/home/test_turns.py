"""What views of `/home` ask for takes its turn like every other call, and ends with its page."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import Message

from hostex_mcp.sandbox import Sandbox
from tests.http.changing import connected
from tests.http.connecting import HERE, deployment
from tests.http.home.test_home import home, view_calls
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio

BODY = b'{"name": "list_tags", "arguments": {}}'


@dataclass
class Held(httpx2.AsyncBaseTransport):
    """A way to Hostex on which requests wait, once it is shut, until it is open; `came` is released by each,
    and `given_up` by each that is broken off meanwhile."""

    inner: httpx2.AsyncBaseTransport
    open: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    given_up: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.came.release()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.given_up.release()
            raise
        return await self.inner.handle_async_request(request)


def held() -> tuple[Sandbox, Held]:
    sandbox = Sandbox(now=Clock())
    transport = Held(httpx2.ASGITransport(app=sandbox.app))
    transport.open.set()
    return sandbox, transport


async def asked(held: Held) -> None:
    """Wait until a request has come to the shut door."""
    while not held.came.locked():
        await held.came.acquire()
    await held.came.acquire()


async def test_calls_of_views_take_turns_and_what_finds_no_place_is_told_so(tmp_path: Path) -> None:
    sandbox, way = held()
    places: dict[str, Any] = {"process_calls": 1, "account_calls": 1, "waiting_calls": 1}
    async with deployment(tmp_path, sandbox, way, **places) as person:
        await connected(person)
        page = await home(person)
        way.open.clear()
        first = asyncio.create_task(view_calls(person, page, "list_tags"))
        await asked(way)
        others = [asyncio.create_task(view_calls(person, page, "list_properties")) for _ in range(2)]
        refused = await next(asyncio.as_completed(others))
        assert refused.status_code == 503
        assert "busy" in refused.json()["error_description"]
        way.open.set()
        assert (await first).status_code == 200
        assert sorted(answer.status_code for answer in await asyncio.gather(*others)) == [200, 503]


async def test_reads_for_a_view_end_when_its_page_is_closed(tmp_path: Path) -> None:
    sandbox, way = held()
    async with deployment(tmp_path, sandbox, way) as person:
        await connected(person)
        page = await home(person)
        way.open.clear()
        told = {
            "cookie": f"__Host-hostex={person.browser.id}",
            "x-proof": page["data-proof"],
            "x-connection": page["data-connection"],
            **HERE,
        }
        scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": page["data-call"],
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in told.items()],
        }
        gone, messages = asyncio.Event(), [{"type": "http.request", "body": BODY, "more_body": False}]

        async def receive() -> Message:
            if messages:
                return messages.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(_: Message) -> None:
            return

        async def call() -> None:
            await person.app(scope, receive, send)

        async with asyncio.TaskGroup() as asking:
            asking.create_task(call())
            await asked(way)
            gone.set()
            await asyncio.wait_for(way.given_up.acquire(), 10)
