"""Who may call `/mcp`, and what everybody else is told."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from hostex_mcp.http.store.records import Choices, Code, Credential, Grant
from tests.http.authorizing import (
    CALLBACK,
    HOSTEX_TOKEN,
    RESOURCE,
    VERIFIER,
    Deployment,
    challenge_of,
    deployed,
    error_of,
)

pytestmark = pytest.mark.anyio

METADATA = 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"'
SCOPE = 'scope="hostex:read hostex:write"'


async def test_without_a_token_the_challenge_says_where_to_go_and_names_no_error(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        response = await server.call(None)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == f"Bearer {METADATA}, {SCOPE}"
    assert response.headers["cache-control"] == "no-store"


async def test_with_a_bad_token_the_challenge_names_the_error(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        response = await server.call("hmx_at_" + "a" * 43)
    challenge = response.headers["www-authenticate"]
    assert response.status_code == 401
    assert challenge.startswith('Bearer error="invalid_token", error_description="')
    assert challenge.endswith(f", {METADATA}, {SCOPE}")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_may_be_written_in_any_case(tmp_path: Path, scheme: str) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        pair = await server.connect(client["client_id"])
        response = await server.call(None, Authorization=f"{scheme} {pair['access_token']}")
    assert response.status_code == 200


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic eDp5", "Token x", "Bearer a b", "Bearer\tx"]
)
async def test_what_is_no_bearer_token_is_as_if_none_was_sent(tmp_path: Path, header: str) -> None:
    async with deployed(tmp_path) as server:
        response = await server.call(None, Authorization=header)
    assert response.status_code == 401
    assert "error" not in response.headers["www-authenticate"]


def _forged(**header: Any) -> str:
    claims = {"iss": "https://mcp.example.com", "aud": RESOURCE, "sub": "grant-1", "exp": 4_102_444_800}
    parts = [json.dumps(part).encode() for part in ({"typ": "JWT"} | header, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


FORGED = {
    "alg none": _forged(alg="none"),
    "embedded key": _forged(alg="RS256", jwk={"kty": "RSA", "n": "AQAB", "e": "AQAB"}) + "c2ln",
    "key address": _forged(alg="RS256", jku="https://evil.example/jwks.json") + "c2ln",
    "unknown kid": _forged(alg="RS256", kid="unknown") + "c2ln",
    "not valid yet": _forged(alg="none", nbf=4_102_444_800),
    "signed with a public text": jwt.encode({"aud": RESOURCE}, "x" * 32, algorithm="HS256"),
    "a Hostex token": HOSTEX_TOKEN,
    "a refresh token's form": "hmx_rt_" + "a" * 43,
    "too short": "hmx_at_" + "a" * 42,
    "too long": "hmx_at_" + "a" * 44,
    "wildcard": "hmx_at_" + "%" * 43,
    "giant": "hmx_at_" + "a" * 100_000,
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
async def test_a_token_that_was_not_issued_here_is_refused(tmp_path: Path, forged: str) -> None:
    async with deployed(tmp_path) as server:
        response = await server.call(forged)
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]
    assert forged[:20] not in response.text
    assert server.web.fetched == []


async def _issue(server: Deployment, grant: Grant) -> str:
    await server.store.grants.add(grant, Credential("token", SecretStr(HOSTEX_TOKEN)))
    await server.store.grants.activate(grant.grant_id)
    code = Code(
        grant_id=grant.grant_id,
        client_id=grant.client_id,
        redirect_uri=CALLBACK,
        redirect_uri_given=True,
        code_challenge=challenge_of(VERIFIER),
        scopes=("hostex:read",),
        resource=grant.resource,
        expires_at=server.clock().replace(year=2027),
    )
    await server.store.codes.issue("hmx_ac_other", code)
    pair = await server.store.tokens.redeem("hmx_ac_other")
    assert pair is not None
    return pair.access_token


async def test_a_token_for_another_audience_in_the_same_database_is_refused(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        ours = Grant(
            grant_id="ours",
            client_id=client["client_id"],
            client_name="Example App",
            returns_to=CALLBACK,
            choices=Choices(frozenset({"hostex:read"})),
            resource=RESOURCE,
            browser="b",
            kind="token",
            status="pending",
            created_at=server.clock(),
        )
        token = await _issue(server, replace(ours, grant_id="theirs", resource="https://other.example/mcp"))
        assert (await server.call(token)).status_code == 401


async def test_a_token_of_an_ended_grant_is_refused_at_once(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        pair = await server.connect(client["client_id"])
        assert (await server.call(pair["access_token"])).status_code == 200
        await server.deps.end_grant("grant-1", "The host disconnected.")
        assert (await server.call(pair["access_token"])).status_code == 401


async def test_a_token_in_the_address_or_the_body_is_not_taken(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        pair = await server.connect(client["client_id"])
        sent = {"access_token": pair["access_token"]}
        linked = await server.http.post("/mcp", params=sent)
        posted = await server.http.post("/mcp", data=sent)
    assert (linked.status_code, posted.status_code) == (401, 401)


async def test_two_tokens_are_refused(tmp_path: Path) -> None:
    async with deployed(tmp_path, allow_token_header=True) as server:
        client = await server.register()
        token = (await server.connect(client["client_id"]))["access_token"]
        twice = [("Authorization", f"Bearer {token}"), ("Authorization", "Bearer x")]
        both = [("Authorization", f"Bearer {token}"), ("Hostex-Access-Token", HOSTEX_TOKEN)]
        own = [("Hostex-Access-Token", HOSTEX_TOKEN), ("Hostex-Access-Token", HOSTEX_TOKEN)]
        answers = [await server.http.post("/mcp", headers=headers) for headers in (twice, both, own)]
    assert [error_of(answer) for answer in answers] == ["invalid_request"] * 3


async def test_a_token_of_the_callers_own_is_served_only_where_that_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "closed").mkdir()
    async with deployed(tmp_path / "open", allow_token_header=True) as server:
        served = await server.call(None, Hostex_Access_Token=HOSTEX_TOKEN)
        other = await server.call(None, Hostex_Access_Token="another-token")
    async with deployed(tmp_path / "closed") as server:
        refused = await server.call(None, Hostex_Access_Token=HOSTEX_TOKEN)
    account = served.json()["account"]
    assert account.startswith("token-")
    assert HOSTEX_TOKEN not in account
    assert account != other.json()["account"]
    assert refused.status_code == 401


@pytest.mark.parametrize("token", ["", "short", "x" * 1_025, "with space", "Bearer hmx_at_x"])
async def test_what_cannot_be_a_hostex_token_is_refused(tmp_path: Path, token: str) -> None:
    async with deployed(tmp_path, allow_token_header=True) as server:
        response = await server.call(None, Hostex_Access_Token=token)
    assert response.status_code == 401


async def test_too_little_scope_is_answered_with_the_scopes_to_ask_for(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.allowed = {"hostex:read"}
        client = await server.register()
        pair = await server.connect(client["client_id"])
        response = await server.call(pair["access_token"], Change="1")
    assert response.status_code == 403
    assert response.headers["www-authenticate"].startswith('Bearer error="insufficient_scope", ')
    assert response.headers["www-authenticate"].endswith(f", {METADATA}, {SCOPE}")
