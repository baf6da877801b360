"""The life of a link: kept, renewed and ended here and at Hostex. Hostex is the sandbox; time stands still
until it is moved."""

import logging

import pytest
from pydantic import SecretStr

from hostex_mcp.api import (
    AccountBlocked,
    HostexError,
    InvalidToken,
    NotConfigured,
    RateLimited,
    SubscriptionLapsed,
    UpstreamFailed,
)
from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.http.store import Store, open_store
from hostex_mcp.http.store.records import Credential, Grant
from hostex_mcp.http.tenants.hostex_link import CONNECT_AGAIN
from hostex_mcp.sandbox import DEAD, READ_ONLY, WRITABLE
from tests.http.keeping import a_grant, connected
from tests.http.linked import REVOCATION, TOKENS, World, world
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio


async def ended(hostex: World, grant: Grant) -> bool:
    return (await hostex.now_of(grant)).status == "ended"


async def test_a_pasted_token_is_checked_at_hostex(hostex: World) -> None:
    assert (await hostex.linking.check(SecretStr(WRITABLE), writes=True)).verdict == "read_write"
    assert (await hostex.linking.check(SecretStr(READ_ONLY), writes=True)).verdict == "read_only"
    assert (await hostex.linking.check(SecretStr(DEAD), writes=False)).verdict == "dead"


async def test_a_pasted_token_is_used_as_it_is(hostex: World) -> None:
    grant = await hostex.token_grant(WRITABLE)
    hostex.clock.advance(days=400)
    live = await hostex.linking.live(grant)
    assert (live.token.get_secret_value(), live.until) == (WRITABLE, None)
    assert hostex.asked == []


async def test_a_pair_with_more_than_two_days_left_is_left_alone(hostex: World) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=4, hours=23)
    await hostex.linking.live(grant)
    assert hostex.asked == [TOKENS]


async def test_a_pair_with_less_than_two_days_left_is_renewed_and_stored(hostex: World) -> None:
    grant = await hostex.partner_grant()
    first = await hostex.linking.live(grant)
    hostex.clock.advance(days=5, seconds=1)
    second = await hostex.linking.live(grant)
    assert second.token != first.token
    assert second.link == 2
    assert (await hostex.now_of(grant)).link == 2
    kept = await hostex.kept(grant)
    assert kept is not None
    assert kept.access_token == second.token
    assert await hostex.works(second.token)


async def test_a_link_goes_on_for_months(hostex: World) -> None:
    grant = await hostex.partner_grant()
    for _ in range(30):
        hostex.clock.advance(days=6)
        assert await hostex.works((await hostex.linking.live(grant)).token)
    assert (await hostex.now_of(grant)).link == 31


async def test_a_pair_that_has_run_out_is_renewed_before_it_is_used(hostex: World) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=90)
    assert await hostex.works((await hostex.linking.live(grant)).token)


async def test_after_429_the_old_token_goes_on_and_hostex_is_left_in_peace(hostex: World) -> None:
    grant = await hostex.partner_grant()
    old = await hostex.linking.live(grant)
    hostex.clock.advance(days=6)
    hostex.sandbox.faults.add("throttle", operation=TOKENS, retry_after=600)
    for _ in range(5):
        assert (await hostex.linking.live(grant)).token == old.token
    assert hostex.asked.count(TOKENS) == 2
    assert await hostex.works(old.token)


@pytest.mark.parametrize("kind", ["http", "garbage", "redirect", "drop_before"])
async def test_a_renewal_that_fails_leaves_the_old_token_and_is_tried_again_later(
    hostex: World, kind: str
) -> None:
    grant = await hostex.partner_grant()
    old = await hostex.linking.live(grant)
    hostex.clock.advance(days=6)
    hostex.sandbox.faults.add(kind, operation=TOKENS)
    assert (await hostex.linking.live(grant)).token == old.token
    hostex.clock.advance(hours=1)
    assert (await hostex.linking.live(grant)).link == 2


