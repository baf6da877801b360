"""Stores in either database, a clock that tests move, and records to put in."""

import secrets
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store import Store, new_code, open_store
from hostex_mcp.http.store.records import Choices, Code, Credential, Grant, Pair
from hostex_mcp.server.changes.record import PendingChange
from tests.support.clock import NOW, Clock

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"
OLDER_KEY = "YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI"
RING = KeyRing([KEY])
HOSTEX_TOKEN = "hostex-token-of-the-harbour-loft"
BOTH = ("hostex:read", "hostex:write")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database_url: SecretStr, clock: Clock) -> AsyncGenerator[Store]:
    async with open_store(database_url, RING, grace=60, now=clock) as opened:
        yield opened


def a_grant(**changes: Any) -> Grant:
    grant = Grant(
        grant_id=secrets.token_hex(8),
        client_id="claude",
        client_name="Claude",
        returns_to="claude.ai",
        choices=Choices(frozenset(BOTH)),
        resource="https://mcp.example.com/mcp",
        browser="browser-1",
        kind="token",
        status="active",
        created_at=NOW,
    )
    return replace(grant, **changes)


def a_credential(token: str = HOSTEX_TOKEN) -> Credential:
    return Credential("token", SecretStr(token))


def a_pair_at_hostex(expires_at: datetime) -> Credential:
    return Credential("partner", SecretStr("partner-access"), SecretStr("partner-refresh"), expires_at)


async def granted(store: Store, **changes: Any) -> str:
    """The id of a new grant with a pasted token."""
    grant = a_grant(**changes)
    await store.grants.add(grant, a_credential())
    return grant.grant_id


async def a_code(store: Store, grant_id: str, now: datetime) -> str:
    """A code issued now for a minute."""
    text = new_code()
    await store.codes.issue(
        text,
        Code(
            grant_id=grant_id,
            client_id="claude",
            redirect_uri="https://claude.ai/callback",
            redirect_uri_given=True,
            code_challenge="c" * 43,
            scopes=BOTH,
            resource="https://mcp.example.com/mcp",
            expires_at=now + timedelta(seconds=60),
        ),
    )
    return text


async def connected(store: Store, now: datetime) -> tuple[str, Pair]:
    """A grant and its first pair."""
    grant_id = await granted(store)
    pair = await store.tokens.redeem(await a_code(store, grant_id, now))
    assert pair is not None
    return grant_id, pair


def a_change(grant_id: str | None, **values: Any) -> PendingChange:
    """A price change that waits, of this grant's account."""
    usual: dict[str, Any] = {
        "account": grant_id or "local",
        "grant": grant_id,
        "asked_by": "Claude",
        "tool": "update_listing_prices",
        "title": "Set prices",
        "arguments": {"listing_id": "1", "prices": [{"price": 163}]},
        "digest": "d" * 64,
        "state_digest": "s" * 64,
        "preview": {
            "summary": "Set prices of Harbour Loft on Airbnb",
            "changes": [{"what": "Fri 11 and Sat 12 Dec 2026", "before": "€148", "after": "€163"}],
        },
        "asked_at": NOW,
        "expires": NOW + timedelta(minutes=10),
    }
    return PendingChange(**usual | values)
