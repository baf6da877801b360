"""Invitations in either database: used once, sealed, and gone with the grant they were made from."""

import asyncio
from typing import Any

import pytest

from hostex_mcp.http.store import Store
from hostex_mcp.http.store.grants import EndedGrants
from hostex_mcp.http.store.invitations import LIFE
from hostex_mcp.http.store.records import Choices, Invitation
from hostex_mcp.server.changes.owner import OwnerRule
from tests.http.keeping import BOTH, a_credential, a_grant, granted
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio

RULE = OwnerRule(money=500)
TOOLS = ("list_properties",)
BOUNDS = Choices(frozenset(BOTH), ("tasks",), (7, 8), "strict", tools=TOOLS, money=False, rule=RULE)


async def invited(store: Store, owner: str) -> tuple[str, Invitation]:
    return await store.invitations.make(owner, "Maria", "Ana", BOUNDS)


async def waiting(store: Store, made: Invitation, **changes: Any) -> str:
    """The id of a grant that waits for the last answer of somebody who was invited."""
    usual = {"kind": "invited", "owner_id": made.grant_id, "invitation_id": made.invitation_id}
    grant = a_grant(**usual | {"status": "pending", "person": "Maria", "choices": made.choices} | changes)
    await store.grants.add(grant)
    return grant.grant_id


async def test_an_invitation_comes_back_as_it_was_made_until_it_is_over(store: Store, clock: Clock) -> None:
    secret, made = await invited(store, await granted(store))
    assert await store.invitations.find(secret) == made
    assert await store.invitations.get(made.invitation_id) == made
    assert await store.invitations.find(f"{secret}x") is None
    clock.advance(seconds=LIFE.total_seconds())
    assert await store.invitations.find(secret) is None
    await store.clean()
    assert await store.invitations.of_grants([made.grant_id], 5) == []


async def test_of_grants_that_use_one_invitation_at_once_one_becomes_active(store: Store) -> None:
    secret, made = await invited(store, await granted(store))
    grants = [await waiting(store, made) for _ in range(4)]
    answers = await asyncio.gather(*map(store.grants.activate, grants))
    active = [grant for grant in answers if grant]
    assert len(active) == 1
    assert active[0].choices == BOUNDS
    assert await store.invitations.find(secret) is None
    states = [kept.status for kept in await store.grants.some(grants)]
    assert sorted(states) == ["active", "pending", "pending", "pending"]


async def test_people_end_with_the_grant_that_invited_them_and_alone_without_it(store: Store) -> None:
    owner = await granted(store)
    secret, made = await invited(store, owner)
    first = await waiting(store, made)
    assert await store.grants.activate(first)
    other, second_made = await invited(store, owner)
    late = await waiting(store, second_made)
    assert await store.grants.end(first, "left") == EndedGrants((first,), None)
    kept = await store.grants.get(owner)
    assert kept
    assert kept.status == "active"
    assert await store.grants.end(owner, "gone") == EndedGrants((owner, late), a_credential())
    assert await store.grants.activate(late) is None
    assert [await store.invitations.find(text) for text in (secret, other)] == [None, None]


async def test_whoever_accepts_while_the_owner_ends_the_link_stops_neither_and_is_out(store: Store) -> None:
    for _ in range(12):
        owner = await granted(store)
        people = [await waiting(store, (await invited(store, owner))[1]) for _ in range(3)]
        ended, *_ = await asyncio.gather(store.grants.end(owner, "gone"), *map(store.grants.activate, people))
        assert ended is not None
        assert {grant.status for grant in await store.grants.some([owner, *people])} == {"ended"}
