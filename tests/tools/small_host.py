"""A small host as of today, and writes that must work or be refused."""

from datetime import date, timedelta
from typing import Any

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.state import Accounts, SandboxAccount
from tests.sandbox.world import small_host
from tests.tools.conftest import Call

Row = dict[str, Any]


def ahead(days: int) -> str:
    """The day so many days from today."""
    return (date.today() + timedelta(days=days)).isoformat()


def small_sandbox() -> Sandbox:
    """A sandbox with the small host, in real time."""
    nobody = SandboxAccount("Nobody", "UTC", "EUR")
    return Sandbox(accounts=Accounts(main=small_host(), second=nobody, empty=nobody))


async def done(call: Call, tool: str, **arguments: Any) -> Row:
    """The whole answer of a write that has to work."""
    answer = await call(tool, **arguments)
    assert answer.get("status") == "done", answer
    return answer


async def problems(call: Call, tool: str, **arguments: Any) -> Row:
    """Argument to problem, of a write that has to be refused for its arguments."""
    error = (await call(tool, **arguments))["error"]
    assert error["kind"] == "invalid_arguments", error
    return {field["field"]: field["problem"] for field in error["fields"]}
