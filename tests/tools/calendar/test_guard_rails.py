"""The operator's guard rails on prices and calendars."""

from typing import Any, cast

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.domain.guard_rails import GuardRails
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock, ahead

pytestmark = pytest.mark.anyio

LISTING = {"channel_type": "airbnb", "listing_id": "900000000000000101"}


async def reprice(client: HostexClient, rails: GuardRails, days: int = 40, **price: Any) -> dict[str, Any]:
    reachable = select(["all"])
    engine = Engine(reachable, Context(client, reachable.reachable, guard_rails=rails, now=Clock()), "off")
    prices = [{"start_date": ahead(days), "end_date": ahead(days), **price}]
    result = await engine.call("update_listing_prices", {**LISTING, "prices": prices})
    return cast("Any", result).structured_content


@pytest.mark.parametrize(
    ("rails", "price", "setting"),
    [
        (GuardRails(), {"price": 9_999}, "HOSTEX_MCP_PRICE_FACTOR"),
        (GuardRails(), {"price": 1}, "HOSTEX_MCP_PRICE_FACTOR"),
        (GuardRails(), {"percent": 400}, "HOSTEX_MCP_PRICE_FACTOR"),
        (GuardRails(price_floor=90, price_factor=100), {"price": 89}, "HOSTEX_MCP_PRICE_FLOOR"),
        (GuardRails(price_ceiling=200, price_factor=100), {"price": 201}, "HOSTEX_MCP_PRICE_CEILING"),
        (GuardRails(horizon_days=30), {"percent": 5}, "HOSTEX_MCP_HORIZON_DAYS"),
    ],
)
async def test_a_price_outside_the_rails_is_blocked_naming_the_setting_and_nothing_is_sent(
    client: HostexClient, sandbox: Sandbox, rails: GuardRails, price: dict[str, Any], setting: str
) -> None:
    error = (await reprice(client, rails, **price))["error"]
    assert error["kind"] == "blocked"
    assert setting in error["hint"]
    assert not [request for request in sandbox.log if request.path == "/listings/prices"]


async def test_a_price_inside_the_rails_passes(client: HostexClient, sandbox: Sandbox) -> None:
    outcome = await reprice(client, GuardRails(price_floor=50, price_ceiling=1_000), percent=10)
    assert outcome["status"] == "done"
    assert [request for request in sandbox.log if request.path == "/listings/prices"]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("update_airbnb_price_and_rules", {"listing_id": "900000000000000101", "base_price": 9_999}),
        ("update_airbnb_price_and_rules", {"listing_id": "900000000000000101", "weekend_price": 1}),
        ("update_vrbo_price_and_rules", {"listing_id": "vr-3006", "base_price": 9_999}),
    ],
)
async def test_default_prices_are_held_too(
    client: HostexClient, sandbox: Sandbox, tool: str, arguments: dict[str, Any]
) -> None:
    reachable = select(["all"])
    engine = Engine(reachable, Context(client, reachable.reachable, now=Clock()), "off")
    error = cast("Any", await engine.call(tool, arguments)).structured_content["error"]
    assert error["kind"] == "blocked"
    assert "HOSTEX_MCP_PRICE_FACTOR" in error["hint"]
    assert not [request for request in sandbox.log if request.method == "POST"]
