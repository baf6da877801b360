"""A small host, and writes that must work or be refused."""

from typing import Any

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.state import Accounts, SandboxAccount
from tests.support.clock import Clock
from tests.support.engine import Call
from tests.support.world import small_host

Row = dict[str, Any]


def small_sandbox() -> Sandbox:
    """Return a sandbox with the small host."""
    nobody = SandboxAccount("Nobody", "UTC", "EUR")
    return Sandbox(
        now=Clock(),
        accounts=Accounts(main=small_host(), second=nobody, empty=nobody),
    )


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
