"""The documents that clients find their way with: the same to the byte wherever a client looks."""

from pathlib import Path

import pytest

from tests.http.authorizing import ORIGIN, RESOURCE, answer_at, deployed

pytestmark = pytest.mark.anyio

SERVER = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/mcp",
    "/.well-known/openid-configuration",
    "/.well-known/openid-configuration/mcp",
    "/mcp/.well-known/openid-configuration",
    "/mcp/.well-known/oauth-authorization-server",
]
PROTECTED = ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"]


async def test_every_place_has_the_same_document(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        ours = {(await server.http.get(path)).content for path in SERVER}
        resources = {(await server.http.get(path)).content for path in PROTECTED}
    assert (len(ours), len(resources)) == (1, 1)


async def test_the_issuer_is_the_same_text_everywhere(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        document = await server.http.get(SERVER[0])
        resource = await server.http.get(PROTECTED[0])
        client = await server.register()
        success = await server.consent(client["client_id"])
        failure = answer_at(await server.authorize(client["client_id"], response_type="token"))
    assert b'"issuer":"https://mcp.example.com",' in document.content
    assert b'"authorization_servers":["https://mcp.example.com"]' in resource.content
    assert (success["iss"], failure["iss"]) == (ORIGIN, ORIGIN)


async def test_the_resource_is_the_address_to_type(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        resource = (await server.http.get(PROTECTED[0])).json()
    assert resource["resource"] == RESOURCE
    assert resource["scopes_supported"] == ["hostex:read", "hostex:write"]
    assert resource["bearer_methods_supported"] == ["header"]


async def test_the_document_says_what_clients_look_for(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        document = (await server.http.get(SERVER[0])).json()
    assert document["authorization_endpoint"] == "https://mcp.example.com/authorize"
    assert document["token_endpoint"] == "https://mcp.example.com/token"
    assert document["registration_endpoint"] == "https://mcp.example.com/register"
    assert document["revocation_endpoint"] == "https://mcp.example.com/revoke"
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["response_types_supported"] == ["code"]
    assert document["grant_types_supported"] == ["authorization_code", "refresh_token"]
    methods = {"none", "client_secret_post", "client_secret_basic", "private_key_jwt"}
    assert set(document["token_endpoint_auth_methods_supported"]) == methods
    assert document["client_id_metadata_document_supported"] is True
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["scopes_supported"] == ["hostex:read", "hostex:write"]


@pytest.mark.parametrize("path", [SERVER[0], PROTECTED[0], "/authorize?client_id=x", "/mcp"])
async def test_headers_that_claim_another_host_change_nothing(tmp_path: Path, path: str) -> None:
    forged = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.example;proto=http",
    }
    async with deployed(tmp_path) as server:
        response = await server.http.get(path, headers=forged)
        usual = await server.http.get(path)
    assert "evil.example" not in response.text + str(response.headers)
    assert response.content == usual.content


@pytest.mark.parametrize("path", [SERVER[0], PROTECTED[0]])
async def test_documents_are_json_that_may_be_kept_for_a_while(tmp_path: Path, path: str) -> None:
    async with deployed(tmp_path) as server:
        response = await server.http.get(path)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "public, max-age=300"
