"""Whoever does not see everything hears nothing of what is gone, and a store that is away is said."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from hostex_mcp.http.store import Store
from hostex_mcp.http.tenants.served_events import ServedEvents
from hostex_mcp.server.assembly import Reach
from tests.http.hooks.receiving import STAY, line
from tests.support.clock import NOW, Clock

pytestmark = pytest.mark.anyio

GONE = {"event": "transaction_deleted", "transaction_id": 7}
EDITED, DELETED = "reservation_updated", "transaction_deleted"


@pytest.mark.parametrize(
    ("reach", "told"),
    [
        ({}, {EDITED, DELETED}),
        ({"property_ids": [20110001]}, {EDITED}),
        ({"money": False}, {EDITED}),
    ],
)
async def test_of_what_is_gone_only_those_hear_who_see_everything(
    store: Store, clock: Clock, reach: dict[str, Any], told: set[str]
) -> None:
    async with line(store, clock) as hostex:
        await hostex.call()
        await hostex.call(GONE)
        grant = await store.grants.get(hostex.grant_id)
        assert grant
        events = ServedEvents(store.hooks, grant, Reach(account="a", privacy="standard", **reach))
        log = await events(NOW - timedelta(days=1), NOW)
    assert {event.name for event in log.events} == told


async def test_answers_go_on_without_a_store_that_is_away(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("no route"))

    async with line(store, clock) as hostex:
        assert (await hostex.call(STAY)).status_code == 200
        grant = await store.grants.get(hostex.grant_id)
        assert grant
        monkeypatch.setattr(store.hooks, "log", away)
        events = ServedEvents(store.hooks, grant, Reach(account="a", privacy="standard"))
        log = await events(NOW - timedelta(days=1), NOW)
    assert (log.lost, list(log.events)) == (True, [])
