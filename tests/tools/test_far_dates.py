"""Dates that are none of our time, as programs write them for never and always."""

import json
import re
from itertools import cycle
from typing import Any, cast

import httpx2
import pytest

from tests.support.clock import Clock
from tests.support.previewing import demo_sandbox
from tests.tools.every_answer import answered, engine_over
from tests.tools.every_read import every_read

pytestmark = pytest.mark.anyio

DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")
AFFECTED = (
    "get_stay",
    "list_availabilities",
    "list_listing_calendars",
    "list_reviews_due",
    "list_guests_waiting",
    "list_tasks",
    "get_turnover_plan",
    "get_daily_briefing",
)


class Never(httpx2.AsyncBaseTransport):
    """Passes requests on. Of every `share` dates in the answer one is the day of nowhere."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, far: str, share: int) -> None:
        self._inner, self._far, self._turn = inner, far, cycle(range(share))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        told = json.loads(await response.aread())
        told["data"] = self._moved(told.get("data"))
        return httpx2.Response(response.status_code, json=told, request=request)

    def _moved(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._moved(member) for member in cast("list[Any]", value)]
        if isinstance(value, dict):
            return {name: self._moved(member) for name, member in cast("dict[str, Any]", value).items()}
        if isinstance(value, str) and DAY.fullmatch(value) and not next(self._turn):
            return self._far + value[10:]
        return value


@pytest.mark.parametrize("share", [1, 7])
@pytest.mark.parametrize("far", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("tool", AFFECTED)
async def test_far_dates_cost_what_they_stand_in_and_nothing_else(tool: str, far: str, share: int) -> None:
    sandbox = demo_sandbox()
    arguments = every_read(sandbox.accounts.main)[tool]
    transport = Never(httpx2.ASGITransport(app=sandbox.app), far, share)
    async with engine_over(sandbox, transport, now=Clock()) as engine:
        got = await answered(engine, tool, "", arguments)
    error = got.result["structuredContent"].get("error", {})
    assert error.get("kind") in (None, "unexpected_response", "not_found"), error
    assert far not in json.dumps(got.result) or tool == "list_guests_waiting"
