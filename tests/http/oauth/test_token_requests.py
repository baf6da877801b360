"""`/token`: which requests are read at all, and how a client proves who it is."""

import base64
from pathlib import Path

import pytest

from hostex_mcp.http.store.records import OAuthClient
from tests.http.authorizing import CALLBACK, RESOURCE, VERIFIER, deployed, error_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 401, "invalid_client"),
        ({"grant_type": "refresh_token", "client_id": "unknown"}, 401, "invalid_client"),
        ({"grant_type": "refresh_token", "client_id": "https://a.example/c.json"}, 401, "invalid_client"),
    ],
)
async def test_requests_that_are_not_served_say_so_as_the_rfc_has_it(
    tmp_path: Path, form: dict[str, str], status: int, error: str
) -> None:
    async with deployed(tmp_path) as server:
        assert error_of(await server.token(**form), status) == error
    assert server.web.fetched == []


@pytest.mark.parametrize("missing", ["code", "refresh_token"])
async def test_a_missing_code_or_token_is_an_invalid_request(tmp_path: Path, missing: str) -> None:
    grant_type = "authorization_code" if missing == "code" else "refresh_token"
    async with deployed(tmp_path) as server:
        client = await server.register()
        refused = await server.token(
            grant_type=grant_type, client_id=client["client_id"], code_verifier=VERIFIER, **{missing: ""}
        )
    assert error_of(refused) == "invalid_request"


async def test_a_parameter_given_twice_is_refused(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        code = (await server.consent(client["client_id"]))["code"]
        form = {
            "grant_type": "authorization_code",
            "client_id": client["client_id"],
            "redirect_uri": CALLBACK,
        }
        twice = {**form, "code": ["hmx_ac_x", code], "code_verifier": VERIFIER}
        refused = await server.http.post("/token", data=twice)
    assert error_of(refused) == "invalid_request"


async def test_parameters_in_the_address_are_not_taken(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        code = (await server.consent(client["client_id"]))["code"]
        form = {"client_id": client["client_id"], "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        link = {"grant_type": "authorization_code", "code": code}
        assert error_of(await server.http.post("/token", params=link, data=form)) == "invalid_request"
        assert (await server.http.get("/token", params=link | form)).status_code == 405


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
async def test_only_forms_are_read(tmp_path: Path, kind: str) -> None:
    async with deployed(tmp_path) as server:
        response = await server.http.post("/token", content=b"{}", headers={"Content-Type": kind})
    assert error_of(response) == "invalid_request"


async def test_a_giant_form_is_cut_off(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        large = await server.token(grant_type="refresh_token", refresh_token="x" * 70_000)
        many = await server.http.post("/token", data={f"a{n}": "1" for n in range(100)})
    assert error_of(large, 413) == "invalid_request"
    assert error_of(many) == "invalid_request"


async def test_an_error_never_repeats_what_a_stranger_wrote_at_length(tmp_path: Path) -> None:
    hostile = '"\\\r\n<script>' + "\u202eé" * 2_000
    async with deployed(tmp_path) as server:
        client = await server.register()
        pair = await server.connect(client["client_id"])
        refused = await server.refresh(client["client_id"], pair["refresh_token"], scope=hostile)
    assert error_of(refused) == "invalid_scope"
    assert set(refused.json()["error_description"]).isdisjoint('"\\\r\n\u202eé')


@pytest.mark.parametrize("path", ["/token", "/revoke"])
async def test_the_client_is_looked_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    lookups: list[str] = []
    async with deployed(tmp_path) as server:
        client = await server.register()
        get = server.store.clients.get

        async def count(client_id: str) -> OAuthClient | None:
            lookups.append(client_id)
            return await get(client_id)

        monkeypatch.setattr(server.store.clients, "get", count)
        form = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x"}
        await server.http.post(path, data=form | {"client_id": client["client_id"]})
    assert lookups == [client["client_id"]]


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


@pytest.mark.parametrize("registered", ["client_secret_post", "client_secret_basic", None])
@pytest.mark.parametrize("sent", ["post", "basic"])
async def test_a_secret_may_come_in_the_form_or_by_basic_however_the_client_registered(
    tmp_path: Path, registered: str | None, sent: str
) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(token_endpoint_auth_method=registered)
        code = (await server.consent(client["client_id"]))["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        form |= {"code_verifier": VERIFIER, "resource": RESOURCE}
        headers = basic(client["client_id"], client["client_secret"]) if sent == "basic" else {}
        if sent == "post":
            form |= {"client_id": client["client_id"], "client_secret": client["client_secret"]}
        response = await server.http.post("/token", data=form, headers=headers)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("secret", ["", "wrong", "é"])
async def test_a_wrong_secret_is_refused(tmp_path: Path, secret: str) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(token_endpoint_auth_method="client_secret_post")
        code = (await server.consent(client["client_id"]))["code"]
        posted = await server.exchange(client["client_id"], code, client_secret=secret)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        sent = await server.http.post(
            "/token", data=form | {"code_verifier": VERIFIER}, headers=basic(client["client_id"], secret)
        )
    assert (error_of(posted, 401), error_of(sent, 401)) == ("invalid_client", "invalid_client")
    assert sent.headers["www-authenticate"].startswith("Basic ")
    assert "www-authenticate" not in posted.headers


async def test_credentials_in_two_places_are_refused(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(token_endpoint_auth_method="client_secret_post")
        other = await server.register(client_name="Other")
        headers = basic(client["client_id"], client["client_secret"])
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        twice = await server.http.post("/token", data=form | {"client_secret": "x"}, headers=headers)
        mixed = await server.http.post(
            "/token", data=form | {"client_id": other["client_id"]}, headers=headers
        )
    assert (error_of(twice), error_of(mixed)) == ("invalid_request", "invalid_request")


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer hmx_at_x", "Basic /w=="]
)
async def test_a_malformed_authorization_header_is_refused(tmp_path: Path, header: str) -> None:
    async with deployed(tmp_path) as server:
        response = await server.http.post(
            "/token", data={"grant_type": "refresh_token"}, headers={"Authorization": header}
        )
    assert error_of(response, 401) == "invalid_client"
