"""Every tool called with arguments made from its own schema: whatever it sends is documented."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from mcp.types import CallToolResult

from hostex_mcp.api import HostexClient
from hostex_mcp.domain.guard_rails import GuardRails
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.tool import Tool
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.contract.requests import DocumentedTransport
from tests.support.requests_sent import written

# Coverage would make them half as slow again, and the tools have tests of their own.
# Measured by the tests of each tool; here so many calls would only take longer.
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.no_cover]

CALLS, MOST_CALLS = 6, 40
TOOLS = [tool for tool in CATALOGUE.values() if tool.toolset != "core"]


class Maker:
    """Makes arguments from schemas, with ids and codes of the demo account where the name asks for one."""

    def __init__(self, account: SandboxAccount, chance: random.Random) -> None:
        self._account = account
        self._chance = chance
        stays = list(account.stays.values())
        channel, listing = chance.choice(list(account.rates))
        self._known: dict[str, list[Any]] = {
            "property_id": list(account.properties),
            "stay_code": [stay["stay_code"] for stay in stays],
            "reservation_code": [stay["reservation_code"] for stay in stays],
            "conversation_id": list(account.conversations),
            "channel_type": [channel],
            "listing_id": [listing],
            "staff_id": list(account.staff),
            "custom_channel_id": [row["id"] for row in account.custom_channels],
            "income_method_id": [method["id"] for method in account.income_methods],
            "payment_method_id": [
                method["id"] for method in account.income_methods + account.expense_methods
            ],
            "item_id": [item["id"] for item in account.income_items + account.expense_items],
            "currency": ["EUR", "USD"],
            "custom_fields": [{"key": "value"}],
            "email": ["ines@example.com"],
            "mobile": ["+351 900000001"],
            "url": ["https://hooks.example.com/hostex"],
            "expected_time": ["11:30:00"],
            "lock_code_visible_after": ["14:00"],
            "arrival_at": ["16:30", ""],
            "departure_at": ["10:00", ""],
            "action_at": ["2026-11-20T10:00:00Z"],
        }

    def arguments(self, tool: Tool) -> dict[str, Any]:
        schema = tool.input_schema
        required = schema.get("required", [])
        left_out = ("cursor", "confirmation_token", "image_path", "image_url")
        names = [name for name in schema["properties"] if name not in left_out]
        chosen = [name for name in names if name in required or self._chance.random() < 0.4]
        pairs = {f"end_{name.removeprefix('start_')}" for name in chosen if name.startswith("start_")}
        pairs |= {f"start_{name.removeprefix('end_')}" for name in chosen if name.startswith("end_")}
        wanted = [name for name in names if name in chosen or name in pairs]
        return {name: self._value(name, schema["properties"][name], tool) for name in wanted}

    def _value(self, name: str, schema: dict[str, Any], tool: Tool) -> Any:
        if name == "id":
            return self._chance.choice(self._ids(tool.toolset, tool.name))
        if name in self._known:
            return self._chance.choice(self._known[name])
        if "enum" in schema:
            return self._chance.choice(schema["enum"])
        return self._plain(name, schema, tool)

    def _plain(self, name: str, schema: dict[str, Any], tool: Tool) -> Any:
        match schema.get("type"):
            case "integer":
                return self._chance.randint(schema.get("minimum", 1), min(schema.get("maximum", 9), 99))
            case "number":
                return self._chance.choice([1, 2.5, 40])
            case "boolean":
                return self._chance.random() < 0.5
            case "array":
                most = 1 if schema["items"].get("type") == "object" else min(schema.get("maxItems", 3), 3)
                return [self._value(name.removesuffix("s"), schema["items"], tool) for _ in range(most)]
            case "object":
                return self._members(schema, tool)
            case _:
                return self._text(name)

    def _members(self, schema: dict[str, Any], tool: Tool) -> dict[str, Any]:
        required = schema.get("required", [])
        optional = [key for key in schema.get("properties", {}) if key not in required]
        chosen = [*required, *self._chance.sample(optional, min(1, len(optional)))]
        return {key: self._value(key, schema["properties"][key], tool) for key in chosen}

    def _text(self, name: str) -> str:
        if "date" in name:
            ahead = self._chance.randint(1, 40) + (50 if name.startswith(("end", "check_out")) else 0)
            return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()
        if name == "channel":
            return "airbnb"
        return "2026-12-01 10:00:00" if name.endswith("_time") else "Text"

    def _ids(self, toolset: str, name: str) -> list[Any]:
        account = self._account
        stores: dict[str, Any] = {
            "group": account.groups,
            "reservation_tag": account.reservation_tags,
            "tag": account.tags,
            "room_type": account.room_types,
            "share_link": account.share_links,
            "channel_account": account.channel_accounts,
            "task": account.tasks,
            "staff": account.staff,
            "transaction": account.transactions,
            "knowledge": account.knowledge_bases,
            "webhook": account.webhooks,
            "action": account.automation_actions,
        }
        return list(next((ids for word, ids in stores.items() if word in name), account.properties))


async def at_once(_: float) -> None:
    """No time passes before what was written is read again: what is read is not looked at here."""


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
async def test_whatever_a_tool_sends_is_documented(tool: Tool) -> None:
    chance = random.Random(tool.name)
    reachable = select(["all"])
    rails = GuardRails(price_factor=1_000)
    reached: set[str] = set()
    sandbox = Sandbox()
    for number in range(MOST_CALLS):
        if number >= CALLS and reached:
            break
        if written(sandbox):
            sandbox = Sandbox()
        transport = DocumentedTransport(httpx2.ASGITransport(app=sandbox.app))
        maker = Maker(sandbox.accounts.main, chance)
        async with HostexClient(
            WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport
        ) as client:
            context = Context(client, reachable.reachable, guard_rails=rails, pause=at_once)
            arguments = maker.arguments(tool)
            result = await Engine(reachable, context, "off").call(tool.name, arguments)
        assert isinstance(result, CallToolResult)
        kind = result.structured_content.get("error", {}).get("kind")
        assert kind not in ("internal", "network", "outcome_unknown"), (arguments, result.structured_content)
        reached |= transport.seen
    # The list of changes is this server's own record.
    assert reached or tool.name == "list_changes"
