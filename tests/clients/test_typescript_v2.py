"""The TypeScript SDK v2 takes what each tool of the default list answers, over either transport."""

import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.clients.typescript import Call, Row, drive
from tests.support.every_write import AIRBNB, LOFT, LOOP, REQUEST, STAY
from tests.support.processes import hostex_mcp
from tests.tools.sample_calls import sample

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

COMMAND = [sys.executable, "-m", "hostex_mcp", "stdio", "--sandbox", "--confirm", "token"]
DEFAULT = [*select(["core"]).listed]
TAGS: Row = {"name": "list_tags", "arguments": {}}
DETOURS: dict[str, list[Row]] = {
    "call_read_tool": [TAGS, {**TAGS, "arguments": {"detail": "full"}}],
    "call_write_tool": [{"name": "delete_property_tag", "arguments": {"id": 3303}}],
}


def calls() -> list[Call]:
    """A call of every tool of the default list, brief, and in full where there is more to see; the two that
    call others with one that is not listed; and one of each with an argument that nobody knows."""
    now = datetime.now(UTC)
    account, today = Sandbox(now=lambda: now).accounts.main, now.date()
    changes = writes(account, today)
    reads = [(name, sample(name, account, today)) for name in DEFAULT if name not in changes | DETOURS]
    full = [(name, {**arguments, "detail": "full"}) for name, arguments in reads if is_paged(name)]
    detours = [(name, arguments) for name, several in DETOURS.items() for arguments in several]
    wrong = [(name, {"colour": "blue"}) for name in DEFAULT]
    return [*reads, *full, *changes.items(), *detours, *wrong]


def is_paged(tool: str) -> bool:
    return "detail" in CATALOGUE[tool].input_schema["properties"]


def writes(account: SandboxAccount, today: date) -> dict[str, Row]:
    """A change of the demo account for every write of the default list."""
    period = {"start_date": f"{today + timedelta(200)}", "end_date": f"{today + timedelta(203)}"}
    stay = {"check_in_date": f"{today + timedelta(201)}", "check_out_date": f"{today + timedelta(203)}"}
    booking = {"property_id": LOOP, "guest_name": "Noor Voorbeeld", "currency": "USD", **stay}
    amounts = {"rate_amount": 330, "commission_amount": 30, "received_amount": 10}
    reviews = account.reviews.items()
    reviewed = next(code for code, row in reviews if row["guest_review"] and not row["host_reply"])
    task = {"type": "cleaning", "expected_date": f"{today + timedelta(3)}", "property_id": LOFT}
    return {
        "update_availabilities": {"property_ids": [LOFT], "available": False, **period},
        "update_listing_prices": {**AIRBNB, "prices": [{**period, "price": 171}]},
        "create_reservation": {**booking, **amounts, "custom_channel_id": 29, "income_method_id": 34},
        "approve_reservation": {"reservation_code": REQUEST},
        "update_reservation_basic": {"stay_code": STAY, "remarks": "By train"},
        "send_message": {"conversation_id": "0-2200000039-thr039", "message": "Good evening"},
        "reply_to_review": {"reservation_code": reviewed, "host_reply_content": "Thank you"},
        "create_task": task,
        "update_task": {"id": 440001, "note": "Bring towels"},
    }


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_it_takes_what_every_tool_of_the_default_list_answers(transport: str, tmp_path: Path) -> None:
    made = calls()
    if transport == "stdio":
        kept = {"PATH": os.environ["PATH"]}
        seen = drive("v2", {"command": COMMAND, "environment": kept}, made, tmp_path)
    else:
        with hostex_mcp("--no-auth", "--sandbox", HOSTEX_MCP_CONFIRM="token") as server:
            seen = drive("v2", {"url": server.resource}, made, tmp_path)
    assert [(made[number], why) for number, why in seen.refused] == []
    assert {name for name, _ in made} == {*seen.tools}
    ended = {(name, outcome) for (name, _), outcome in zip(made, seen.outcomes, strict=True)}
    assert {name for name, outcome in ended if outcome == "invalid_arguments"} == {*DEFAULT}
    told = {name for name, outcome in ended if outcome in ("read", "done", "confirmation_required")}
    assert {*DEFAULT} - told == set(), ended
