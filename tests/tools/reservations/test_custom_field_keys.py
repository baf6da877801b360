"""The key of a custom field has no blanks around it: a template would not find it."""

from typing import Any

import pytest

from hostex_mcp.sandbox import Sandbox
from tests.support.engine import Call
from tests.support.every_write import STAY
from tests.support.previewing import changed

pytestmark = pytest.mark.anyio
TOOL = "update_reservation_custom_fields"


async def test_of_two_keys_that_differ_by_a_blank_none_is_lost(call: Call, sandbox: Sandbox) -> None:
    answer = await call(TOOL, stay_code=STAY, custom_fields={"cot": "1", "cot ": "2"})
    assert len(answer["error"]["fields"]) == 1
    assert changed(sandbox) == []


@pytest.mark.parametrize("key", ["", " ", "cot ", " cot", "\tcot", "cot\u00a0", "cot\n"])
async def test_a_key_with_blanks_around_it_is_refused_before_anything_is_asked(
    key: str, call: Call, sandbox: Sandbox
) -> None:
    answer = await call(TOOL, stay_code=STAY, custom_fields={key: "1"})
    [problem] = answer["error"]["fields"]
    assert problem["field"].startswith("custom_fields.")
    assert "begins or ends with a blank, or is empty" in problem["problem"]
    assert changed(sandbox) == []


async def test_one_that_is_there_can_be_removed_without_an_undo(call: Call, sandbox: Sandbox) -> None:
    stay: dict[str, Any] = sandbox.accounts.main.stays[STAY]
    stay["custom_fields"] = {"cot ": "1"}
    done = await call(TOOL, stay_code=STAY, clear=["cot "])
    assert (done["status"], done["undo"]) == ("done", None)
    assert not stay["custom_fields"]
