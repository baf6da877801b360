"""Texts that no database can hold, in every field that a stranger sends, on both databases."""

import base64
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from pydantic import SecretStr

from tests.http.authorizing import CALLBACK, DOCUMENT, Deployment, Json, deployed, error_of
from tests.http.oauth.test_assertions import ec_key, public, signed

pytestmark = pytest.mark.anyio

NUL, HALF = "a\0b", "half \ud83d of a character"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def server(tmp_path: Path, database_url: SecretStr) -> AsyncGenerator[Deployment]:
    async with deployed(tmp_path, url=database_url) as server:
        yield server


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "scope", "state", "resource", "nonsense\0"])
async def test_no_parameter_of_an_authorization_holds_a_nul(server: Deployment, name: str) -> None:
    client = await server.register()
    answer = await server.authorize(**{"client_id": client["client_id"], name: NUL})
    assert answer.status_code == 400
    assert "control character" in answer.text


@pytest.mark.parametrize("path", ["/token", "/revoke"])
@pytest.mark.parametrize(
    "name", ["client_id", "client_secret", "code", "refresh_token", "token", "redirect_uri", "code_verifier"]
)
async def test_no_parameter_of_a_form_holds_a_nul(server: Deployment, path: str, name: str) -> None:
    client = await server.register()
    form = {"grant_type": "authorization_code", "client_id": client["client_id"], "token": "x", "code": "x"}
    refused = await server.http.post(path, data=form | {name: NUL})
    assert error_of(refused) == "invalid_request"


@pytest.mark.parametrize("credentials", ["%00:x", "x:%00", "a\0b:x", "%ED%A0%80:x"])
async def test_no_client_is_found_by_a_basic_header_with_a_nul(server: Deployment, credentials: str) -> None:
    basic = base64.b64encode(credentials.encode()).decode()
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    refused = await server.http.post("/token", data=form, headers={"Authorization": f"Basic {basic}"})
    assert refused.json()["error"] in ("invalid_request", "invalid_client")


@pytest.mark.parametrize("bytes_", ["%ED%A0%BD", "%FF", "%C0%80"])
async def test_half_a_character_in_a_form_is_refused(server: Deployment, bytes_: str) -> None:
    body = f"grant_type=refresh_token&refresh_token=x&client_id={bytes_}"
    refused = await server.http.post("/token", content=body, headers=FORM)
    assert error_of(refused) == "invalid_request"


@pytest.mark.parametrize("text", [NUL, HALF])
@pytest.mark.parametrize(
    "name",
    ["client_name", "scope", "token_endpoint_auth_method", "grant_types", "response_types", "contacts"],
)
async def test_a_registration_holds_no_such_text(server: Deployment, name: str, text: str) -> None:
    is_list = name.endswith("types")
    metadata: Json = {"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}
    metadata[name] = [text, *(("authorization_code", "refresh_token", "code") if is_list else ())]
    if not is_list and name != "contacts":
        metadata[name] = text
    answer = await registered(server, metadata)
    if name == "token_endpoint_auth_method":
        assert error_of(answer) == "invalid_client_metadata"
        return
    assert answer.status_code == 201
    stored = await server.store.clients.get(answer.json()["client_id"])
    assert stored is not None
    assert "\\u0000" not in json.dumps(stored.metadata)
    assert "\\ud83d" not in json.dumps(stored.metadata)


async def registered(server: Deployment, metadata: Json) -> httpx2.Response:
    return await server.http.post("/register", content=json.dumps(metadata))


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
async def test_a_number_that_is_none_in_json_makes_a_description_unreadable(
    server: Deployment, number: str
) -> None:
    body = json.dumps({"client_id": DOCUMENT, "redirect_uris": [CALLBACK], "x": 0}).replace(
        "0}", f"{number}}}"
    )
    refused = await server.http.post("/register", content=body)
    assert error_of(refused) == "invalid_client_metadata"
    server.web.publish(DOCUMENT, body.encode())
    assert (await server.authorize(DOCUMENT)).status_code == 400


@pytest.mark.parametrize("text", [NUL, HALF])
async def test_a_description_with_such_texts_stays_usable_or_is_refused(
    server: Deployment, text: str
) -> None:
    keys = {"keys": [public(ec_key()) | {"kid": text, "x5t": text}, public(ec_key(), kid="k")]}
    server.web.publish_client(token_endpoint_auth_method="private_key_jwt", jwks=keys, client_name=text)
    code = (await server.consent(DOCUMENT))["code"]
    assert (await server.exchange(DOCUMENT, code, **signed(server))).status_code == 200
    elsewhere = DOCUMENT.replace("client.json", "other.json")
    server.web.publish_client(elsewhere, token_endpoint_auth_method="private_key_jwt", jwks_uri=text)
    assert (await server.authorize(elsewhere)).status_code in (303, 400)


async def test_a_document_at_an_address_with_a_nul_is_none(server: Deployment) -> None:
    answer = await server.http.get(f"/authorize?client_id={quote(DOCUMENT + NUL)}")
    assert answer.status_code == 400
    assert server.web.fetched == []
