"""Changes that wait, and the page on which a person sees them."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx2

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE
from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.server.changes.pages import Frame, change_page, list_page
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.changes.record import MemoryChanges, PendingChange
from hostex_mcp.server.changes.view import change_view
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.http.html_pages import Html
from tests.support.clock import NOW, Clock
from tests.support.previewing import demo_sandbox

FRAME = Frame(base="/changes", ticket=lambda change: f"{change.id} {change.seen}")


def a_change(**values: Any) -> PendingChange:
    """A change that waits since noon for ten minutes."""
    usual: dict[str, Any] = {
        "id": "c1",
        "account": "a",
        "tool": "send_message",
        "title": "Send a message",
        "arguments": {},
        "digest": "d",
        "state_digest": "seen",
        "preview": {"summary": "Send"},
        "asked_at": NOW,
        "expires": NOW + timedelta(minutes=10),
        "asked_by": "Claude",
    }
    return PendingChange(**usual | values)


def page_of(change: PendingChange) -> Html:
    """The page of a change at noon."""
    return Html(bytes(change_page(change_view(change, NOW), FRAME).body).decode())


def list_of(*changes: PendingChange) -> Html:
    """The page of several that wait."""
    views = [change_view(change, NOW) for change in changes]
    return Html(bytes(list_page(views, (), FRAME).body).decode())


async def waiting(calls: Mapping[str, Mapping[str, Any]], prepare: Any = None) -> dict[str, PendingChange]:
    """The changes that wait after these calls, by tool; the demo account is prepared before."""
    sandbox, store, changes = demo_sandbox(), MemoryChanges(), dict[str, PendingChange]()
    account: SandboxAccount = sandbox.accounts.main
    if prepare:
        prepare(account)
    selection = select(["all"])
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        context = Context(client, selection.reachable, now=Clock())
        engine = Engine(selection, context, "auto", desk=ChangeDesk(store=store, asked_by="Claude"))
        for tool in filter(lambda name: CATALOGUE[name].confirmable, calls):
            result: Any = await engine.call(tool, calls[tool])
            told = result.structured_content
            if told.get("status") != "waiting_for_person":
                # Too long to be shown whole, or so already.
                kind = told.get("error", {}).get("kind")
                assert kind == "invalid_arguments" or told.get("status") == "unchanged", (tool, told)
                continue
            change = await store.find(told["change_id"])
            assert change
            changes[tool] = change
    return changes


def squeezed(text: str) -> str:
    """A text without blanks, of which a page may have others."""
    return re.sub(r"\s+", "", text)
