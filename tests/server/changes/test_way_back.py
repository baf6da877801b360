"""Before a person decides, the page says whether the change can be undone, and that is how it comes."""

import asyncio
from typing import Any

import httpx2
import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE
from hostex_mcp.server.changes.owner import Oversight, OwnerRule
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.changes.record import MemoryChanges, PendingChange, State
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.server.changes.showing import a_change, list_of, page_of
from tests.support.clock import Clock
from tests.support.every_write import every_write
from tests.support.previewing import demo_sandbox

CALLS = every_write(demo_sandbox().accounts.main)
WORDS = {True: "Can be undone afterwards.", False: "Cannot be undone."}
FINAL = {
    *("send_message", "create_review", "reply_to_review", "cancel_reservation"),
    *("delete_staff", "delete_task", "create_property", "execute_automation_action"),
}


async def made(tool: str) -> tuple[PendingChange, PendingChange]:
    """A change as it waits for the owner, and once the owner has approved it."""
    sandbox, store = demo_sandbox(), MemoryChanges()
    selection = select(["all"])
    transport = httpx2.ASGITransport(app=sandbox.app)
    desk = ChangeDesk(store=store, oversight=Oversight("owner", OwnerRule(every=True)))
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        context = Context(client, selection.reachable, now=Clock())
        engine = Engine(selection, context, "auto", desk=desk)
        result: Any = await engine.call(tool, CALLS[tool])
        told = result.structured_content
        assert told.get("status") == "waiting_for_person", told
        waiting = await store.find(told["change_id"])
        assert waiting
        seen = waiting.state_digest
        return waiting, await engine.decide(waiting.id, True, "the owner", seen=seen, owner="owner")


@pytest.mark.parametrize("tool", sorted(CALLS))
def test_every_write_can_be_undone_or_not_as_its_page_says(tool: str) -> None:
    assert CATALOGUE[tool].writes
    waiting, done = asyncio.run(made(tool))
    assert done.state is State.DONE, done.outcome
    can_be_undone = (done.outcome or {})["undo"] is not None
    assert WORDS[can_be_undone] in page_of(waiting).text
    assert WORDS[can_be_undone] in list_of(waiting).text
    assert WORDS[not can_be_undone] not in page_of(waiting).text
    assert not [words for words in WORDS.values() if words in page_of(done).text]
    if tool in FINAL:
        assert not can_be_undone


def test_a_change_that_was_kept_before_this_was_says_neither() -> None:
    assert not [words for words in WORDS.values() if words in page_of(a_change()).text]
