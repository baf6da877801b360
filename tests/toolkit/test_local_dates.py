from datetime import UTC, datetime
from typing import Any, cast

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select

pytestmark = pytest.mark.anyio

LATE_EVENING_UTC = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


async def hint(client: HostexClient, **given: Any) -> str:
    reachable = select(["all"])
    context = Context(client, reachable.reachable, now=lambda: LATE_EVENING_UTC)
    result = cast("Any", await Engine(reachable, context).call("list_tasks", given))
    assert result.structured_content["error"]["kind"] == "invalid_arguments"
    return result.structured_content["error"]["hint"]


async def test_today_is_refused_with_the_local_date_of_every_zone(client: HostexClient) -> None:
    said = await hint(client, start_date="today", end_date="tomorrow")
    assert "2026-11-24 in Europe/Lisbon" in said
    assert "2026-11-23 in America/Chicago" in said


async def test_the_date_is_that_of_the_property_meant(client: HostexClient, sandbox: Sandbox) -> None:
    chicago = next(
        home for home in sandbox.accounts.main.properties.values() if home["timezone"] == "America/Chicago"
    )
    for name in (chicago["id"], chicago["title"]):
        said = await hint(client, start_date="Today", end_date="today", property_id=name)
        assert said == "Write dates as YYYY-MM-DD. Today is 2026-11-23 in America/Chicago."


async def test_without_an_account_the_date_is_utc() -> None:
    async with HostexClient(None) as client:
        said = await hint(client, start_date="today", end_date="today")
    assert said == "Write dates as YYYY-MM-DD. Today is 2026-11-24 in UTC."


async def test_other_mistakes_need_no_date(client: HostexClient, sandbox: Sandbox) -> None:
    assert await hint(client, start_date="24.11.2026", end_date="2026-11-25") == (
        "Correct the arguments and call again."
    )
    assert len(sandbox.log) == 0
