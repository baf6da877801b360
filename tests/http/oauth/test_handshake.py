"""The whole handshake, driven by the MCP SDK's own client."""

from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from mcp.client.auth import OAuthClientProvider, OAuthFlowError
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientMetadata,
)
from pydantic import AnyUrl

from tests.http.authorizing import CALLBACK, DOCUMENT, RESOURCE, Deployment, answer_at, deployed
from tests.support.python_client import ClientMemory

pytestmark = pytest.mark.anyio


@dataclass
class Person:
    """Follows the link and clicks yes. `changed` is what an attacker alters on the way back."""

    server: Deployment
    changed: dict[str, str | None]
    answer: dict[str, str]

    async def open(self, url: str) -> None:
        response = await self.server.http.get(url)
        back = await self.server.http.get(response.headers["location"])
        assert back.headers["location"].startswith(CALLBACK)
        self.answer = answer_at(back)

    async def result(self) -> AuthorizationCodeResult:
        values = {**self.answer, **self.changed}
        return AuthorizationCodeResult(
            code=values["code"] or "", state=values.get("state"), iss=values.get("iss")
        )


def client_of(
    server: Deployment,
    memory: ClientMemory,
    *,
    document: str | None = None,
    method: str = "none",
    server_url: str = RESOURCE,
    changed: dict[str, str | None] | None = None,
) -> httpx2.AsyncClient:
    person = Person(server, changed or {}, {})
    metadata = OAuthClientMetadata.model_validate(
        {
            "redirect_uris": [AnyUrl(CALLBACK)],
            "client_name": "Example App",
            "token_endpoint_auth_method": method,
        }
    )
    auth = OAuthClientProvider(server_url, metadata, memory, person.open, person.result, document)
    return httpx2.AsyncClient(transport=server.transport, auth=auth)


@pytest.mark.parametrize("method", ["none", "client_secret_post", "client_secret_basic"])
async def test_a_client_that_registers_itself_connects(tmp_path: Path, method: str) -> None:
    memory = ClientMemory()
    async with deployed(tmp_path) as server, client_of(server, memory, method=method) as client:
        response = await client.post(RESOURCE)
    assert response.json() == {"account": "grant-1", "scopes": ["hostex:read", "hostex:write"]}
    assert memory.client is not None
    assert memory.client.issuer == "https://mcp.example.com"
    assert memory.client.token_endpoint_auth_method == method


async def test_a_client_with_a_document_connects_without_registering(tmp_path: Path) -> None:
    memory = ClientMemory()
    async with deployed(tmp_path) as server:
        server.web.publish_client()
        async with client_of(server, memory, document=DOCUMENT) as client:
            response = await client.post(RESOURCE)
        assert await server.store.clients.count_unused() == 0
    assert response.status_code == 200
    assert server.seen[0].client_id == DOCUMENT


@pytest.mark.parametrize("typed", [f"{RESOURCE}/", f"{RESOURCE}?toolsets=calendar"])
async def test_a_client_connects_however_the_address_was_typed(tmp_path: Path, typed: str) -> None:
    async with deployed(tmp_path) as server, client_of(server, ClientMemory(), server_url=typed) as client:
        response = await client.post(RESOURCE)
    assert response.status_code == 200


async def test_a_client_refreshes_without_asking_the_person(tmp_path: Path) -> None:
    memory = ClientMemory()
    async with deployed(tmp_path) as server, client_of(server, memory) as client:
        await client.post(RESOURCE)
        first = memory.tokens
        server.clock.advance(hours=2)
        assert isinstance(client.auth, OAuthClientProvider)
        client.auth.context.token_expiry_time = 1
        response = await client.post(RESOURCE)
    assert response.status_code == 200
    assert first is not None
    assert memory.tokens is not None
    assert {first.access_token, first.refresh_token}.isdisjoint(
        {memory.tokens.access_token, memory.tokens.refresh_token}
    )
    assert len(server.seen) == 1


async def test_a_client_whose_grant_was_ended_asks_the_person_again(tmp_path: Path) -> None:
    memory = ClientMemory()
    async with deployed(tmp_path) as server, client_of(server, memory) as client:
        await client.post(RESOURCE)
        await server.deps.end_grant("grant-1", "The host disconnected.")
        response = await client.post(RESOURCE)
    assert response.json()["account"] == "grant-2"


async def test_a_client_that_may_only_read_asks_for_more_when_it_needs_to_write(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server, client_of(server, ClientMemory()) as client:
        server.allowed = {"hostex:read"}
        await client.post(RESOURCE)
        server.allowed = {"hostex:read", "hostex:write"}
        response = await client.post(RESOURCE, headers={"Change": "1"})
    assert response.json() == {"account": "grant-2", "scopes": ["hostex:read", "hostex:write"]}


@pytest.mark.parametrize(
    "changed", [{"state": "foreign"}, {"state": None}, {"iss": "https://evil.example"}, {"iss": None}]
)
async def test_an_answer_with_another_state_or_issuer_or_none_is_refused_by_the_client(
    tmp_path: Path, changed: dict[str, str | None]
) -> None:
    async with deployed(tmp_path) as server, client_of(server, ClientMemory(), changed=changed) as client:
        with pytest.raises(OAuthFlowError):
            await client.post(RESOURCE)
        assert server.ended == {}
