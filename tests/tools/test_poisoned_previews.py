"""Previews of writes over an account whose every text is hostile and every secret fake: nothing gets out."""

import json
import re
from typing import Any, cast

import httpx2
import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.tools.test_poison import INVISIBLE, poison_account, strings

pytestmark = pytest.mark.anyio


def calls(account: SandboxAccount) -> dict[str, dict[str, Any]]:
    """A valid call of every write that shows what guests wrote or what has to stay hidden."""
    stays = list(account.stays.values())
    direct = next(stay for stay in stays if stay["stay_code"] == "5-DEMO30PAT")
    request = next(stay for stay in stays if stay["status"] == "wait_accept")
    coded = next(stay for stay in stays if stay["check_in_details"]["lock_code"])
    reviewed = next(
        code
        for code, review in account.reviews.items()
        if review["guest_review"] and not review["host_reply"]
    )
    unwritten = next(code for code, review in account.reviews.items() if not review["host_review"])
    home = next(iter(account.properties))
    return {
        "send_message": {"conversation_id": "0-2200000039-thr039", "message": "Good evening"},
        "cancel_reservation": {"reservation_code": direct["reservation_code"]},
        "approve_reservation": {"reservation_code": request["reservation_code"]},
        "decline_reservation": {"reservation_code": request["reservation_code"]},
        "update_reservation_basic": {"stay_code": direct["stay_code"], "remarks": "Late arrival"},
        "update_reservation_checkin_details": {"stay_code": coded["stay_code"], "lock_code": "1111"},
        "move_reservation_to_box": {"stay_code": direct["stay_code"]},
        "allocate_reservation": {"stay_code": direct["stay_code"], "property_id": home},
        "reply_to_review": {"reservation_code": reviewed, "host_reply_content": "Thank you"},
        "create_review": {
            "reservation_code": unwritten,
            "host_review_score": 5,
            "host_review_content": "Kind",
        },
        "delete_knowledge_base": {"id": next(iter(account.knowledge_bases))},
        "delete_automation_action": {"plan_id": next(iter(account.automation_actions))},
    }


async def outcome(name: str) -> Any:
    sandbox = Sandbox(now=Clock())
    arguments = calls(sandbox.accounts.main)[name]
    poison_account(sandbox.accounts.main)
    transport = httpx2.ASGITransport(app=sandbox.app)
    reachable = select(["all"])
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        engine = Engine(reachable, Context(client, reachable.reachable, now=Clock()), "token")
        result = cast("Any", await engine.call(name, arguments))
    assert not [
        request for request in sandbox.log if request.method != "GET" and request.path != "/listings/calendar"
    ]
    return result


@pytest.mark.parametrize("name", list(calls(Sandbox(now=Clock()).accounts.main)))
async def test_a_preview_leaks_nothing_and_fences_what_guests_wrote(name: str) -> None:
    result = await outcome(name)
    shown = result.structured_content
    assert shown.get("status") == "confirmation_required", shown
    both = json.dumps(shown, ensure_ascii=False) + result.content[0].text
    assert "SECRET-" not in both
    assert not [char for char in INVISIBLE if char in both]
    for path, text in strings(shown):
        if "OBEY" in text and "\n" in text:
            assert re.search(r"(?s)<(guest-[0-9a-f]{6})>OBEY.*</\1>", text), path
