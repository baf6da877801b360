"""Clients whose id is the address of their own description."""

import json
from pathlib import Path
from typing import Any

import pytest

from hostex_mcp.http.oauth.cimd import DocumentProblem, Documents
from hostex_mcp.http.oauth.clients import ClientRegistry, verified_domain
from hostex_mcp.public_fetch import FetchFailed, NothingHeard
from tests.http.authorizing import CALLBACK, DOCUMENT, deployed, error_of
from tests.http.html_pages import Html

pytestmark = pytest.mark.anyio


async def test_a_client_that_publishes_its_description_needs_no_registration(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client()
        pair = await server.connect(DOCUMENT)
        assert (await server.call(pair["access_token"])).status_code == 200
        assert (await server.refresh(DOCUMENT, pair["refresh_token"])).status_code == 200
    assert server.web.fetched == [DOCUMENT]
    assert (server.seen[0].client_id, server.seen[0].client_name) == (DOCUMENT, "Example App")


async def test_the_host_of_the_document_vouches_for_the_client() -> None:
    assert verified_domain(DOCUMENT) == "app.example.com"
    assert verified_domain("c7a1f3f0-0000-4000-8000-000000000000") is None


async def test_a_client_without_a_name_is_called_by_its_host(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client(client_name=None)
        await server.consent(DOCUMENT)
    assert server.seen[0].client_name == "app.example.com"


async def test_loopback_ports_may_vary_for_it_too(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client(redirect_uris=["http://localhost/callback", "http://127.0.0.1/callback"])
        await server.consent(DOCUMENT, redirect_uri="http://localhost:54212/callback")
    assert server.seen[0].redirect_uri == "http://localhost:54212/callback"


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "https://app.example.com/oauth/other.json"},
        {"client_id": "https://APP.example.com/oauth/client.json"},
        {"client_id": f"{DOCUMENT}/"},
        {"client_id": None},
        {"redirect_uris": []},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["https://256.256.256.256/callback"]},
        {"redirect_uris": [f"https://app.example.com/{n}" for n in range(11)]},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"token_endpoint_auth_method": "client_secret_basic"},
        {"token_endpoint_auth_method": "client_secret_jwt"},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": ["none"]},
        {"client_secret": "x"},
        {"client_name": ["x"]},
    ],
)
async def test_a_description_of_something_else_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client(**changed)
        response = await server.authorize(DOCUMENT)
    assert (response.status_code, "location" in response.headers) == (400, False)


@pytest.mark.parametrize("content", [b"", b"[]", b"<html>", b"\xff\xfe", b"[" * 5_000, b"null"])
async def test_what_is_no_json_object_is_refused(tmp_path: Path, content: bytes) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish(DOCUMENT, content)
        assert (await server.authorize(DOCUMENT)).status_code == 400


@pytest.mark.parametrize(("name", "status"), [("redirect_uris", 400), ("more", 303)])
async def test_a_document_that_names_a_member_twice_is_refused(
    tmp_path: Path, name: str, status: int
) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client()
        once = server.web.pages[DOCUMENT].content
        server.web.publish(DOCUMENT, f'{{"{name}": ["https://evil.example/cb"], '.encode() + once[1:])
        assert (await server.authorize(DOCUMENT)).status_code == status


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "", "image/svg+xml"])
async def test_a_page_of_another_kind_is_refused(tmp_path: Path, kind: str) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client()
        server.web.publish(DOCUMENT, server.web.pages[DOCUMENT].content, content_type=kind)
        assert (await server.authorize(DOCUMENT)).status_code == 400


@pytest.mark.parametrize(
    "client_id",
    [
        "https://app.example.com",
        "https://app.example.com/",
        "https://app.example.com/a/../client.json",
        "https://app.example.com/a/./client.json",
        "https://app.example.com/a/%2e%2e/client.json",
        "https://user@app.example.com/client.json",
        "https://app.example.com/client.json#x",
        "https://app.example.com/client json",
        "https://app.example.com\\@evil.example/client.json",
        "https:///client.json",
        "https://[::1/client.json",
        "https://äpp.example.com/client.json",
        "https://app.example.com/" + "x" * 500,
        "http://app.example.com/client.json",
        "HTTPS://app.example.com/client.json",
        "ftp://app.example.com/client.json",
    ],
)
async def test_other_addresses_are_not_even_asked(tmp_path: Path, client_id: str) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client(client_id)
        response = await server.authorize(client_id)
    assert (response.status_code, server.web.fetched) == (400, [])


