"""`/register`: open to all, so bounded, and particular about where codes may be sent."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.http.store.records import OAuthClient
from tests.http.authorizing import CALLBACK, DOCUMENT, deployed, error_of
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio


async def test_a_public_client_gets_an_id_and_no_secret(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(client_name="Example App")
    assert client["token_endpoint_auth_method"] == "none"
    assert client["client_name"] == "Example App"
    assert "client_secret" not in client
    assert "client_secret_expires_at" not in client


async def test_a_confidential_client_gets_a_secret_that_does_not_expire(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        response = await server.http.post("/register", json={"redirect_uris": [CALLBACK]})
    client = response.json()
    assert len(client["client_secret"]) == 64
    assert client["client_secret_expires_at"] == 0
    assert response.headers["cache-control"] == "no-store"


async def test_a_client_can_do_without_naming_anything_but_where_it_is(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
    assert client["grant_types"] == ["authorization_code", "refresh_token"]
    assert client["response_types"] == ["code"]
    assert client["scope"] == "hostex:read hostex:write"


ACCEPTED = [
    "https://claude.ai/api/mcp/auth_callback",
    "https://chatgpt.com/connector_platform_oauth_redirect",
    "https://vscode.dev/redirect",
    "http://127.0.0.1:33418/",
    "http://127.0.0.1:33418",
    "http://localhost:6274/oauth/callback/debug",
    "http://[::1]:1/callback",
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "vscode://vscode.github-authentication/did-authenticate",
    "com.example.app:/oauth2redirect",
    "com.example.app://oauth2redirect?x=%20y",
    "https://Example.com/%7Ecallback?x=%41",
]


@pytest.mark.parametrize("uri", ACCEPTED)
async def test_web_loopback_and_app_addresses_are_accepted_and_come_back_as_written(
    tmp_path: Path, uri: str
) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(redirect_uris=[uri])
        answer = await server.authorize(client["client_id"], redirect_uri=uri)
    assert client["redirect_uris"] == [uri]
    assert answer.headers["location"].startswith("/connect/consent?")


REFUSED = [
    "javascript:alert(1)",
    "JavaScript://x/%0aalert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://a.example/x",
    "about:blank",
    "mailto:a@example.com",
    "view-source:https://a.example",
    "ms-msdt:/id",
    "search-ms:query=x",
    "intent://x#Intent;end",
    "ftp://a.example/",
    "ws://a.example/",
    "tel:1",
    "urn:ietf:wg:oauth:2.0:oob",
    "myapp:callback",
    "myapp:/callback",
    "http://app.example.com/callback",
    "http://10.0.0.1/callback",
    "http://localhost.evil.example/callback",
    "http://127.0.0.1@evil.example/callback",
    "https:///callback",
    "https:callback",
    "https://user:pass@app.example.com/callback",
    "https://app.example.com/callback#fragment",
    "https://app.example.com/*",
    "https://*.example.com/callback",
    "http://localhost:*/callback",
    "https://app.example.com/call back",
    "https://app.example.com/\r\nSet-Cookie:x",
    "https://app.example.com\\@evil.example/",
    "https://app.example.com:99999/callback",
    "https://app.example.com/callback?code=mine",
    "https://app.example.com/callback?iss=mine",
    "https://äpp.example.com/callback",
    "https://[::1/callback",
    "https://256.256.256.256/callback",
    "/callback",
    "",
    "https://app.example.com/" + "x" * 500,
]


@pytest.mark.parametrize("uri", REFUSED)
async def test_an_address_that_a_code_must_not_go_to_is_refused(tmp_path: Path, uri: str) -> None:
    async with deployed(tmp_path) as server:
        response = await server.http.post("/register", json={"redirect_uris": [CALLBACK, uri]})
    assert error_of(response) == "invalid_redirect_uri"


@pytest.mark.parametrize(
    "uris", [None, [], [1], "https://app.example.com", [CALLBACK] * 11, {"a": "b"}, [None]]
)
async def test_redirect_uris_are_one_to_ten_texts(tmp_path: Path, uris: Any) -> None:
    async with deployed(tmp_path) as server:
        response = await server.http.post("/register", json={"redirect_uris": uris})
    assert error_of(response) == "invalid_redirect_uri"


@pytest.mark.parametrize(
    "metadata",
    [
        {"grant_types": ["client_credentials"]},
        {"grant_types": []},
        {"grant_types": "authorization_code"},
        {"response_types": ["token"]},
        {"token_endpoint_auth_method": "client_secret_jwt"},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": ["none"]},
        {"client_name": {"en": "x"}},
        {"scope": ["hostex:read"]},
    ],
)
async def test_metadata_that_cannot_be_served_is_refused(tmp_path: Path, metadata: dict[str, Any]) -> None:
    async with deployed(tmp_path) as server:
        response = await server.http.post("/register", json={"redirect_uris": [CALLBACK], **metadata})
    assert error_of(response) == "invalid_client_metadata"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"\xff", b"[" * 10_000, b"1"])
async def test_what_is_no_json_object_is_refused(tmp_path: Path, body: bytes) -> None:
    async with deployed(tmp_path) as server:
        response = await server.http.post("/register", content=body)
    assert error_of(response) == "invalid_client_metadata"


async def test_giant_metadata_is_cut_off(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        large = await server.http.post("/register", json={"redirect_uris": [CALLBACK], "x": "y" * 20_000})
        many = await server.http.post(
            "/register", json={"redirect_uris": [f"https://a.example/{n}" for n in range(500)]}
        )
    assert (error_of(large, 413), error_of(many)) == ("invalid_request", "invalid_redirect_uri")


async def test_of_metadata_only_what_is_used_is_kept(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(
            logo_uri="https://evil.example/pixel", contacts=["a" * 5_000], jwks={"keys": []}
        )
        stored = await server.store.clients.get(client["client_id"])
    assert stored is not None
    assert len(json.dumps(stored.metadata)) < 300
    assert "logo_uri" not in client


async def test_a_hostile_name_is_cleaned_and_cut(tmp_path: Path) -> None:
    name = "\u202eClaude\u200b\r\n by Anthropic\U000e0041" + "x" * 10_000
    async with deployed(tmp_path) as server:
        client = await server.register(client_name=name)
        await server.consent(client["client_id"])
    assert server.seen[0].client_name.startswith("Claude by Anthropicxxx")
    assert len(server.seen[0].client_name) < 140


async def test_scopes_that_do_not_exist_are_left_out(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        some = await server.register(scope="openid hostex:read offline_access")
        none = await server.register(scope="openid email profile")
    assert (some["scope"], none["scope"]) == ("hostex:read", "hostex:read hostex:write")


async def test_the_same_public_registration_is_the_same_client(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        first = await server.register(client_name="Claude")
        again = await server.register(client_name="Claude", software_id="another")
        other = await server.register(client_name="Other")
        assert await server.store.clients.count_unused() == 2
    assert first["client_id"] == again["client_id"] != other["client_id"]


async def test_confidential_clients_never_share_a_secret(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        first = await server.register(token_endpoint_auth_method="client_secret_post")
        second = await server.register(token_endpoint_auth_method="client_secret_post")
    assert first["client_id"] != second["client_id"]
    assert first["client_secret"] != second["client_secret"]


async def test_a_client_that_nobody_uses_is_forgotten_after_a_week(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        unused = await server.register(client_name="Unused")
        used = await server.register(client_name="Used")
        await server.connect(used["client_id"])
        server.clock.advance(days=7, seconds=1)
        await server.store.clean()
        assert (await server.authorize(unused["client_id"])).status_code == 400
        assert (await server.authorize(used["client_id"])).status_code == 303


async def test_a_flood_of_registrations_drives_out_its_own_and_nobody_who_was_ever_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hostex_mcp.http.oauth.clients.MOST_UNUSED", 3)
    async with deployed(tmp_path) as server:
        used = await server.register(client_name="Claude")
        await server.connect(used["client_id"])
        flood: list[str] = []
        for number in range(5):
            server.clock.advance(minutes=11)
            flood.append((await server.register(client_name=f"New {number}"))["client_id"])
        statuses = [(await server.authorize(client_id)).status_code for client_id in flood]
        assert statuses == [400, 400, 303, 303, 303]
        assert (await server.authorize(used["client_id"])).status_code == 303


async def test_the_registrations_of_an_address_are_counted_over_all_processes_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hostex_mcp.http.oauth.registration.MOST_OF_ADDRESS", 4)
    keys, clock = KeyRing([new_key()]), Clock()
    where: dict[str, Any] = {"keys": keys, "clock": clock}
    async with deployed(tmp_path, **where) as one, deployed(tmp_path, **where) as other:
        for number in range(2):
            for server in (one, other):
                await server.register(client_name=f"App {number} {server is one}")
        metadata = {"client_name": "One more", "redirect_uris": [CALLBACK]}
        for server in (one, other):
            refused = await server.http.post("/register", json=metadata)
            assert refused.status_code == 429
            assert refused.headers["retry-after"] == "60"
        # A client that is there already is told its id all the same.
        assert await other.register(client_name="App 0 True")
        clock.advance(seconds=60)
        assert (await one.http.post("/register", json=metadata)).status_code == 201


async def test_a_flood_of_documents_drives_out_its_own_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hostex_mcp.http.oauth.clients.MOST_UNUSED", 2)
    async with deployed(tmp_path) as server:
        for number in range(3):
            server.clock.advance(minutes=11)
            server.web.publish_client(f"https://app.example.com/{number}.json")
            answer = await server.authorize(f"https://app.example.com/{number}.json")
            assert answer.status_code == 303
        assert await server.store.clients.count_unused() == 2
        assert await server.store.clients.get("https://app.example.com/0.json") is None


async def test_a_flood_drives_out_nobody_whose_person_may_be_about_to_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hostex_mcp.http.oauth.clients.MOST_UNUSED", 3)
    async with deployed(tmp_path) as server:
        victim = await server.register(client_name="Victim")
        for number in range(2):
            await server.register(client_name=f"Flood {number}")
        server.clock.advance(minutes=9)
        refused = await server.http.post("/register", json={"redirect_uris": [CALLBACK]})
        server.web.publish_client()
        described = await server.authorize(DOCUMENT)
        again = await server.register(client_name="Victim")
        assert (await server.authorize(victim["client_id"])).status_code == 303
    assert error_of(refused, 503) == "temporarily_unavailable"
    assert described.status_code == 503
    assert "Try again in ten minutes" in described.text
    assert again["client_id"] == victim["client_id"]


def _contents(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.iterdir()]


async def test_a_secret_is_in_the_database_in_no_readable_form(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(token_endpoint_auth_method="client_secret_post")
        pair = await server.exchange(
            client["client_id"],
            (await server.consent(client["client_id"]))["code"],
            client_secret=client["client_secret"],
        )
    everything = b"".join(_contents(tmp_path))
    assert client["client_id"].encode() in everything
    secrets = [client["client_secret"], *(pair.json()[name] for name in ("access_token", "refresh_token"))]
    assert not [secret for secret in secrets if secret.encode() in everything]


async def test_a_client_shows_no_secret_when_printed(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(token_endpoint_auth_method="client_secret_post")
        stored = await server.store.clients.get(client["client_id"])
    assert isinstance(stored, OAuthClient)
    assert client["client_secret"] not in repr(replace(stored))
