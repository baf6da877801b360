import asyncio

import pytest

from hostex_mcp.http.tenants.maintenance import Upkeep
from tests.http.keeping import a_code
from tests.http.linked import TOKENS, Gate, World

pytestmark = pytest.mark.anyio


def upkeep_of(hostex: World) -> Upkeep:
    return Upkeep(hostex.store, hostex.linking, hostex.clock)


async def test_pairs_are_renewed_before_their_end_though_nobody_uses_them(hostex: World) -> None:
    grants = [await hostex.partner_grant() for _ in range(3)]
    for _ in range(4):
        hostex.clock.advance(days=6)
        await upkeep_of(hostex).round()
    for grant in grants:
        kept = await hostex.kept(grant)
        assert kept is not None
        assert await hostex.works(kept.access_token)


async def test_fresh_pairs_and_pasted_tokens_are_left_alone(hostex: World) -> None:
    await hostex.partner_grant()
    await hostex.token_grant()
    hostex.clock.advance(days=4)
    await upkeep_of(hostex).round()
    assert hostex.asked == [TOKENS]


async def test_an_unused_grant_ends_when_its_end_has_come_and_hostex_refuses(hostex: World) -> None:
    grant = await hostex.partner_grant()
    pair = await hostex.kept(grant)
    assert pair is not None
    await hostex.upstream.revoke(pair)
    hostex.clock.advance(days=6)
    await upkeep_of(hostex).round()
    assert (await hostex.now_of(grant)).status == "active"
    hostex.clock.advance(days=1)
    await upkeep_of(hostex).round()
    stored = await hostex.now_of(grant)
    assert stored.status == "ended"
    assert "Connect again" in (stored.reason or "")


async def test_when_hostex_wants_peace_the_other_pairs_wait_for_the_next_round(hostex: World) -> None:
    grants = [await hostex.partner_grant() for _ in range(3)]
    hostex.clock.advance(days=8)
    hostex.sandbox.faults.add("throttle", operation=TOKENS, retry_after=30)
    asked = len(hostex.sandbox.log)
    await upkeep_of(hostex).round()
    assert len(hostex.sandbox.log) == asked + 1
    hostex.clock.advance(minutes=1)
    await upkeep_of(hostex).round()
    assert [(await hostex.now_of(grant)).link for grant in grants] == [2, 2, 2]


async def test_one_pair_that_cannot_be_renewed_does_not_hold_up_the_others(hostex: World) -> None:
    grants = [await hostex.partner_grant() for _ in range(2)]
    hostex.clock.advance(days=8)
    hostex.sandbox.faults.add("envelope", operation=TOKENS, code=500)
    await upkeep_of(hostex).round()
    assert sorted([(await hostex.now_of(grant)).link for grant in grants]) == [1, 2]


async def test_what_has_expired_is_dropped(hostex: World) -> None:
    grant = await hostex.token_grant()
    await hostex.linking.end(grant.grant_id, "disconnected")
    hostex.clock.advance(days=90)
    await upkeep_of(hostex).round()
    assert await hostex.store.grants.get(grant.grant_id) is None


async def test_a_grant_whose_last_question_was_not_answered_keeps_nothing_here_or_at_hostex(
    hostex: World,
) -> None:
    grant = await hostex.partner_grant(status="pending", created_at=hostex.clock())
    pair = await hostex.kept(grant)
    assert pair is not None
    hostex.clock.advance(minutes=14)
    await upkeep_of(hostex).round()
    assert await hostex.works(pair.access_token)
    hostex.clock.advance(minutes=1)
    await upkeep_of(hostex).round()
    assert await hostex.kept(grant) is None
    assert not await hostex.works(pair.access_token)


async def test_a_grant_whose_code_was_never_redeemed_keeps_nothing_here_or_at_hostex(hostex: World) -> None:
    grant = await hostex.partner_grant(status="pending", created_at=hostex.clock())
    pair = await hostex.kept(grant)
    assert pair is not None
    hostex.clock.advance(minutes=14)
    await hostex.store.grants.activate(grant.grant_id)
    await a_code(hostex.store, grant.grant_id, hostex.clock())
    hostex.clock.advance(minutes=10)
    await upkeep_of(hostex).round()
    assert (await hostex.now_of(grant)).status == "active"
    hostex.clock.advance(minutes=6)
    await upkeep_of(hostex).round()
    ended = await hostex.now_of(grant)
    assert (ended.status, "never collected" in (ended.reason or "")) == ("ended", True)
    assert await hostex.kept(grant) is None
    assert not await hostex.works(pair.access_token)


async def test_a_grant_ends_when_its_last_token_has_run_out_and_not_before(hostex: World) -> None:
    grant = await hostex.token_grant(created_at=hostex.clock())
    hostex.clock.advance(days=59)
    await upkeep_of(hostex).round()
    assert (await hostex.now_of(grant)).status == "active"
    hostex.clock.advance(days=1)
    await upkeep_of(hostex).round()
    assert (await hostex.now_of(grant)).status == "ended"
    assert await hostex.kept(grant) is None


async def test_a_round_that_fails_does_not_end_the_next(
    hostex: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=6)

    async def fail() -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(hostex.store, "clean", fail)
    await upkeep_of(hostex).round()
    assert (await hostex.now_of(grant)).link == 2


async def test_a_database_that_is_away_does_not_end_the_rounds(
    hostex: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=6)

    async def fail(before: object) -> list[str]:
        raise OSError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(hostex.store.grants, "due", fail)
        await upkeep_of(hostex).round()
    await upkeep_of(hostex).round()
    assert (await hostex.now_of(grant)).link == 2


async def test_rounds_come_about_once_a_minute_and_stop_with_the_server(hostex: World) -> None:
    pauses: list[float] = []
    thrice = asyncio.Event()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            thrice.set()
            await asyncio.Event().wait()

    jitters = iter([0.0, 0.5, 1.0])
    upkeep = Upkeep(hostex.store, hostex.linking, hostex.clock, pause=pause, jitter=lambda: next(jitters))
    async with upkeep.running():
        await thrice.wait()
    assert pauses == [45, 60, 75]


async def test_stopping_waits_for_a_renewal_that_is_under_way(hostex: World) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=6)
    gate = Gate("/oauth/authorizations")
    hostex.wire.before = gate

    async def pause(seconds: float) -> None:
        await asyncio.sleep(0)

    async with Upkeep(hostex.store, hostex.linking, hostex.clock, pause=pause).running():
        await gate.reached.wait()
        asyncio.get_running_loop().call_soon(gate.opened.set)
    assert (await hostex.now_of(grant)).link == 2
