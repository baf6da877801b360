"""The demo account at a moment, asked through the engine as a client would."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import httpx2

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.state import Accounts, SandboxAccount
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.contract.requests import DocumentedTransport


@dataclass
class World:
    """A sandbox, and its tools."""

    sandbox: Sandbox
    engine: Engine
    now: datetime

    @property
    def account(self) -> SandboxAccount:
        return self.sandbox.accounts.main

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured answer of a tool that has to work."""
        answer = await self.answer(tool, **arguments)
        assert "error" not in answer, answer
        return answer

    async def answer(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured answer of a tool."""
        result = cast("Any", await self.engine.call(tool, arguments))
        return cast("dict[str, Any]", result.structured_content)

    async def briefing(self, **arguments: Any) -> dict[str, Any]:
        """The briefing once every thread is known: the first one opens only some."""
        while True:
            answer = await self.ask("get_daily_briefing", **arguments)
            if not any("not read yet" in note for note in answer.get("notes", ())):
                return answer

    async def calls_of(self, tool: str, **arguments: Any) -> list[str]:
        """The operations that an answer costs."""
        before = len(self.sandbox.log)
        await self.ask(tool, **arguments)
        return [f"{call.method} {call.path}" for call in self.sandbox.log[before:]]


@asynccontextmanager
async def world(
    now: datetime, accounts: Accounts | None = None, change: Callable[[SandboxAccount], None] | None = None
) -> AsyncGenerator[World]:
    """The demo account, or others, at a moment; `change` alters the account first."""
    sandbox = Sandbox(now=lambda: now, accounts=accounts)
    if change:
        change(sandbox.accounts.main)
    transport = DocumentedTransport(httpx2.ASGITransport(app=sandbox.app))
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        chosen = select(["all"])
        context = Context(client, chosen.reachable, now=lambda: now)
        yield World(sandbox, Engine(chosen, context, "off"), now)
