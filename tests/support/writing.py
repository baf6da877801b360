"""What the tests of write tools look at: what was sent, which fields were refused, and the way back."""

from typing import Any

from hostex_mcp.sandbox import Sandbox
from tests.support.engine import Call


def sent(sandbox: Sandbox, operation: str) -> list[Any]:
    """The bodies of the requests to one operation, such as `POST /groups`."""
    return [call.body for call in sandbox.log if f"{call.method} {call.path}" == operation]


def written(sandbox: Sandbox) -> list[str]:
    """The operations that were called and are no reads."""
    return [f"{call.method} {call.path}" for call in sandbox.log if call.method != "GET"]


def refused(answer: dict[str, Any]) -> set[str]:
    """The fields that a call was refused for."""
    assert answer["error"]["kind"] == "invalid_arguments"
    return {field["field"] for field in answer["error"]["fields"]}


async def take_back(call: Call, answer: dict[str, Any]) -> dict[str, Any]:
    """Run the undo of a write."""
    result = await call(answer["undo"]["tool"], **answer["undo"]["arguments"])
    assert result.get("status") == "done", result
    return result
