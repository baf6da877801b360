"""What is remembered between calls is true, and takes bounded room."""

import random
import string

import httpx2
import pytest
from pydantic import BaseModel

from hostex_mcp.api import HostexClient
from hostex_mcp.api.endpoints.messaging import GET_CONVERSATION, LIST_CONVERSATIONS, Conversation
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.toolkit.memory import Memory

SEED = 5


class Note(BaseModel):
    """Something to remember."""

    text: str


def noise(length: int) -> Note:
    """A text that cannot be packed much smaller than it is."""
    return Note(text="".join(random.Random(SEED).choices(string.ascii_letters, k=length)))


def test_a_thing_is_remembered_in_its_present_state_only() -> None:
    memory = Memory()
    memory.keep("thread 1", "noon", Note(text="two messages"))
    memory.keep("thread 1", "one o'clock", Note(text="three messages"))
    assert memory.recall(Note, "thread 1", "one o'clock") == Note(text="three messages")
    assert memory.recall(Note, "thread 1", "noon") is None
    assert memory.recall(Note, "thread 2", "noon") is None


def test_what_changes_again_and_again_leaves_room_for_the_rest() -> None:
    memory = Memory(most_bytes=3_000)
    memory.keep("quiet", 0, noise(1_000))
    for number in range(100):
        memory.keep("busy", number, noise(1_000))
    assert memory.recall(Note, "quiet", 0) == noise(1_000)
    assert memory.recall(Note, "busy", 99) == noise(1_000)


def test_the_room_is_bounded_and_what_was_not_used_for_longest_goes_first() -> None:
    memory = Memory(most_bytes=2_700)
    for name in ("a", "b", "c"):
        memory.keep(name, 0, noise(1_000))
    assert memory.recall(Note, "a", 0)
    memory.keep("d", 0, noise(1_000))
    assert [name for name in ("a", "b", "c", "d") if memory.recall(Note, name, 0)] == ["a", "c", "d"]
    memory.keep("huge", 0, noise(10_000))
    assert [name for name in ("a", "c", "d", "huge") if memory.recall(Note, name, 0)] == []


@pytest.mark.anyio
async def test_a_thread_is_remembered_exactly_as_it_was_read() -> None:
    transport = httpx2.ASGITransport(app=Sandbox().app)
    memory = Memory()
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        for row in (await client.page(LIST_CONVERSATIONS)).items:
            thread = await client.call(GET_CONVERSATION, path={"conversation_id": row.id})
            memory.keep(row.id, row.last_message_at, thread)
            assert memory.recall(Conversation, row.id, row.last_message_at) == thread