async def test_a_refused_renewal_leaves_a_living_token_until_its_end(hostex: World) -> None:
    grant = await hostex.partner_grant()
    kept = await hostex.kept(grant)
    assert kept is not None
    assert kept.refresh_token is not None
    hostex.sandbox.oauth.revoke(kept.refresh_token.get_secret_value())
    hostex.clock.advance(days=6, hours=23)
    assert await hostex.works((await hostex.linking.live(grant)).token)
    assert not await ended(hostex, grant)
    hostex.clock.advance(hours=1)
    with pytest.raises(InvalidToken) as caught:
        await hostex.linking.live(grant)
    assert caught.value.hint == CONNECT_AGAIN
    stored = await hostex.now_of(grant)
    assert stored.status == "ended"
    assert "Connect again" in (stored.reason or "")


async def test_a_grant_that_ended_takes_its_tokens_along(hostex: World, store: Store) -> None:
    grant_id, pair = await connected(store, hostex.clock())
    await hostex.linking.end(grant_id, "You disconnected it.")
    assert await store.tokens.access(pair.access_token) is None
    assert await store.tokens.refreshable(pair.refresh_token) is None


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [(420, "Subscription expired", SubscriptionLapsed), (420, "Suspended", AccountBlocked)],
)
async def test_420_never_ends_a_grant(
    hostex: World, code: int, message: str, kind: type[HostexError]
) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=8)
    hostex.sandbox.faults.add("envelope", operation=TOKENS, code=code, message=message)
    with pytest.raises(kind):
        await hostex.linking.live(grant)
    assert await hostex.works((await hostex.linking.live(grant)).token)


async def test_a_wrong_secret_of_the_operator_ends_no_grant(hostex: World) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=8)
    mistaken = world(hostex.store, hostex.clock, hostex.sandbox, client_secret=SecretStr("wrong"))
    with pytest.raises(NotConfigured):
        await mistaken.linking.live(grant)
    assert not await ended(hostex, grant)
    assert await hostex.works((await hostex.linking.live(grant)).token)


@pytest.mark.parametrize(
    ("fault", "kind"), [("throttle", RateLimited), ("garbage", UpstreamFailed), ("http", HostexError)]
)
async def test_a_pair_that_has_run_out_and_cannot_be_renewed_now_is_an_error_for_now(
    hostex: World, fault: str, kind: type[HostexError]
) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=8)
    hostex.sandbox.faults.add(fault, operation=TOKENS)
    with pytest.raises(kind):
        await hostex.linking.live(grant)
    assert not await ended(hostex, grant)
    hostex.clock.advance(minutes=2)
    assert await hostex.works((await hostex.linking.live(grant)).token)


async def test_disconnecting_ends_the_pair_at_hostex_too(hostex: World) -> None:
    grant = await hostex.partner_grant()
    pair = await hostex.kept(grant)
    assert pair is not None
    await hostex.linking.end(grant.grant_id, "You disconnected it.")
    assert hostex.asked.count(REVOCATION) == 2
    assert not await hostex.works(pair.access_token)
    stored = await hostex.now_of(grant)
    assert (stored.status, stored.reason) == ("ended", "You disconnected it.")
    assert await hostex.kept(grant) is None


async def test_disconnecting_a_pasted_token_leaves_it_to_its_host(hostex: World) -> None:
    grant = await hostex.token_grant(WRITABLE)
    await hostex.linking.end(grant.grant_id, "You disconnected it.")
    assert hostex.asked == []
    assert await hostex.works(SecretStr(WRITABLE))


async def test_disconnecting_twice_revokes_once(hostex: World) -> None:
    grant = await hostex.partner_grant()
    await hostex.linking.end(grant.grant_id, "first")
    await hostex.linking.end(grant.grant_id, "second")
    assert hostex.asked.count(REVOCATION) == 2
    assert (await hostex.now_of(grant)).reason == "first"


async def test_a_grant_ends_here_though_hostex_is_away(hostex: World) -> None:
    grant = await hostex.partner_grant()
    hostex.sandbox.faults.add("http", operation=REVOCATION, times=None)
    await hostex.linking.end(grant.grant_id, "You disconnected it.")
    assert await ended(hostex, grant)


async def test_whoever_listens_hears_which_grant_ended(hostex: World) -> None:
    grant = await hostex.token_grant()
    heard: list[str] = []

    async def listen(grant_id: str) -> None:
        heard.append(grant_id)

    hostex.linking.on_end(listen)
    await hostex.linking.end(grant.grant_id, "You disconnected it.")
    assert heard == [grant.grant_id]


