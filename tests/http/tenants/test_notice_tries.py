"""What waits is told once, whichever process tells it and however often servers start."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from hostex_mcp.http.store import Store
from hostex_mcp.http.tenants.notice_tries import StoredTries
from hostex_mcp.server.changes.told import ToldChanges
from hostex_mcp.settings import QuietHours
from tests.http.keeping import a_change, granted
from tests.support.clock import Clock
from tests.support.phone import Phone, sent

pytestmark = pytest.mark.anyio

NIGHT = QuietHours(time(22), time(7))


class Asleep(Phone):
    """A phone whose notices wait for ever in quiet hours."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


class Server:
    """A process that tells of the changes of a store until it is stopped; at night it sleeps."""

    def __init__(self, store: Store, phone: Phone, *, night: bool = False) -> None:
        self.notices = phone.notices(quiet=NIGHT if night else None, zone=UTC)
        self.notices.tries = StoredTries(store.spent, "the operator", phone.clock)
        self.changes = ToldChanges(store.changes, self.notices, phone.clock)

    async def start(self, store: Store) -> None:
        for change in await store.changes.undecided(10):
            self.changes.tell(change)


async def test_what_a_server_did_not_come_to_tell_is_told_once_after_the_next_start(store: Store) -> None:
    phone = Asleep(Clock(datetime(2026, 11, 24, 23, tzinfo=UTC)))
    asked = {"asked_at": phone.clock.now, "expires": phone.clock.now + timedelta(days=7)}
    first = Server(store, phone, night=True)
    await first.changes.begin(a_change(await granted(store), id="waits", **asked))
    await asyncio.sleep(0)
    await first.notices.aclose()
    assert phone.arrived == []
    servers = [Server(store, phone) for _ in range(3)]
    for server in servers:
        await server.start(store)
    for server in servers:
        await sent(server.notices)
    assert len(phone.arrived) == 1
    last = Server(store, phone)
    await last.start(store)
    await sent(last.notices)
    assert len(phone.arrived) == 1


async def test_a_try_that_failed_is_followed_by_others_and_one_of_unknown_end_by_none(store: Store) -> None:
    clock = Clock()
    here, there = (StoredTries(store.spent, "the operator", clock) for _ in range(2))
    assert [await here.claim("a"), await there.claim("a")] == [0, None]
    await here.settle("a", 0, False)
    assert [await there.claim("a"), await here.claim("a")] == [1, None]
    await there.settle("a", 1, False)
    assert await here.claim("a") == 2
    await here.settle("a", 2, False)
    assert await here.claim("a") is None
    assert await here.claim("b") == 0
    await here.settle("b", 0, True)
    assert await there.claim("b") is None
    assert await StoredTries(store.spent, "an owner", clock).claim("b") == 0