async def test_an_address_that_fails_is_asked_again_after_a_minute(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        assert (await server.authorize(DOCUMENT)).status_code == 502
        server.web.publish_client()
        assert (await server.authorize(DOCUMENT)).status_code == 502
        assert server.web.fetched == [DOCUMENT]
        server.clock.advance(seconds=61)
        assert (await server.authorize(DOCUMENT)).status_code == 303


@pytest.mark.parametrize(
    ("cache_control", "fresh_seconds"),
    [
        ("", 3_600),
        ("public, max-age=7200", 7_200),
        ("max-age=1", 300),
        ("max-age=0, must-revalidate", 300),
        ("no-store", 300),
        ("no-cache, max-age=7200", 300),
        ("max-age=99999999", 86_400),
        ("max-age=-5", 3_600),
    ],
)
async def test_a_description_is_kept_as_long_as_its_server_allows_within_bounds(
    tmp_path: Path, cache_control: str, fresh_seconds: int
) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client()
        content = server.web.pages[DOCUMENT].content
        server.web.publish(DOCUMENT, content, cache_control=cache_control)
        await server.authorize(DOCUMENT)
        server.clock.advance(seconds=fresh_seconds - 1)
        await server.authorize(DOCUMENT)
        assert len(server.web.fetched) == 1
        server.clock.advance(seconds=1)
        await server.authorize(DOCUMENT)
        assert len(server.web.fetched) == 2


async def test_a_redirect_uri_that_was_taken_out_of_the_description_is_refused(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client()
        assert (await server.authorize(DOCUMENT)).status_code == 303
        server.web.publish_client(redirect_uris=["https://app.example.com/new"])
        server.clock.advance(hours=2)
        assert (await server.authorize(DOCUMENT)).status_code == 400
        assert (
            await server.authorize(DOCUMENT, redirect_uri="https://app.example.com/new")
        ).status_code == 303


async def test_tokens_go_on_while_the_server_of_the_description_is_away(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client()
        pair = await server.connect(DOCUMENT)
        server.web.pages.clear()
        server.clock.advance(days=30)
        await server.store.clean()
        assert (await server.refresh(DOCUMENT, pair["refresh_token"])).status_code == 200
        assert (await server.authorize(DOCUMENT)).status_code == 502
        assert len(server.web.fetched) == 2


@pytest.mark.parametrize(
    ("hours", "failure", "status"),
    [
        (24, NothingHeard("did not answer in time"), 303),
        (26, NothingHeard("did not answer in time"), 502),
        (2, FetchFailed("answers with HTTP 404"), 502),
        (2, FetchFailed("does not lead to a public address"), 502),
    ],
)
async def test_a_description_of_which_nothing_is_heard_goes_on_for_a_day_and_no_other(
    hours: int, failure: FetchFailed, status: int, tmp_path: Path
) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client()
        assert (await server.authorize(DOCUMENT)).status_code == 303
        server.web.pages.clear()
        server.web.failure = failure
        server.clock.advance(hours=hours)
        assert [(await server.authorize(DOCUMENT)).status_code for _ in range(2)] == [status, status]
        assert len(server.web.fetched) == 2


async def test_of_addresses_that_fail_only_the_latest_thousand_are_remembered(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        documents = Documents(server.deps, ClientRegistry(server.deps))
        for number in [*range(1_001), 1, 0]:
            with pytest.raises(DocumentProblem):
                await documents.find(f"https://app.example.com/{number}.json")
    assert len(server.web.fetched) == 1_002


async def test_the_token_endpoint_never_fetches_for_a_stranger(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client()
        response = await server.exchange(DOCUMENT, "hmx_ac_" + "a" * 43)
    assert error_of(response, 401) == "invalid_client"
    assert server.web.fetched == []


async def test_of_a_description_only_what_is_used_is_kept(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client(
            logo_uri="https://evil.example/pixel", contacts=["a" * 2_000], client_name="\u202eX\n"
        )
        await server.authorize(DOCUMENT)
        stored = await server.store.clients.get(DOCUMENT)
    assert stored is not None
    assert stored.metadata["client_name"] == "X"
    assert stored.metadata["redirect_uris"] == [CALLBACK]
    assert len(json.dumps(stored.metadata)) < 300


async def test_a_description_that_cannot_be_fetched_is_explained_and_its_reason_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with deployed(tmp_path, contact="help@example.com") as server:
        server.web.failure = FetchFailed("could not be reached", "could not be reached (ProxyError 403)")
        answer = await server.authorize(f"{DOCUMENT}?key=x")
        await server.authorize(f"{DOCUMENT}?key=x")
    page = Html(answer.text)
    assert "The app describes itself at app.example.com." in page.text
    assert "but it could not be reached." in page.text
    assert "whoever runs this server (help@example.com)" in page.text
    assert "ProxyError" not in answer.text
    assert [record.getMessage() for record in caplog.records] == [
        f"The description of an app cannot be used: {DOCUMENT} could not be reached (ProxyError 403)"
    ]


async def test_a_description_that_is_wrong_is_the_developers_to_mend_and_logged_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client(client_id="https://app.example.com/other.json")
        answer = await server.authorize(DOCUMENT)
    assert answer.status_code == 400
    assert "report it to the app's developer" in Html(answer.text).text
    assert "names another client than its own address" in caplog.text


async def test_where_descriptions_are_switched_off_none_is_fetched_and_none_is_announced(
    tmp_path: Path,
) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client()
        assert (await server.authorize(DOCUMENT)).status_code == 303
        announced = (await server.http.get("/.well-known/oauth-authorization-server")).json()
        assert announced["client_id_metadata_document_supported"] is True
    async with deployed(tmp_path, documents=False, contact="help@example.com") as server:
        server.web.publish_client()
        answer = await server.authorize(DOCUMENT)
        announced = (await server.http.get("/.well-known/oauth-authorization-server")).json()
        registered = await server.register()
        assert (await server.authorize(registered["client_id"])).status_code == 303
    assert (answer.status_code, server.web.fetched) == (400, [])
    text = Html(answer.text).text
    assert "does not accept apps that identify themselves by a web address" in text
    assert "(help@example.com)" in text
    assert announced["client_id_metadata_document_supported"] is False
