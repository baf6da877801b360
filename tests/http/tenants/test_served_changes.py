"""A database that goes away in the middle of a call is no bug of this server, and the call says so."""

from typing import Any, cast

import httpx2
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as Unanswered

from hostex_mcp.api import Blocked, HostexClient
from hostex_mcp.http.tenants.served_changes import ServedChanges
from hostex_mcp.sandbox import WRITABLE
from hostex_mcp.server.changes.pending import ChangeDesk
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.server.changes.showing import a_change
from tests.support.clock import NOW, Clock
from tests.support.previewing import changed, demo_sandbox

pytestmark = pytest.mark.anyio

GONE = OperationalError("SELECT", {}, OSError("gone")), Unanswered("the database took too long to answer")


class Away:
    """A store whose database does not do anything."""

    def __init__(self, problem: Exception) -> None:
        self._problem = problem

    def __getattr__(self, _: str) -> Any:
        return self._fail

    async def _fail(self, *_: Any) -> Any:
        raise self._problem


@pytest.mark.parametrize("problem", GONE, ids=["gone", "silent"])
async def test_a_call_that_needs_the_database_while_it_is_away_may_be_repeated(problem: Exception) -> None:
    sandbox, selection = demo_sandbox(), select(["all"])
    desk = ChangeDesk(store=ServedChanges(cast("Any", Away(problem))))
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        engine = Engine(selection, Context(client, selection.reachable, now=Clock()), desk=desk)
        for tool, arguments in (
            ("cancel_reservation", {"reservation_code": "5-DEMO30PAT"}),
            ("cancel_reservation", {"reservation_code": "5-DEMO30PAT", "change_id": "0" * 32}),
            ("list_changes", {}),
        ):
            result: Any = await engine.call(tool, arguments)
            error = result.structured_content["error"]
            assert (error["kind"], error["retryable"]) == ("blocked", True)
            assert "Nothing was changed by this call" in error["message"]
    assert changed(sandbox) == []


async def test_nothing_that_a_store_does_fails_in_another_way() -> None:
    served, change = ServedChanges(cast("Any", Away(GONE[0]))), a_change()
    for attempt in (
        served.add(change),
        served.begin(change),
        served.find(change.id),
        served.of_account("a"),
        served.replace(change, change),
        served.purge(NOW),
    ):
        with pytest.raises(Blocked):
            await attempt
