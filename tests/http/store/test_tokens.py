import re
from datetime import timedelta

import pytest
from pydantic import SecretStr

from hostex_mcp.http.store import Store, new_code, open_store
from hostex_mcp.http.store.records import Code, Replayed
from tests.http.keeping import BOTH, RING, a_code, connected, granted
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio
READ = ("hostex:read",)


async def test_a_code_is_found_with_what_it_is_bound_to_until_it_expires(store: Store, clock: Clock) -> None:
    grant_id = await granted(store)
    text = await a_code(store, grant_id, clock.now)
    bound = Code(
        grant_id=grant_id,
        client_id="claude",
        redirect_uri="https://claude.ai/callback",
        redirect_uri_given=True,
        code_challenge="c" * 43,
        scopes=BOTH,
        resource="https://mcp.example.com/mcp",
        expires_at=clock.now + timedelta(seconds=60),
    )
    assert await store.codes.get(text) == bound
    assert await store.codes.get(new_code()) is None
    clock.advance(seconds=60)
    assert await store.codes.get(text) is None
    assert await store.tokens.redeem(text) is None


async def test_a_redeemed_code_gives_a_pair_once_and_is_then_known_as_replayed(
    store: Store, clock: Clock
) -> None:
    grant_id = await granted(store)
    text = await a_code(store, grant_id, clock.now)
    pair = await store.tokens.redeem(text)
    assert pair is not None
    assert (pair.scopes, pair.expires_in) == (BOTH, 3600)
    assert re.fullmatch(r"hmx_at_[\w-]{43}", pair.access_token)
    assert re.fullmatch(r"hmx_rt_[\w-]{43}", pair.refresh_token)
    assert re.fullmatch(r"hmx_ac_[\w-]{43}", text)
    assert await store.tokens.redeem(text) is None
    clock.advance(hours=23)
    await store.clean()
    assert await store.codes.get(text) == Replayed(grant_id)
    clock.advance(hours=2)
    await store.clean()
    assert await store.codes.get(text) is None


async def test_a_code_of_a_grant_that_is_still_pending_gives_nothing(store: Store, clock: Clock) -> None:
    grant_id = await granted(store, status="pending")
    assert await store.tokens.redeem(await a_code(store, grant_id, clock.now)) is None


async def test_an_access_token_tells_its_grant_and_scopes_for_an_hour(store: Store, clock: Clock) -> None:
    grant_id, pair = await connected(store, clock.now)
    issued = await store.tokens.access(pair.access_token)
    assert issued is not None
    assert issued.grant == await store.grants.get(grant_id)
    assert (issued.client_id, issued.scopes) == ("claude", BOTH)
    clock.advance(seconds=3599)
    assert await store.tokens.access(pair.access_token) is not None
    clock.advance(seconds=1)
    assert await store.tokens.access(pair.access_token) is None


async def test_an_access_token_is_no_refresh_token_and_the_other_way_round(
    store: Store, clock: Clock
) -> None:
    _, pair = await connected(store, clock.now)
    assert await store.tokens.access(pair.refresh_token) is None
    assert await store.tokens.refreshable(pair.access_token) is None
    assert await store.tokens.rotate(pair.access_token, READ) is None
    assert await store.tokens.access("hmx_at_unknown \udcff") is None


async def test_rotation_narrows_the_access_token_and_keeps_what_the_refresh_token_may(
    store: Store, clock: Clock
) -> None:
    _, pair = await connected(store, clock.now)
    newer = await store.tokens.rotate(pair.refresh_token, READ)
    assert newer is not None
    assert newer.scopes == READ
    access = await store.tokens.access(newer.access_token)
    refresh = await store.tokens.refreshable(newer.refresh_token)
    assert access is not None
    assert refresh is not None
    assert (access.scopes, refresh.scopes) == (READ, BOTH)


async def test_a_repeat_within_the_grace_gets_the_very_same_pair_and_a_later_one_nothing(
    store: Store, clock: Clock
) -> None:
    grant_id, pair = await connected(store, clock.now)
    newer = await store.tokens.rotate(pair.refresh_token, BOTH)
    clock.advance(seconds=59)
    assert await store.tokens.refreshable(pair.refresh_token) is not None
    assert await store.tokens.reused(pair.refresh_token) is None
    assert await store.tokens.rotate(pair.refresh_token, READ) == newer
    clock.advance(seconds=1)
    assert await store.tokens.refreshable(pair.refresh_token) is None
    assert await store.tokens.rotate(pair.refresh_token, BOTH) is None
    assert await store.tokens.reused(pair.refresh_token) == grant_id


async def test_reuse_is_noticed_after_cleaning_too(store: Store, clock: Clock) -> None:
    grant_id, pair = await connected(store, clock.now)
    await store.tokens.rotate(pair.refresh_token, BOTH)
    clock.advance(days=30)
    await store.clean()
    assert await store.tokens.reused(pair.refresh_token) == grant_id


async def test_without_a_grace_a_repeat_gets_nothing(database_url: SecretStr, clock: Clock) -> None:
    async with open_store(database_url, RING, grace=0, now=clock) as store:
        grant_id, pair = await connected(store, clock.now)
        assert await store.tokens.rotate(pair.refresh_token, BOTH) is not None
        assert await store.tokens.rotate(pair.refresh_token, BOTH) is None
        assert await store.tokens.reused(pair.refresh_token) == grant_id


async def test_a_refresh_token_lives_60_days_and_each_rotation_starts_them_anew(
    store: Store, clock: Clock
) -> None:
    _, pair = await connected(store, clock.now)
    for _ in range(3):
        clock.advance(days=59, hours=23)
        newer = await store.tokens.rotate(pair.refresh_token, BOTH)
        assert newer is not None
        pair = newer
    clock.advance(days=60)
    assert await store.tokens.refreshable(pair.refresh_token) is None
    assert await store.tokens.rotate(pair.refresh_token, BOTH) is None


async def test_expired_tokens_are_dropped_and_living_ones_stay(store: Store, clock: Clock) -> None:
    _, pair = await connected(store, clock.now)
    clock.advance(hours=1)
    await store.clean()
    assert await store.tokens.refreshable(pair.refresh_token) is not None
    clock.advance(days=60)
    await store.clean()
    clock.advance(days=-60)
    assert await store.tokens.refreshable(pair.refresh_token) is None
