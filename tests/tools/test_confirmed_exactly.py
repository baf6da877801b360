"""A confirmation holds for what was previewed and nothing like it, and a preview tells no hidden value."""

from typing import Any

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import PrivacyLevel
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.engine import Call
from tests.support.previewing import Row, changed, confirm, demo_sandbox, offer, preview

pytestmark = pytest.mark.anyio

PATRICK, THREAD, RITA = "5-DEMO30PAT", "0-2200000003-thr003", 5601
PHONE, CODE = "+1 312 555 0100", "4821#"
SO_ALREADY = "Everything is already as requested."


@pytest.fixture
def privacy() -> PrivacyLevel:
    return "strict"


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = demo_sandbox()
    stay = sandbox.accounts.main.stays[PATRICK]
    stay["guest_phone"] = PHONE
    stay["check_in_details"] = {**(stay["check_in_details"] or {}), "lock_code": CODE, "deposit": 50}
    return sandbox


@pytest.fixture
def engine(client: HostexClient, privacy: PrivacyLevel) -> Engine:
    selection = select(["all"])
    return Engine(selection, Context(client, selection.reachable, now=Clock(), privacy=privacy), "token")


async def test_a_message_that_differs_in_what_looks_like_a_fence_is_not_confirmed(
    call: Call, sandbox: Sandbox
) -> None:
    shown = {"conversation_id": THREAD, "message": "See https://guest-aaaaaa.example"}
    offered = await offer(call, sandbox, "send_message", **shown)
    other = {**shown, "message": "See https://guest-bbbbbb.example"}
    refused = await confirm(call, offered, "send_message", **other)
    assert (refused["status"], refused["reason"]) == ("confirmation_required", "arguments_changed")
    assert changed(sandbox) == []
    assert (await confirm(call, offered, "send_message", **shown))["status"] == "done"


async def test_what_a_guest_wrote_like_a_fence_counts_when_it_changes(call: Call, sandbox: Sandbox) -> None:
    messages = sandbox.accounts.main.conversations[THREAD]["messages"]
    last = next(message for message in messages if message["sender_role"] == "guest")
    last["content"] = "My page is guest-aaaaaa.example"
    shown = {"conversation_id": THREAD, "message": "Thank you"}
    offered = await offer(call, sandbox, "send_message", **shown)
    last["content"] = "My page is guest-bbbbbb.example"
    refused = await confirm(call, offered, "send_message", **shown)
    assert refused["reason"] == "state_changed"
    assert changed(sandbox) == []


@pytest.mark.parametrize(
    ("tool", "name", "right", "wrong"),
    [
        ("update_reservation_basic", "mobile", PHONE, "+1 312 555 0199"),
        ("update_reservation_checkin_details", "lock_code", CODE, "0000#"),
    ],
)
async def test_a_right_guess_of_a_hidden_value_looks_like_a_wrong_one(
    call: Call, sandbox: Sandbox, tool: str, name: str, right: str, wrong: str
) -> None:
    def said(shown: Row) -> str:
        return str(shown).replace(right, "GUESS").replace(wrong, "GUESS")

    hit = await preview(call, sandbox, tool, stay_code=PATRICK, **{name: right})
    miss = await preview(call, sandbox, tool, stay_code=PATRICK, **{name: wrong})
    assert said(hit) == said(miss)
    assert SO_ALREADY not in said(hit)


async def test_a_right_guess_of_the_phone_of_staff_looks_like_a_wrong_one(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.accounts.main.staff[RITA]["mobile"] = PHONE
    hit = await preview(call, sandbox, "update_staff", id=RITA, mobile=PHONE)
    miss = await preview(call, sandbox, "update_staff", id=RITA, mobile="+1 312 555 0199")
    assert str(hit).replace(PHONE, "GUESS") == str(miss).replace("+1 312 555 0199", "GUESS")


@pytest.mark.parametrize(
    ("privacy", "tool", "given"),
    [
        ("strict", "update_reservation_checkin_details", {"deposit": 50}),
        ("standard", "update_reservation_basic", {"mobile": PHONE}),
        ("full", "update_reservation_checkin_details", {"lock_code": CODE}),
    ],
)
async def test_what_may_be_seen_is_still_said_to_be_so_already(
    call: Call, sandbox: Sandbox, tool: str, given: dict[str, Any]
) -> None:
    answer = await call(tool, stay_code=PATRICK, **given)
    assert answer == {"status": "unchanged", "notes": [f"{SO_ALREADY} Nothing was sent."]}
    assert changed(sandbox) == []


async def test_a_hidden_value_beside_one_that_is_so_already_is_not_told(call: Call, sandbox: Sandbox) -> None:
    given = {"stay_code": PATRICK, "deposit": 50, "lock_code": CODE}
    shown = await preview(call, sandbox, "update_reservation_checkin_details", **given)
    assert SO_ALREADY not in shown["warnings"]
