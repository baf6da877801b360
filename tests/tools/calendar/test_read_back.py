"""Queued calendar writes read back on request, once they had time to take effect."""

from collections.abc import Awaitable, Callable
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

DAY = ahead(60)
DAYS = {"start_date": DAY, "end_date": DAY}
LISTING = {"channel_type": "airbnb", "listing_id": "900000000000000101"}
WRITES: dict[str, dict[str, Any]] = {
    "update_listing_prices": {**LISTING, "prices": [{**DAYS, "percent": 10}]},
    "update_listing_inventories": {**LISTING, "inventories": [{**DAYS, "inventory": 0}]},
    "update_listing_restrictions": {**LISTING, "restrictions": [{**DAYS, "min_stay_on_arrival": 4}]},
    "update_availabilities": {"property_ids": [20110005], "available": False, **DAYS},
}
Pause = Callable[[float], Awaitable[None]]


async def write(client: HostexClient, name: str, pause: Pause, **more: Any) -> dict[str, Any]:
    reachable = select(["all"])
    context = Context(
        client, reachable.reachable, pause=pause, guard_rails=GuardRails(horizon_days=365), now=Clock()
    )
    result = await Engine(reachable, context, "off").call(name, {**WRITES[name], **more})
    outcome = cast("Any", result).structured_content
    assert outcome["status"] == "done", outcome
    return outcome["result"]


@pytest.mark.parametrize("name", list(WRITES))
async def test_what_has_taken_effect_is_said_so(client: HostexClient, sandbox: Sandbox, name: str) -> None:
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        sandbox.settle()

    result = await write(client, name, pause, verify=True)
    assert result["queued"] is True
    assert result["read_back"] == {"in_effect": True}
    assert len(waited) == 1


@pytest.mark.parametrize("name", list(WRITES))
async def test_what_has_not_taken_effect_yet_is_named_by_day(client: HostexClient, name: str) -> None:
    async def pause(seconds: float) -> None:
        pass

    result = await write(client, name, pause, verify=True)
    assert result["read_back"] == {"in_effect": False, "not_yet": [DAY]}


async def test_without_being_asked_nothing_is_read_back(client: HostexClient) -> None:
    async def pause(seconds: float) -> None:
        raise AssertionError

    result = await write(client, "update_listing_prices", pause)
    assert "read_back" not in result
