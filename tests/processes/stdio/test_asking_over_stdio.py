"""A real client that can ask its user, and a real server over stdio, in both protocol eras."""

import os
import sys
from typing import Any, Literal, cast

import pytest
from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult

from hostex_mcp.sandbox import WRITABLE, Sandbox, running
from tests.support.every_write import BOOKING

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

Action = Literal["accept", "decline", "cancel"]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize(
    ("action", "status"), [("accept", "done"), ("decline", "declined"), ("cancel", "declined")]
)
async def test_only_a_user_who_accepts_lets_a_write_happen(
    mode: Literal["auto", "legacy"], action: Action, status: str
) -> None:
    heard: list[str] = []

    async def person(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        heard.append(params.message)
        return ElicitResult(action=action)

    sandbox = Sandbox()
    measured = {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE_")}
    with running(sandbox) as url:
        environ = {**measured, "HOSTEX_API_BASE_URL": url, "HOSTEX_ACCESS_TOKEN": WRITABLE}
        server = StdioServerParameters(command=sys.executable, args=["-m", "hostex_mcp"], env=environ)
        async with Client(server, mode=mode, elicitation_callback=person) as client:
            result = await client.call_tool("cancel_reservation", BOOKING)
    # A question that is closed is not decided on, and of a no that comes at once, while the call waits,
    # nobody knows whether a person said it.
    waits = action == "cancel" or (mode == "legacy" and action == "decline")
    assert cast("Any", result).structured_content["status"] == ("waiting_for_person" if waits else status)
    assert len(heard) == 1
    deleted = sum(request.method == "DELETE" for request in sandbox.log)
    assert deleted == (1 if action == "accept" else 0)
