"""Waiting messages and reviews sent or dropped through the engine."""

from datetime import datetime

import pytest

from hostex_mcp.sandbox import Sandbox
from tests.support.engine import Call
from tests.support.requests_sent import written

pytestmark = pytest.mark.anyio


def waiting(sandbox: Sandbox, kind: str) -> dict[str, object]:
    plans = sandbox.accounts.main.automation_actions.values()
    return next(plan for plan in plans if plan["type"] == kind and plan["stay_code"])


async def test_a_waiting_message_is_sent_to_the_thread_of_its_stay_at_once(
    call: Call, sandbox: Sandbox
) -> None:
    account, plan = sandbox.accounts.main, waiting(sandbox, "message")
    thread = account.conversations[account.stays[str(plan["stay_code"])]["conversation_id"]]
    before = len(thread["messages"])
    started = sandbox.clock()
    done = await call("execute_automation_action", plan_id=plan["id"])
    assert done["result"]["stay_code"] == plan["stay_code"]
    assert done["result"]["type"] == "message"
    assert done["undo"] is None
    assert len(thread["messages"]) == before + 1
    assert datetime.fromisoformat(thread["messages"][0]["created_at"]) >= started.replace(microsecond=0)
    assert plan["id"] not in account.automation_actions


async def test_a_message_or_review_is_dropped_and_its_name_told(call: Call, sandbox: Sandbox) -> None:
    for kind in ("message", "review"):
        plan = waiting(sandbox, kind)
        done = await call("delete_automation_action", plan_id=plan["id"])
        assert done["result"]["name"] == plan["name"]
        assert plan["id"] not in sandbox.accounts.main.automation_actions


@pytest.mark.parametrize("tool", ["execute_automation_action", "delete_automation_action"])
async def test_a_plan_that_does_not_wait_is_not_found_and_nothing_is_sent(
    call: Call, sandbox: Sandbox, tool: str
) -> None:
    assert (await call(tool, plan_id=1))["error"]["kind"] == "not_found"
    assert written(sandbox) == []
