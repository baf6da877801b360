"""An account in which every change waits for the owner, who approves it."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from hostex_mcp.api import Client, HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.scope import MoneylessClient, ScopedClient
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.changes.owner import Oversight, OwnerRule
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.changes.record import MemoryChanges, PendingChange
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.previewing import demo_sandbox

EVERY = OwnerRule(every=True)


@dataclass
class Overseen:
    """The tools of such an account."""

    engine: Engine
    store: MemoryChanges
    sandbox: Sandbox

    async def call(
        self, tool: str, arguments: Mapping[str, Any], elicitation: Elicitation | None = None
    ) -> dict[str, Any]:
        """What the model is answered."""
        result: Any = await self.engine.call(tool, arguments, elicitation)
        told: dict[str, Any] = result.structured_content
        return told

    async def waiting(self, told: Mapping[str, Any]) -> PendingChange:
        """The change that an answer names."""
        assert told.get("status") == "waiting_for_person", told
        change = await self.store.find(told["change_id"])
        assert change
        return change

    async def approve(self, change: PendingChange) -> PendingChange:
        """The change after the owner's click."""
        seen = change.state_digest
        return await self.engine.decide(change.id, True, "the owner", seen=seen, owner="owner")


@asynccontextmanager
async def overseen(
    property_ids: list[int] | None = None, money: bool = True, rule: OwnerRule = EVERY
) -> AsyncGenerator[Overseen]:
    """A fresh demo account of which some properties are served, with or without money."""
    sandbox, store, selection = demo_sandbox(), MemoryChanges(), select(["all"])
    desk = ChangeDesk(store=store, oversight=Oversight("owner", rule, money=money))
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as hostex:
        client: Client = hostex if money else MoneylessClient(hostex)
        client = client if property_ids is None else ScopedClient(client, property_ids)
        context = Context(client, selection.reachable, now=Clock())
        yield Overseen(Engine(selection, context, "auto", desk=desk), store, sandbox)
