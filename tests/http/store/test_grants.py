import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from hostex_mcp.http.store import Store, open_store
from hostex_mcp.http.store.grants import EndedGrants
from hostex_mcp.http.store.records import Choices, Credential
from tests.http.keeping import (
    HOSTEX_TOKEN,
    RING,
    a_code,
    a_credential,
    a_grant,
    a_pair_at_hostex,
    connected,
    granted,
)
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio


async def test_a_grant_is_kept_with_all_that_was_chosen(store: Store) -> None:
    chosen = Choices(frozenset({"hostex:read"}), ("calendar", "finance"), (7, 11), "strict")
    grant = a_grant(choices=chosen, client_name="Zoë, client 🏖")
    await store.grants.add(grant, a_credential())
    assert await store.grants.get(grant.grant_id) == grant
    assert await store.grants.get("other") is None


async def test_a_credential_comes_back_as_it_was(store: Store, clock: Clock) -> None:
    partner = a_pair_at_hostex(clock.now + timedelta(days=7))
    for credential in (a_credential(), Credential("token", SecretStr("x")), partner):
        grant = a_grant(kind=credential.kind)
        await store.grants.add(grant, credential)
        assert await store.grants.credential(grant.grant_id) == (credential, 1)


async def test_a_pending_grant_becomes_active_once_with_the_properties_that_were_chosen(
    store: Store,
) -> None:
    grant_id = await granted(store, status="pending")
    active = await store.grants.activate(grant_id, (3, 5))
    assert active is not None
    assert (active.status, active.choices.property_ids) == ("active", (3, 5))
    assert active.choices.scopes == {"hostex:read", "hostex:write"}
    assert await store.grants.get(grant_id) == active
    assert await store.grants.activate(grant_id, (8,)) is None


async def test_a_pending_grant_may_become_active_with_the_properties_it_had(store: Store) -> None:
    chosen = Choices(frozenset({"hostex:read"}), property_ids=(9,))
    grant_id = await granted(store, status="pending", choices=chosen)
    active = await store.grants.activate(grant_id)
    assert active is not None
    assert active.choices == chosen


async def test_a_grant_that_was_pending_for_15_minutes_is_abandoned(store: Store, clock: Clock) -> None:
    grant_id = await granted(store, status="pending", created_at=clock.now)
    clock.advance(minutes=14)
    assert await store.grants.abandoned() == []
    clock.advance(minutes=1)
    assert await store.grants.activate(grant_id) is None
    assert await store.grants.abandoned() == [grant_id]


async def test_a_newer_credential_takes_the_place_of_the_one_it_followed_only(
    store: Store, clock: Clock
) -> None:
    ends = clock.now + timedelta(days=7)
    grant = a_grant(kind="partner")
    await store.grants.add(grant, a_pair_at_hostex(clock.now))
    newer = replace(a_pair_at_hostex(ends), access_token=SecretStr("newer"))
    assert await store.grants.replace_credential(grant.grant_id, newer, link=1)
    assert not await store.grants.replace_credential(grant.grant_id, a_pair_at_hostex(ends), link=1)
    assert await store.grants.credential(grant.grant_id) == (newer, 2)
    kept = await store.grants.get(grant.grant_id)
    assert kept is not None
    assert kept.link == 2
    assert [holder.grant_id for holder in await store.grants.of_token("newer")] == [grant.grant_id]
    assert await store.grants.of_token("partner-access") == []


async def test_a_lease_is_held_by_one_until_it_is_given_back_or_over(store: Store, clock: Clock) -> None:
    grant_id = await granted(store)
    assert await store.grants.lease(grant_id, 30)
    assert not await store.grants.lease(grant_id, 30)
    await store.grants.release(grant_id)
    assert await store.grants.lease(grant_id, 30)
    clock.advance(seconds=29)
    assert not await store.grants.lease(grant_id, 30)
    clock.advance(seconds=1)
    assert await store.grants.lease(grant_id, 30)


async def test_a_lease_from_before_the_clock_was_put_back_holds_nobody_up_for_hours(
    store: Store, clock: Clock
) -> None:
    grant_id = await granted(store)
    assert await store.grants.lease(grant_id, 30)
    clock.advance(minutes=-4)
    assert not await store.grants.lease(grant_id, 30)
    clock.advance(hours=-3)
    assert await store.grants.lease(grant_id, 30)


