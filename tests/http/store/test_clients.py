from datetime import timedelta

import pytest
from pydantic import SecretStr

from hostex_mcp.http.store import Store
from hostex_mcp.http.store.records import OAuthClient
from tests.http.keeping import granted
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio

METADATA = {"client_name": "Claude", "redirect_uris": ["https://claude.ai/callback"]}


async def test_a_client_is_kept_with_its_secret(store: Store, clock: Clock) -> None:
    kept = OAuthClient(
        "claude",
        METADATA,
        SecretStr("s3cret"),
        created_at=clock.now,
        fresh_until=clock.now + timedelta(hours=1),
        expires_at=clock.now + timedelta(days=1),
    )
    await store.clients.put(kept)
    assert await store.clients.get("claude") == kept
    assert await store.clients.get("other") is None


async def test_a_client_that_is_put_again_keeps_its_birthday_and_that_it_was_used(
    store: Store, clock: Clock
) -> None:
    born = clock.now
    await store.clients.put(OAuthClient("https://client.example/id", METADATA))
    await store.clients.used("https://client.example/id")
    clock.advance(hours=2)
    newer = OAuthClient("https://client.example/id", {"client_name": "Newer"}, fresh_until=clock.now)
    await store.clients.put(newer)
    kept = await store.clients.get("https://client.example/id")
    assert kept is not None
    assert (kept.metadata, kept.created_at, kept.fresh_until) == (newer.metadata, born, clock.now)
    assert await store.clients.count_unused() == 0


async def test_the_same_registration_again_gives_the_client_that_is_there_and_lets_it_live_longer(
    store: Store, clock: Clock
) -> None:
    first = OAuthClient("one", METADATA, expires_at=clock.now + timedelta(days=1))
    second = OAuthClient("two", METADATA, expires_at=clock.now + timedelta(days=2))
    assert await store.clients.same_registration("f" * 64) is None
    assert (await store.clients.register(first, "f" * 64)).client_id == "one"
    again = await store.clients.register(second, "f" * 64)
    assert (again.client_id, again.expires_at) == ("one", second.expires_at)
    assert await store.clients.get("two") is None
    assert await store.clients.same_registration("f" * 64) == again


async def test_unused_clients_are_counted_while_they_live(store: Store, clock: Clock) -> None:
    for name in ("one", "two", "three"):
        await store.clients.put(OAuthClient(name, METADATA, expires_at=clock.now + timedelta(days=1)))
    await store.clients.put(OAuthClient("forever", METADATA))
    await store.clients.used("one")
    assert await store.clients.count_unused() == 3
    clock.advance(days=2)
    assert await store.clients.count_unused() == 1


async def test_the_oldest_unused_clients_are_forgotten_but_none_that_has_a_grant(
    store: Store, clock: Clock
) -> None:
    for name in ("granted", "used", "old", "new", "newest"):
        await store.clients.put(OAuthClient(name, METADATA, expires_at=clock.now + timedelta(days=7)))
        clock.advance(seconds=1)
    await granted(store, client_id="granted")
    await store.clients.used("used")
    await store.clients.forget_unused(2, clock.now + timedelta(days=7))
    known = [name for name in ("granted", "used", "old", "new", "newest") if await store.clients.get(name)]
    assert known == ["granted", "used", "new", "newest"]


async def test_an_expired_client_goes_unless_it_has_grants(store: Store, clock: Clock) -> None:
    for name in ("with grant", "without", "forever"):
        ends = None if name == "forever" else clock.now + timedelta(days=1)
        await store.clients.put(OAuthClient(name, METADATA, expires_at=ends))
    grant_id = await granted(store, client_id="with grant")
    await store.clients.used("with grant")
    clock.advance(days=1)
    await store.clean()
    assert await store.clients.get("without") is None
    assert await store.clients.get("with grant") is not None
    assert await store.clients.get("forever") is not None
    await store.grants.end(grant_id, "disconnected")
    await store.clean()
    assert await store.clients.get("with grant") is not None
    clock.advance(days=90)
    await store.clean()
    assert await store.clients.get("with grant") is None


@pytest.mark.parametrize("text", ["a\0b", "\0", "half \ud83d of a character", "\udfff"])
async def test_a_text_that_a_database_cannot_hold_is_not_found_in_it(store: Store, text: str) -> None:
    assert await store.clients.get(text) is None
    assert await store.clients.same_registration(text) is None
    assert await store.grants.get(text) is None
    assert await store.grants.credential(text) is None
    assert await store.tokens.access(text) is None
    assert await store.tokens.refreshable(text) is None
    assert await store.codes.get(text) is None
