"""Renewals that meet, and renewals that are cut off: Hostex is asked once, and no pair it gave is lost."""

import asyncio
from collections.abc import AsyncGenerator

import anyio
import pytest
from pydantic import SecretStr

from hostex_mcp.api import DeadlineExceeded, InvalidToken
from hostex_mcp.http.store import open_store
from hostex_mcp.http.store.records import Credential, Grant
from tests.http.keeping import RING
from tests.http.linked import REVOCATION, TOKENS, Gate, World
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
async def second(hostex: World, database_url: SecretStr, clock: Clock) -> AsyncGenerator[World]:
    """Another process with a connection of its own to the database."""
    async with open_store(database_url, RING, now=clock) as store:
        yield hostex.process(store)


def refreshes(world: World) -> int:
    """How often Hostex was asked for a next pair; the first was for the code."""
    return world.asked.count(TOKENS) - 1


async def held_up(hostex: World, grant: Grant) -> tuple[Gate, asyncio.Task[SecretStr]]:
    """A renewal that Hostex does not answer yet."""
    gate = Gate("/oauth/authorizations")
    hostex.wire.before = gate
    task = asyncio.create_task(token_of(hostex, grant))
    await gate.reached.wait()
    return gate, task


async def token_of(hostex: World, grant: Grant) -> SecretStr:
    return (await hostex.linking.live(grant)).token


async def kill_while_storing(hostex: World, grant: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    """End the process after Hostex has answered and before the pair is stored. The lease is left behind."""

    async def die(*_: object) -> bool:
        raise Killed

    async def too_late(*_: object) -> None: ...

    with monkeypatch.context() as patched:
        patched.setattr(hostex.store.grants, "replace_credential", die)
        patched.setattr(hostex.store.grants, "release", too_late)
        with pytest.raises(Killed):
            await hostex.linking.live(grant)


async def test_two_processes_at_once_make_one_renewal_and_the_other_goes_on_with_the_old_token(
    hostex: World, second: World
) -> None:
    grant = await hostex.partner_grant()
    old = await token_of(second, grant)
    hostex.clock.advance(days=6)
    gate, renewing = await held_up(hostex, grant)
    assert await token_of(second, grant) == old
    gate.opened.set()
    new = await renewing
    assert new != old
    assert await token_of(second, grant) == new
    assert refreshes(hostex) == 1


async def test_when_the_old_token_is_dead_the_other_process_waits_for_the_new_one(
    hostex: World, second: World
) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=8)
    gate, renewing = await held_up(hostex, grant)
    waiting = asyncio.create_task(token_of(second, grant))
    await second.paused.wait()
    gate.opened.set()
    assert await waiting == await renewing
    assert refreshes(hostex) == 1


async def test_nobody_waits_for_ever(hostex: World, second: World) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=8)
    gate, renewing = await held_up(hostex, grant)
    with pytest.raises(DeadlineExceeded):
        await second.linking.live(grant)
    assert sum(second.pauses) == 10
    gate.opened.set()
    await renewing


async def test_many_calls_of_one_process_make_one_renewal(hostex: World) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=8)
    tokens = await asyncio.gather(*(token_of(hostex, grant) for _ in range(8)))
    assert len(set(tokens)) == 1
    assert refreshes(hostex) == 1


async def test_killed_before_the_pair_is_stored_the_old_token_goes_on_to_its_end(
    hostex: World, second: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await hostex.partner_grant()
    old = await token_of(hostex, grant)
    hostex.clock.advance(days=6)
    await kill_while_storing(hostex, grant, monkeypatch)
    hostex.clock.advance(minutes=3)
    assert await token_of(second, grant) == old
    assert await hostex.works(old)
    hostex.clock.advance(days=1)
    with pytest.raises(InvalidToken):
        await second.linking.live(grant)
    stored = await second.now_of(grant)
    assert stored.status == "ended"
    assert "Connect again" in (stored.reason or "")


async def test_where_hostex_takes_the_old_refresh_token_again_a_kill_costs_nothing(
    hostex: World, second: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=6)
    monkeypatch.setattr(hostex.sandbox.oauth, "_refresh_tokens", _Everlasting())
    await kill_while_storing(hostex, grant, monkeypatch)
    hostex.clock.advance(minutes=3)
    assert await hostex.works(await token_of(second, grant))
    assert (await second.now_of(grant)).link == 2


async def test_killed_after_the_pair_is_stored_it_is_used_and_none_is_asked_for(
    hostex: World, second: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await hostex.partner_grant()
    old = await token_of(hostex, grant)
    hostex.clock.advance(days=6)

    async def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(hostex.store.grants, "release", die)
        with pytest.raises(Killed):
            await hostex.linking.live(grant)
    new = await token_of(second, grant)
    assert new != old
    assert await hostex.works(new)
    assert refreshes(hostex) == 1


async def test_a_pair_that_could_not_be_stored_is_stored_by_the_next_try_and_used_only_then(
    hostex: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await hostex.partner_grant()
    old = await token_of(hostex, grant)
    hostex.clock.advance(days=6)

    async def fail(*_: object) -> bool:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(hostex.store.grants, "replace_credential", fail)
        assert await token_of(hostex, grant) == old
    new = await token_of(hostex, grant)
    assert new != old
    assert await hostex.works(new)
    assert refreshes(hostex) == 1


async def test_a_pair_that_could_not_be_stored_is_revoked_with_its_grant(
    hostex: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=6)
    unstored: list[Credential] = []

    async def fail(grant_id: str, credential: Credential, link: int) -> bool:
        unstored.append(credential)
        raise OSError("disk full")

    monkeypatch.setattr(hostex.store.grants, "replace_credential", fail)
    await hostex.linking.live(grant)
    await hostex.linking.end(grant.grant_id, "You disconnected it.")
    assert not await hostex.works(unstored[0].access_token)


async def test_a_grant_that_ends_during_its_renewal_leaves_no_pair_at_hostex(
    hostex: World, second: World
) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=8)
    gate = hostex.wire.after = Gate("/oauth/authorizations")
    renewing = asyncio.create_task(token_of(hostex, grant))
    await gate.reached.wait()
    await second.linking.end(grant.grant_id, "You disconnected it.")
    gate.opened.set()
    with pytest.raises(InvalidToken):
        await renewing
    assert hostex.asked.count(REVOCATION) == 4


async def test_a_caller_who_leaves_does_not_cut_a_renewal_off(hostex: World) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=6)
    async with anyio.create_task_group() as tasks:
        gate = Gate("/oauth/authorizations")
        hostex.wire.before = gate
        tasks.start_soon(token_of, hostex, grant)
        await gate.reached.wait()
        tasks.cancel_scope.cancel()
        gate.opened.set()
    assert (await hostex.now_of(grant)).link == 2


async def test_a_refusal_that_another_process_caused_is_no_refusal(hostex: World, second: World) -> None:
    """The lease of a process that hangs runs out, and its renewal succeeds after all."""
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=8)
    pair = await hostex.kept(grant)
    assert pair is not None
    stolen = await hostex.upstream.refresh(pair)
    gate, renewing = await held_up(second, grant)
    assert await hostex.store.grants.replace_credential(grant.grant_id, stolen, 1)
    gate.opened.set()
    assert await renewing == stolen.access_token
    assert (await hostex.now_of(grant)).status == "active"


class _Everlasting(set[str]):
    """Refresh tokens that do not die when they are used."""

    def __contains__(self, token: object) -> bool:
        return True

    def remove(self, element: str, /) -> None:
        """Leave it there."""