async def test_an_ended_grant_keeps_its_reason_and_nothing_that_opens_an_account(
    store: Store, clock: Clock
) -> None:
    grant_id, pair = await connected(store, clock.now)
    code = await a_code(store, grant_id, clock.now)
    ended = await store.grants.end(grant_id, "disconnected in the browser")
    assert ended == EndedGrants((grant_id,), a_credential())
    assert await store.grants.end(grant_id, "again") is None
    kept = await store.grants.get(grant_id)
    assert kept is not None
    assert (kept.status, kept.reason) == ("ended", "disconnected in the browser")
    assert await store.grants.credential(grant_id) is None
    assert await store.grants.of_token(HOSTEX_TOKEN) == []
    assert await store.codes.get(code) is None
    assert await store.tokens.redeem(code) is None
    assert await store.tokens.access(pair.access_token) is None
    assert await store.tokens.refreshable(pair.refresh_token) is None
    assert await store.tokens.reused(pair.refresh_token) is None
    assert await store.tokens.rotate(pair.refresh_token, ("hostex:read",)) is None


async def test_nothing_more_is_done_to_an_ended_grant(store: Store) -> None:
    grant_id = await granted(store)
    await store.grants.end(grant_id, "disconnected")
    assert not await store.grants.lease(grant_id, 30)
    assert not await store.grants.replace_credential(grant_id, a_credential(), link=1)
    assert await store.grants.activate(grant_id) is None
    assert await store.grants.end("never was", "x") is None


async def test_an_ended_grant_is_shown_for_90_days(store: Store, clock: Clock) -> None:
    grant_id = await granted(store)
    await store.grants.end(grant_id, "disconnected")
    clock.advance(days=89)
    await store.clean()
    assert [grant.grant_id for grant in await store.grants.in_browser("browser-1")] == [grant_id]
    clock.advance(days=1)
    await store.clean()
    assert await store.grants.in_browser("browser-1") == []


async def test_a_browser_lists_its_own_grants_newest_first(store: Store, clock: Clock) -> None:
    older = await granted(store, created_at=clock.now - timedelta(days=1))
    newer = await granted(store, created_at=clock.now)
    await granted(store, status="pending")
    await granted(store, browser="browser-2")
    assert [grant.grant_id for grant in await store.grants.in_browser("browser-1")] == [newer, older]


async def test_grants_are_found_by_the_hostex_token_they_hold(store: Store) -> None:
    mine = await granted(store)
    await store.grants.add(a_grant(), a_credential("another token"))
    await granted(store, status="pending")
    assert [grant.grant_id for grant in await store.grants.of_token(HOSTEX_TOKEN)] == [mine]
    assert await store.grants.of_token("no such token \udcff") == []


async def test_partner_pairs_that_end_soon_are_due_soonest_first(store: Store, clock: Clock) -> None:
    grants = {days: a_grant(kind="partner") for days in (1.5, 0.5, 6)}
    for days, grant in grants.items():
        await store.grants.add(grant, a_pair_at_hostex(clock.now + timedelta(days=days)))
    pending = a_grant(kind="partner", status="pending")
    await store.grants.add(pending, a_pair_at_hostex(clock.now))
    await granted(store)
    due = await store.grants.due(clock.now + timedelta(days=2))
    assert due == [grants[0.5].grant_id, grants[1.5].grant_id]


async def test_the_last_use_is_noted_and_never_an_earlier_one_in_its_place(
    store: Store, clock: Clock
) -> None:
    grant_id = await granted(store)
    store.grants.touch(grant_id)
    clock.advance(seconds=59)
    store.grants.touch(grant_id)
    last = clock.now
    await store.grants.write_uses()
    clock.advance(hours=-3)
    store.grants.touch(grant_id)
    await store.grants.write_uses()
    kept = await store.grants.get(grant_id)
    assert kept
    assert kept.used_at == last


async def test_a_name_that_no_database_can_hold_is_no_grant(store: Store) -> None:
    await store.grants.add(a_grant(grant_id="known"), a_credential())
    assert [grant.grant_id for grant in await store.grants.some(["known", "\0", "\ud800"])] == ["known"]


async def test_a_grant_of_an_earlier_version_lets_no_app_ask_about_changes_itself(
    sqlite_url: SecretStr,
) -> None:
    async with open_store(sqlite_url, RING) as opened:
        grant_id = await granted(opened, choices=Choices(frozenset({"hostex:write"}), confirm="token"))
        with closing(sqlite3.connect(sqlite_url.get_secret_value().removeprefix("sqlite:///"))) as file:
            file.execute("UPDATE grants SET choices = json_remove(choices, '$.confirm')")
            file.commit()
        older = await opened.grants.get(grant_id)
    assert older is not None
    assert older.choices.confirm == "auto"
