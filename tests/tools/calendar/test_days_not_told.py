"""Calendars of several things of which Hostex tells some only: the others are named."""

import json
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from hostex_mcp.sandbox import Sandbox
from tests.support.clock import Clock, ahead
from tests.support.every_write import AIRBNB, LOFT, STUDIO
from tests.support.previewing import demo_sandbox
from tests.tools.every_answer import answered, engine_over

pytestmark = pytest.mark.anyio

PERIOD = {"start_date": ahead(1), "end_date": ahead(3)}
UNKNOWN = {"channel_type": "airbnb", "listing_id": "404"}


class Silent(httpx2.AsyncBaseTransport):
    """Passes requests on, those for calendars without their last member: it is answered for as if it had not
    been named."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        told = json.loads(await response.aread())
        if request.url.path.endswith(("/availabilities", "/listings/calendar")):
            told["data"] = {name: rows[:-1] for name, rows in told["data"].items()}
        return httpx2.Response(response.status_code, json=told, request=request)


async def asked(sandbox: Sandbox, tool: str, silent: bool, **arguments: Any) -> Mapping[str, Any]:
    direct = httpx2.ASGITransport(app=sandbox.app)
    async with engine_over(sandbox, Silent(direct) if silent else direct, now=Clock()) as engine:
        got = await answered(engine, tool, "", {**PERIOD, **arguments})
    return got.result["structuredContent"]


async def test_a_listing_that_hostex_refuses_is_named_and_the_others_are_told() -> None:
    got = await asked(demo_sandbox(), "list_listing_calendars", False, listings=[AIRBNB, UNKNOWN])
    assert {row["listing_id"] for row in got["items"]} == {AIRBNB["listing_id"]}
    assert got["notes"] == ["The listing airbnb 404 could not be read: Listing not found."]


async def test_listings_of_which_hostex_refuses_all_are_an_error() -> None:
    others = [UNKNOWN, {**UNKNOWN, "listing_id": "405"}]
    got = await asked(demo_sandbox(), "list_listing_calendars", False, listings=others)
    assert got["error"]["kind"] == "not_found"


async def test_a_listing_that_hostex_passes_over_is_named() -> None:
    sandbox = demo_sandbox()
    other = next(key for key in sandbox.accounts.main.rates if key[1] != AIRBNB["listing_id"])
    listings = [AIRBNB, {"channel_type": other[0], "listing_id": other[1]}]
    got = await asked(sandbox, "list_listing_calendars", True, listings=listings)
    assert got["items"]
    assert got["notes"] == [f"Hostex returned no days for {other[0]} {other[1]}."]


async def test_a_property_that_hostex_passes_over_is_named() -> None:
    got = await asked(demo_sandbox(), "list_availabilities", True, property_ids=[LOFT, STUDIO])
    assert {row["property_id"] for row in got["items"]} == {LOFT}
    assert got["notes"] == [f"Hostex returned no days for property {STUDIO}."]
