"""The user's machine: a server over stdio, its page, and a browser that only notes what it is to open."""

import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any, cast

import httpx2

from hostex_mcp.api import HostexClient
from hostex_mcp.cli.local_page import LocalPage
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.previewing import demo_sandbox

BOOKING = {"reservation_code": "5-DEMO30PAT"}
THREAD = {"conversation_id": "0-2200000003-thr003", "message": "The key is in the box."}


@dataclass
class Machine:
    """The user's machine: the server, its page and the browser."""

    sandbox: Sandbox
    engine: Engine
    page: LocalPage
    opened: list[str] = field(default_factory=list[str])

    async def ask(self, tool: str = "cancel_reservation", **arguments: Any) -> dict[str, Any]:
        result: Any = await self.engine.call(tool, arguments or BOOKING)
        return cast("dict[str, Any]", result.structured_content)

    @asynccontextmanager
    async def browser(self) -> AsyncGenerator[httpx2.AsyncClient]:
        async with httpx2.AsyncClient() as browser:
            yield browser

    @property
    def origin(self) -> str:
        return "/".join(self.opened[0].split("/")[:3])


@dataclass
class Ticking:
    """A clock that a test sets."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def machine(
    *, screen: bool = True, told: bool = False, clock: Callable[[], float] = time.monotonic
) -> AsyncGenerator[Machine]:
    sandbox, opened = demo_sandbox(), list[str]()

    def open_browser(url: str) -> bool:
        opened.append(url)
        return screen

    page = LocalPage(told=told, open_browser=open_browser, clock=clock)
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        selection = select(["all"])
        context = Context(client, selection.reachable, now=Clock())
        engine = Engine(selection, context, "auto", desk=ChangeDesk(page=page))
        page.serve(engine)
        try:
            yield Machine(sandbox, engine, page, opened)
        finally:
            await page.aclose()


def fields(page: str) -> dict[str, str]:
    """The hidden fields and the text of a page's form."""
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    text = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    return hidden | ({"text": unescape(text[1])} if text else {})


async def click(browser: httpx2.AsyncClient, url: str, decision: str, **more: str) -> httpx2.Response:
    shown = await browser.get(url)
    origin = "/".join(url.split("/")[:3])
    form = fields(shown.text) | {"decision": decision} | more
    return await browser.post(url, data=form, headers={"Origin": origin}, follow_redirects=True)
