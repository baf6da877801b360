from datetime import timedelta

import pytest

from hostex_mcp.http.store import Store
from hostex_mcp.http.store.records import Spent
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio


async def test_a_key_is_claimed_once_for_each_kind(store: Store, clock: Clock) -> None:
    ends = clock.now + timedelta(minutes=10)
    assert await store.spent.claim("consent", "nonce", ends)
    assert not await store.spent.claim("consent", "nonce", ends)
    assert await store.spent.claim("confirmation", "nonce", ends)
    assert await store.spent.claim("consent", "other", ends)


async def test_what_came_of_a_claim_is_kept(store: Store, clock: Clock) -> None:
    ends = clock.now + timedelta(minutes=10)
    assert await store.spent.outcome("confirmation", "token") is None
    await store.spent.claim("confirmation", "token", ends)
    assert await store.spent.outcome("confirmation", "token") == Spent(ends)
    await store.spent.settle("confirmation", "token", {"status": "done"})
    assert await store.spent.outcome("confirmation", "token") == Spent(ends, {"status": "done"})


async def test_an_outcome_without_a_claim_is_not_kept(store: Store) -> None:
    await store.spent.settle("confirmation", "token", {"status": "done"})
    assert await store.spent.outcome("confirmation", "token") is None


async def test_a_claim_is_remembered_until_it_expires(store: Store, clock: Clock) -> None:
    await store.spent.claim("consent", "nonce", clock.now + timedelta(minutes=10))
    clock.advance(minutes=9)
    await store.clean()
    assert not await store.spent.claim("consent", "nonce", clock.now)
    clock.advance(minutes=1)
    await store.clean()
    assert await store.spent.outcome("consent", "nonce") is None


async def test_a_key_for_several_is_claimed_that_often_until_it_expires(store: Store, clock: Clock) -> None:
    ends = clock.now + timedelta(minutes=1)
    for _ in range(3):
        assert await store.spent.has_one("tries", "who", 3)
        assert await store.spent.claim_one("tries", "who", 3, ends)
    assert not await store.spent.has_one("tries", "who", 3)
    assert not await store.spent.claim_one("tries", "who", 3, ends)
    assert await store.spent.claim_one("tries", "other", 3, ends)
    assert await store.spent.claim_one("others", "who", 3, ends)
    clock.advance(minutes=1)
    await store.clean()
    assert await store.spent.claim_one("tries", "who", 3, ends + timedelta(minutes=1))
