"""Numbers of Hostex that are larger than any that a computer counts with, in every amount and free field."""

import re

import httpx2
import pytest
from mcp.types import CallToolResult

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.previewing import demo_sandbox

pytestmark = pytest.mark.anyio

AMOUNT = re.compile(rb'("(?:amount|price|balance_amount|received_amount|floor|door)": ?)(?:[\d.]+|"[^"]*")')
HUGE = {"exponent": b"1e400", "large exponent": b"-1E+999", "digits": b"9" * 400 + b".5"}


class Swollen(httpx2.ASGITransport):
    """The sandbox, with an endless number for each amount and free field."""

    def __init__(self, sandbox: Sandbox, number: bytes) -> None:
        super().__init__(app=sandbox.app)
        self._number = number

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        body = AMOUNT.sub(rb"\g<1>" + self._number, await response.aread())
        return httpx2.Response(response.status_code, content=body)


@pytest.mark.parametrize("number", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_properties", {"detail": "full"}),
        ("list_reservations", {"detail": "full"}),
        ("list_transactions", {"start_date": "2026-10-01", "end_date": "2026-11-30"}),
        ("get_month_end", {"start_date": "2026-11-01", "end_date": "2026-11-30"}),
    ],
)
async def test_no_half_of_an_answer_has_a_number_that_is_none(
    tool: str, arguments: dict[str, str], number: bytes
) -> None:
    sandbox, selection = demo_sandbox(), select(["all"])
    for place in sandbox.accounts.main.properties.values():
        place["metadata"] = {"floor": 3}
    for stay in sandbox.accounts.main.stays.values():
        stay["custom_fields"] = {"door": "1234"}
    async with HostexClient(
        WRITABLE, base_url="https://sandbox.invalid/v3", transport=Swollen(sandbox, number)
    ) as client:
        engine = Engine(selection, Context(client, selection.reachable, now=Clock()), "token")
        result = await engine.call(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error
    # As the server writes it to standard output.
    line = result.model_dump_json(by_alias=True, exclude_unset=True)
    assert re.search(r"\b(?:-?Infinity|NaN|-?inf|nan)\b", line) is None
    assert re.search(r"\b(?:-?Infinity|NaN|-?inf|nan)\b", f"{result.structured_content}") is None
