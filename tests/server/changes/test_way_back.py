"""Before a person decides, the page says whether the change can be undone, and that is how it comes."""

import asyncio

import pytest

from hostex_mcp.server.changes.record import PendingChange, State
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.server.changes.showing import a_change, list_of, page_of
from tests.server.changes.waiting_for_owner import overseen
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
    async with overseen() as account:
        waiting = await account.waiting(await account.call(tool, CALLS[tool]))
        return waiting, await account.approve(waiting)


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
