"""Every tool over an account in which every field of every answer is wrong at some time, in any way."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, cast

import httpx2
import jsonschema
import pytest
from mcp import MCPError
from mcp.types import CallToolResult, ReadResourceRequestParams

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.resources import read_resource
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.tool import Effect
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.contract.mangling import Mangler, ManglingTransport, Row
from tests.support.clock import TODAY, Clock, ahead
from tests.support.every_write import AIRBNB, LOFT, STAY, STUDIO, days, every_write
from tests.support.previewing import demo_sandbox
from tests.tools.sample_calls import sample

# Coverage would make them half as slow again, and the tools have tests of their own.
# Measured by the tests of each tool; here so many calls would only take longer.
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.no_cover]

THREAD = "0-2200000900-inq001"
CHECK_OUTS = {"start_check_out_date": ahead(-170), "end_check_out_date": ahead(100)}
PERIOD = days(-100, 30)
ARGUMENTS: dict[str, list[Row]] = {
    "find_tools": [{"query": "stay"}],
    "call_read_tool": [{"name": "list_staffs", "arguments": {}}],
    "list_availabilities": [{"property_ids": [LOFT], **days(0, 6)}],
    "list_listing_calendars": [{"listings": [AIRBNB], **days(0, 20)}],
    "get_pricing_ratios": [{"property_id": LOFT}],
    "get_airbnb_price_and_rules": [{"listing_id": AIRBNB["listing_id"]}],
    "get_vrbo_price_and_rules": [{"listing_id": "vr-3001"}],
    "list_reservations": [CHECK_OUTS, {**CHECK_OUTS, "order_by": "cancelled_at"}],
    "get_reservation_custom_fields": [{"stay_code": STAY}],
    "list_conversations": [{}, {"guest_name": "a"}],
    "get_conversation": [{"conversation_id": THREAD}],
    "list_special_offers": [{"conversation_id": THREAD}],
    "list_reviews": [
        {"review_status": status, **CHECK_OUTS} for status in ("reviewed", "pending_host_review")
    ],
    "list_tasks": [{}, PERIOD],
    "list_transactions": [PERIOD],
    "list_automation_actions": [{"type": "message"}, {"type": "review"}],
    "get_knowledge_base": [{"id": 8801}],
    "find_guest": [{"guest_name": "an"}, {"guest_name": "Thea", "years": 3}],
    "search_messages": [{"words": "check-in", "since": ahead(-100)}],
    "get_inbox": [{"days": 180}],
    "get_stay": [{"stay_code": STAY}, {"guest_name": "an", "date": ahead(1)}],
    "list_guests_waiting": [{"days": 180}],
    "check_stay_extension": [{"stay_code": STAY, "check_out_date": ahead(9)}],
    "find_available_properties": [{"check_in_date": ahead(40), "check_out_date": ahead(44)}],
    "get_performance": [{**days(-30, 30), "by": by} for by in ("property", "channel", "month")],
    "get_pace": [{**days(-30, 60), "by": by} for by in ("property", "channel", "month")],
    "get_month_end": [{"start_date": "2026-10-01", "end_date": "2026-10-31"}],
}
READS = sorted(name for name, tool in CATALOGUE.items() if tool.effect is Effect.READ)
RESOURCES = (
    f"hostex://properties/{LOFT}",
    f"hostex://stays/{STAY}",
    f"hostex://conversations/{THREAD}",
    "hostex://month-end/2026-10.csv",
)
SPARED = frozenset([LOFT, STUDIO, STAY, AIRBNB["listing_id"], 8801])
ONE_ROW_ONLY = ("invalid_arguments", "not_found", "unexpected_response")
"""What a call may end in whose own arguments name the very thing that cannot be read."""


@cache
def fitting(tool: str) -> Any:
    """What checks answers of a tool; making it takes longer than a check."""
    schema = CATALOGUE[tool].output_schema
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


class Untidy:
    """The demo account with a mangler before it, and an engine over both."""

    def __init__(self, sandbox: Sandbox, client: HostexClient, transport: ManglingTransport) -> None:
        self.sandbox, self.transport = sandbox, transport
        selection = select(["all"])
        context = Context(client, selection.reachable, now=Clock())
        self.engine = Engine(selection, context, "token")

    async def ask(self, tool: str, arguments: Row) -> Row:
        """The structured answer of a call, once it is known to be one that can be sent and that fits."""
        result = await self.engine.call(tool, arguments)
        assert isinstance(result, CallToolResult)
        assert result.model_dump_json().encode()
        answer = cast("Row", result.structured_content)
        assert json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
        fitting(tool).validate(answer)
        return answer


@asynccontextmanager
async def untidy(mangler: Mangler) -> AsyncGenerator[Untidy]:
    sandbox = demo_sandbox()
    transport = ManglingTransport(httpx2.ASGITransport(app=sandbox.app), mangler)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        yield Untidy(sandbox, client, transport)


def _calls(tool: str) -> list[Row]:
    paged = [{"detail": "full", "limit": 100}] if CATALOGUE[tool].paged else []
    plain = sample(tool, demo_sandbox().accounts.main, TODAY) if CATALOGUE[tool].required else {}
    return [arguments | more for arguments in ARGUMENTS.get(tool, [plain]) for more in [{}, *paged]]


@pytest.mark.parametrize("tool", READS)
async def test_a_tool_answers_whatever_is_in_any_field_of_any_row(tool: str) -> None:
    async with untidy(Mangler(SPARED)) as account:
        for arguments in _calls(tool) * 2:
            answer = await account.ask(tool, arguments)
            assert "error" not in answer, answer


async def test_no_field_of_what_is_asked_for_by_name_is_a_fault_of_the_server() -> None:
    async with untidy(Mangler()) as account:
        for tool in READS:
            for arguments in _calls(tool):
                answer = await account.ask(tool, arguments)
                assert answer.get("error", {}).get("kind", ONE_ROW_ONLY[0]) in ONE_ROW_ONLY, answer


async def test_no_field_is_a_fault_of_the_server_for_a_write() -> None:
    async with untidy(Mangler()) as account:
        for tool, arguments in every_write(account.sandbox.accounts.main).items():
            answer = await account.ask(tool, arguments)
            assert answer.get("error", {}).get("kind") != "internal", (tool, answer)


@pytest.mark.parametrize("uri", RESOURCES)
async def test_a_resource_is_read_or_refused_with_a_reason(uri: str) -> None:
    async with untidy(Mangler()) as account:
        for _ in range(10):
            assert "bug in this server" not in await _text(account.engine, uri)


async def _text(engine: Engine, uri: str) -> str:
    try:
        read = await read_resource(engine, ReadResourceRequestParams(uri=uri))
    except MCPError as error:
        return str(error)
    return read.model_dump_json().encode().decode()


async def test_what_is_left_out_is_counted_in_notes() -> None:
    async with untidy(Mangler()) as account:
        answer: Any = await account.ask("get_daily_briefing", {})
    assert any("could not be read and are left out" in note for note in answer["notes"])


async def test_accounts_for_a_spreadsheet_are_whole_or_refused() -> None:
    async with untidy(Mangler()) as account:
        told = await _text(account.engine, RESOURCES[-1])
    assert "These accounts would be incomplete." in told
    assert "could not be read and are left out" in told