async def test_an_ended_grant_has_no_token(hostex: World) -> None:
    grant = await hostex.token_grant()
    await hostex.linking.end(grant.grant_id, "You disconnected it.")
    with pytest.raises(InvalidToken):
        await hostex.linking.live(grant)


async def test_a_refused_call_does_not_end_a_grant_whose_token_lives(hostex: World) -> None:
    grant = await hostex.token_grant(WRITABLE)
    live = await hostex.linking.live(grant)
    assert await hostex.linking.rejected(grant, live) is None
    assert not await ended(hostex, grant)


async def test_a_deleted_token_ends_its_grant(hostex: World) -> None:
    grant = await hostex.token_grant(DEAD)
    live = await hostex.linking.live(grant)
    with pytest.raises(InvalidToken) as caught:
        await hostex.linking.rejected(grant, live)
    assert caught.value.hint == CONNECT_AGAIN
    assert "deleted" in ((await hostex.now_of(grant)).reason or "")


@pytest.mark.parametrize("fault", ["throttle", "redirect"])
async def test_a_grant_does_not_end_while_hostex_cannot_be_asked(hostex: World, fault: str) -> None:
    grant = await hostex.token_grant(DEAD)
    live = await hostex.linking.live(grant)
    hostex.sandbox.faults.add(fault, operation="GET /properties", times=None)
    assert await hostex.linking.rejected(grant, live) is None
    assert not await ended(hostex, grant)


async def test_a_token_that_hostex_ended_early_is_renewed(hostex: World) -> None:
    grant = await hostex.partner_grant()
    live = await hostex.linking.live(grant)
    hostex.sandbox.oauth.revoke(live.token.get_secret_value())
    again = await hostex.linking.rejected(grant, live)
    assert again is not None
    assert await hostex.works(again.token)


async def test_who_still_holds_the_token_of_before_gets_the_present_one_without_a_renewal(
    hostex: World,
) -> None:
    grant = await hostex.partner_grant()
    before = await hostex.linking.live(grant)
    hostex.clock.advance(days=6)
    now = await hostex.process().linking.live(grant)
    asked = len(hostex.sandbox.log)
    assert await hostex.linking.rejected(grant, before) == now
    assert len(hostex.sandbox.log) == asked


async def test_a_host_who_withdrew_ends_the_grant(hostex: World) -> None:
    grant = await hostex.partner_grant()
    live, pair = await hostex.linking.live(grant), await hostex.kept(grant)
    assert pair is not None
    await hostex.upstream.revoke(pair)
    with pytest.raises(InvalidToken):
        await hostex.linking.rejected(grant, live)
    stored = await hostex.now_of(grant)
    assert stored.status == "ended"
    assert "withdrawn" in (stored.reason or "")


async def test_a_credential_that_no_key_opens_is_an_error_and_not_an_end(
    store: Store, clock: Clock, database_url: SecretStr
) -> None:
    grant = a_grant()
    async with open_store(database_url, KeyRing([new_key()]), now=clock) as elsewhere:
        await elsewhere.grants.add(grant, Credential("token", SecretStr(WRITABLE)))
    hostex = world(store, clock)
    with pytest.raises(InvalidToken) as caught:
        await hostex.linking.live(grant)
    assert "HOSTEX_MCP_SECRET_KEYS" in (caught.value.hint or "")
    assert not await ended(hostex, grant)


async def test_no_token_is_logged_whatever_happens(hostex: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    grant = await hostex.partner_grant()
    pairs = [await hostex.kept(grant)]
    hostex.clock.advance(days=6)
    await hostex.linking.live(grant)
    pairs.append(await hostex.kept(grant))
    hostex.clock.advance(days=6)
    hostex.sandbox.faults.add("envelope", operation=TOKENS, code=500)
    await hostex.linking.live(grant)
    hostex.sandbox.faults.add("http", operation=REVOCATION, times=None)
    await hostex.linking.end(grant.grant_id, "You disconnected it.")
    for pair in pairs:
        assert pair is not None
        assert pair.refresh_token is not None
        assert pair.access_token.get_secret_value() not in caplog.text
        assert pair.refresh_token.get_secret_value() not in caplog.text
    assert "sandbox-partner-secret" not in caplog.text
