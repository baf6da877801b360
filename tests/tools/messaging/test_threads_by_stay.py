"""Guest threads named by a code of the stay, which is what most answers tell."""

from typing import Any

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from tests.scope.scoping import scoped_call
from tests.support.clock import ahead
from tests.support.engine import Call
from tests.support.requests_sent import take_back
from tests.support.small_host import done, problems, small_sandbox
from tests.support.world import STUDIO, add_conversation, add_stay

pytestmark = pytest.mark.anyio

THREAD = "0-1-one"
STAY = "0-HMABC123-xyz"


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = small_sandbox()
    add_conversation(sandbox.accounts.main, THREAD, note="Likes tea")
    add_conversation(sandbox.accounts.main, "0-2-two")
    add(sandbox, STAY, THREAD)
    return sandbox


def add(sandbox: Sandbox, code: str, thread: str | None, **changes: Any) -> None:
    add_stay(sandbox.accounts.main, code, (ahead(3), ahead(6)), conversation_id=thread, **changes)


@pytest.mark.parametrize("code", [THREAD, STAY, f"#{STAY}", "HMABC123-xyz", "#HMABC123-xyz"])
async def test_a_thread_is_found_by_its_id_and_by_every_code_of_its_stay(call: Call, code: str) -> None:
    assert (await call("get_conversation", conversation_id=code))["id"] == THREAD


async def test_a_message_goes_to_the_thread_of_the_stay(call: Call, sandbox: Sandbox) -> None:
    answer = await done(call, "send_message", conversation_id=STAY, message="Hello")
    assert answer["result"]["conversation_id"] == THREAD
    threads = sandbox.accounts.main.conversations
    assert "Hello" in [message["content"] for message in threads[THREAD]["messages"]]
    assert "Hello" not in [message["content"] for message in threads["0-2-two"]["messages"]]


async def test_a_note_is_written_and_taken_back_by_the_code_of_the_stay(call: Call, sandbox: Sandbox) -> None:
    answer = await done(call, "update_conversation_note", conversation_id=STAY, note="Likes coffee")
    assert sandbox.accounts.main.conversations[THREAD]["note"] == "Likes coffee"
    await take_back(call, answer)
    assert sandbox.accounts.main.conversations[THREAD]["note"] == "Likes tea"


async def test_the_offers_of_a_thread_are_listed_by_the_code_of_the_stay(call: Call) -> None:
    assert (await call("list_special_offers", conversation_id=STAY))["returned"] == 0


async def test_a_stay_without_a_thread_and_stays_with_several_say_so(call: Call, sandbox: Sandbox) -> None:
    add(sandbox, "2-555-none", None)
    refused = await problems(call, "get_conversation", conversation_id="2-555-none")
    assert refused == {"conversation_id": "is the code of a stay that has no guest thread"}
    order = {"reservation_code": "0-777-abc"}
    add(sandbox, "0-777_1-abc", THREAD, **order)
    add(sandbox, "0-777_2-abc", "0-2-two", **order)
    refused = await problems(call, "send_message", conversation_id="0-777-abc", message="Hello")
    assert refused == {
        "conversation_id": "is the code of stays with several threads; give one of 0-1-one, 0-2-two"
    }
    assert (await call("get_conversation", conversation_id="0-777_2-abc"))["id"] == "0-2-two"


@pytest.mark.parametrize("code", ["0-9-nobody", "#", "# #"])
async def test_what_is_neither_is_not_found(call: Call, sandbox: Sandbox, code: str) -> None:
    add(sandbox, "5-DIRECT", THREAD, channel_id="")
    answer = await call("get_conversation", conversation_id=code)
    assert answer["error"]["kind"] == "not_found"


async def test_a_stay_of_a_property_that_is_not_served_names_no_thread(client: HostexClient) -> None:
    answer = await scoped_call(client, STUDIO)("get_conversation", conversation_id=STAY)
    assert answer["error"]["kind"] == "not_found"
    assert THREAD not in str(answer)
