"""Messages that wait as drafts, and the list of what waits and what was done, on the demo account."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import httpx2
import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.changes.record import Extent, MemoryChanges, PendingChange, State
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.previewing import changed, demo_sandbox
from tests.support.requests_sent import sent

pytestmark = pytest.mark.anyio

THREAD = "0-2200000003-thr003"
NOTE = {"conversation_id": THREAD, "message": "The key is in the box."}
MESSAGE = "POST /conversations/{conversation_id}"
LONG = {
    "title": "House rules",
    "scope_property": {"type": "by_property", "ids": [20110001]},
    "scope_channel": {"type": "by_channel", "channels": ["airbnb"]},
    "is_enable": True,
    "contents": [{"sub_title": f"Rule {number}", "text": "No smoking. " * 800} for number in range(40)],
}
BOOKING = {"reservation_code": "5-DEMO30PAT"}
FIELDS = {"stay_code": "5-DEMO30PAT", "custom_fields": {"wifi": "hello"}}


@dataclass
class House:
    """The demo account, its engine, and the time."""

    sandbox: Sandbox
    client: HostexClient
    clock: Clock
    desk: ChangeDesk
    engine: Engine

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return cast("Any", await self.engine.call(tool, arguments)).structured_content

    async def waiting(self, tool: str, **arguments: Any) -> PendingChange:
        change = await self.engine.change((await self.ask(tool, **arguments))["change_id"])
        assert change
        return change

    async def approve(self, change: PendingChange, text: str | None = None) -> PendingChange:
        return await self.engine.decide(change.id, True, "Ana", seen=change.state_digest, text=text)

    def served(self, extent: Extent) -> "House":
        """The same account served to another extent."""
        selection = select(["all"])
        context = Context(self.client, selection.reachable, now=self.clock)
        engine = Engine(selection, context, desk=replace(self.desk, extent=extent))
        return replace(self, engine=engine)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    sandbox, clock = demo_sandbox(), Clock()
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        selection, desk = select(["all"]), ChangeDesk(store=MemoryChanges(), asked_by="Claude")
        engine = Engine(selection, Context(client, selection.reachable, now=clock), desk=desk)
        yield House(sandbox, client, clock, desk, engine)


def messages(sandbox: Sandbox) -> list[str]:
    return [str(body and body["message"]) for body in sent(sandbox, MESSAGE)]


async def test_what_is_too_long_to_be_shown_whole_is_refused_and_does_not_wait(house: House) -> None:
    refused = await house.ask("create_knowledge_base", **LONG)
    assert "too long for a preview" in refused["error"]["message"]
    assert await house.engine.changes() == []


async def test_a_list_that_has_lost_its_oldest_changes_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("record", "listing"):
        monkeypatch.setattr(f"hostex_mcp.server.changes.{module}.MOST_SETTLED", 2)
    for number in range(2):
        await house.ask("update_conversation_note", conversation_id=THREAD, note=f"Note {number}")
    assert (await house.ask("list_changes"))["notes"] == [
        "Only the 2 newest that are done or decided are kept."
    ]


async def test_a_message_waits_for_a_day_and_anything_else_for_ten_minutes(house: House) -> None:
    draft, other = (
        await house.waiting("send_message", **NOTE),
        await house.waiting("cancel_reservation", **BOOKING),
    )
    assert (draft.draft, draft.text) == (True, NOTE["message"])
    assert (other.draft, other.text) == (False, None)
    spans = [change.expires - change.asked_at for change in (draft, other)]
    assert spans == [timedelta(days=1), timedelta(minutes=10)]


async def test_a_draft_is_sent_once_as_the_person_edited_it(house: House) -> None:
    draft = await house.waiting("send_message", **NOTE)
    done = await house.approve(draft, "The key is at the desk.")
    assert (done.state, done.text) == (State.DONE, "The key is at the desk.")
    assert (await house.approve(draft, "Once more")).state is State.DONE
    assert messages(house.sandbox) == ["The key is at the desk."]
    told = await house.ask("send_message", **NOTE, change_id=draft.id)
    assert told["result"]["message"] == "The key is at the desk."


async def test_a_text_that_cannot_be_sent_leaves_the_draft_waiting(house: House) -> None:
    draft = await house.waiting("send_message", **NOTE)
    with pytest.raises(InvalidArguments):
        await house.approve(draft, "x" * 10_001)
    assert messages(house.sandbox) == []
    assert (await house.approve(draft)).state is State.DONE


async def test_nothing_but_the_text_of_a_draft_can_be_edited(house: House) -> None:
    change = await house.waiting("cancel_reservation", **BOOKING)
    assert (await house.approve(change, "another booking")).state is State.DONE
    assert changed(house.sandbox) == ["DELETE /reservations/{reservation_code}"]


async def test_a_draft_goes_stale_when_the_guest_has_written_meanwhile(house: House) -> None:
    draft = await house.waiting("send_message", **NOTE)
    thread = house.sandbox.accounts.main.conversations[THREAD]["messages"]
    newer = {"id": "m-999", "content": "Found it, thanks!", "created_at": "2026-11-24T11:59:00+00:00"}
    thread.insert(0, {**thread[0], "sender_role": "guest", **newer})
    stale = await house.approve(draft)
    assert stale.state is State.STALE
    assert messages(house.sandbox) == []
    assert (await house.approve(draft, "The key is at the desk.")).state is State.STALE
    assert (await house.approve(stale, "You are welcome!")).state is State.DONE
    assert messages(house.sandbox) == ["You are welcome!"]


async def test_an_edit_that_brings_a_warning_is_shown_with_it_first(house: House) -> None:
    thread = house.sandbox.accounts.main.conversations[THREAD]["messages"]
    said = next(message["content"] for message in thread if message["sender_role"] == "host")
    draft = await house.waiting("send_message", **NOTE)
    warned = await house.approve(draft, said)
    assert (warned.state, warned.text) == (State.STALE, said)
    assert any("same text" in warning for warning in warned.preview["warnings"])
    assert messages(house.sandbox) == []
    assert (await house.approve(warned, said)).state is State.DONE
    assert messages(house.sandbox) == [said]


async def test_what_waits_and_what_was_done_is_listed_newest_first_with_what_takes_it_back(
    house: House,
) -> None:
    fields = await house.waiting("update_reservation_custom_fields", **FIELDS)
    await house.approve(fields)
    house.clock.advance(minutes=1)
    declined = await house.waiting("cancel_reservation", **BOOKING)
    await house.engine.decide(declined.id, False, "Ana")
    house.clock.advance(minutes=1)
    draft = await house.waiting("send_message", **NOTE)
    answer = await house.ask("list_changes")
    rows = [(row["tool"], row["status"], row.get("decided_by")) for row in answer["items"]]
    assert rows == [
        ("send_message", "waiting_for_person", None),
        ("cancel_reservation", "declined", "Ana"),
        ("update_reservation_custom_fields", "done", "Ana"),
    ]
    assert answer["items"][0]["change_id"] == draft.id
    assert {row["asked_by"] for row in answer["items"]} == {"Claude"}
    undo = answer["items"][2]["undo"]
    assert undo == {
        "tool": "update_reservation_custom_fields",
        "arguments": {"stay_code": "5-DEMO30PAT", "clear": ["wifi"]},
    }
    back = await house.waiting(undo["tool"], **undo["arguments"])
    assert (await house.approve(back)).state is State.DONE


@pytest.mark.parametrize(
    ("confirm", "tool", "arguments", "by"),
    [
        ("off", "cancel_reservation", BOOKING, "the operator's setting"),
        ("token", "cancel_reservation", BOOKING, "whoever confirmed the token"),
        ("auto", "update_conversation_note", {"conversation_id": THREAD, "note": "Calls back"}, None),
    ],
)
async def test_what_was_made_without_waiting_is_listed_too(
    house: House, confirm: str, tool: str, arguments: dict[str, Any], by: str | None
) -> None:
    house.engine = Engine(house.engine.selection, house.engine.context, confirm, desk=house.desk)
    done = await house.ask(tool, **arguments)
    if token := done.get("confirmation_token"):
        done = await house.ask(tool, **arguments, confirmation_token=token)
    (row,) = (await house.ask("list_changes"))["items"]
    assert (row["tool"], row["status"], row.get("decided_by")) == (tool, "done", by)
    assert row.get("undo") == done["undo"]


async def test_a_list_that_cannot_be_kept_keeps_nothing_from_being_made(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    class Full(MemoryChanges):
        async def add(self, change: PendingChange) -> None:
            raise OSError("the disk is full")

    house.engine = Engine(house.engine.selection, house.engine.context, "off", desk=ChangeDesk(store=Full()))
    assert (await house.ask("cancel_reservation", **BOOKING))["status"] == "done"
    assert "is not in the list of changes" in caplog.text


async def test_the_list_is_paged_and_full_detail_has_previews_and_outcomes(house: House) -> None:
    for number in range(3):
        await house.waiting("send_message", **NOTE | {"message": f"Message {number}"})
        house.clock.advance(minutes=1)
    first = await house.ask("list_changes", limit=2)
    rest = await house.ask("list_changes", limit=2, cursor=first["next_cursor"])
    assert [len(page["items"]) for page in (first, rest)] == [2, 1]
    full = await house.ask("list_changes", detail="full")
    shown = [row["preview"]["changes"][0]["after"] for row in full["items"]]
    assert shown == ["Message 2", "Message 1", "Message 0"]
    assert "preview" not in first["items"][0]


async def test_a_change_that_expired_is_listed_as_such(house: House) -> None:
    await house.waiting("cancel_reservation", **BOOKING)
    house.clock.advance(minutes=10)
    (row,) = (await house.ask("list_changes"))["items"]
    assert (row["status"], "expires_at" in row) == ("expired", False)


@pytest.mark.parametrize(
    ("then", "now", "shown"),
    [
        (Extent(), Extent(), 1),
        (Extent(), Extent(property_ids=frozenset([7])), 0),
        (Extent(property_ids=frozenset([7])), Extent(property_ids=frozenset([7, 8])), 1),
        (Extent(property_ids=frozenset([7, 8])), Extent(property_ids=frozenset([7])), 0),
        (Extent(property_ids=frozenset([7])), Extent(), 1),
        (Extent(privacy="full"), Extent(privacy="standard"), 0),
        (Extent(privacy="strict"), Extent(privacy="standard"), 1),
    ],
)
async def test_what_was_shown_when_more_was_served_is_counted_and_not_listed(
    house: House, then: Extent, now: Extent, shown: int
) -> None:
    await house.served(then).waiting("cancel_reservation", **BOOKING)
    answer = await house.served(now).ask("list_changes")
    assert len(answer["items"]) == shown
    hidden = [note for note in answer.get("notes", []) if note.startswith("1 more")]
    assert bool(hidden) is not bool(shown)


async def test_a_repeated_call_takes_nothing_back_that_a_person_edited_meanwhile(house: House) -> None:
    draft = await house.waiting("send_message", **NOTE)
    edited = {**NOTE, "message": "The key is with the neighbour."}
    shown = replace(draft, arguments=edited, state=State.STALE, state_digest="as it is edited")
    assert await house.desk.store.replace(draft, shown)
    assert (await house.ask("send_message", **NOTE))["change_id"] == draft.id
    assert await house.desk.store.find(draft.id) == replace(shown, revision=1)
