"""`/revoke`: the app signs out, and the Hostex credential is forgotten."""

from pathlib import Path

import pytest

from tests.http.authorizing import DOCUMENT, deployed, error_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "something_else"])
async def test_either_token_ends_the_grant_whatever_the_hint(
    tmp_path: Path, which: str, hint: str | None
) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        pair = await server.connect(client["client_id"])
        form = {"token": pair[which], "client_id": client["client_id"]}
        form |= {"token_type_hint": hint} if hint else {}
        response = await server.http.post("/revoke", data=form)
        assert (response.status_code, response.content) == (200, b"")
        assert (await server.call(pair["access_token"])).status_code == 401
        assert error_of(await server.refresh(client["client_id"], pair["refresh_token"])) == "invalid_grant"
        assert await server.store.grants.credential("grant-1") is None
    assert server.ended == {"grant-1": "The app signed out."}


async def test_a_refresh_token_that_was_replaced_long_ago_signs_out_as_well(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        pair = await server.connect(client["client_id"])
        await server.refresh(client["client_id"], pair["refresh_token"])
        server.clock.advance(minutes=10)
        form = {"token": pair["refresh_token"], "client_id": client["client_id"]}
        assert (await server.http.post("/revoke", data=form)).status_code == 200
    assert server.ended == {"grant-1": "The app signed out."}


async def test_signing_out_twice_is_no_error(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        pair = await server.connect(client["client_id"])
        form = {"token": pair["access_token"], "client_id": client["client_id"]}
        statuses = [(await server.http.post("/revoke", data=form)).status_code for _ in range(2)]
    assert statuses == [200, 200]


@pytest.mark.parametrize("token", ["hmx_at_" + "a" * 43, "unknown", "x" * 10_000])
async def test_an_unknown_token_is_no_error(tmp_path: Path, token: str) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        form = {"token": token, "client_id": client["client_id"]}
        assert (await server.http.post("/revoke", data=form)).status_code == 200


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_another_client_cannot_sign_out(tmp_path: Path, which: str) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        other = await server.register(client_name="Other")
        pair = await server.connect(client["client_id"])
        form = {"token": pair[which], "client_id": other["client_id"]}
        assert (await server.http.post("/revoke", data=form)).status_code == 200
        assert (await server.call(pair["access_token"])).status_code == 200
    assert server.ended == {}


async def test_another_client_cannot_sign_out_with_a_replaced_token(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        other = await server.register(client_name="Other")
        pair = await server.connect(client["client_id"])
        await server.refresh(client["client_id"], pair["refresh_token"])
        server.clock.advance(minutes=10)
        form = {"token": pair["refresh_token"], "client_id": other["client_id"]}
        assert (await server.http.post("/revoke", data=form)).status_code == 200
    assert server.ended == {}


async def test_an_unknown_client_is_an_invalid_client(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        response = await server.http.post("/revoke", data={"token": "x", "client_id": "unknown"})
    assert error_of(response, 401) == "invalid_client"


async def test_a_confidential_client_needs_its_secret(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(token_endpoint_auth_method="client_secret_basic")
        form = {"token": "x", "client_id": client["client_id"]}
        without = await server.http.post("/revoke", data=form)
        wrong = await server.http.post("/revoke", data=form | {"client_secret": "wrong"})
        basic = (client["client_id"], client["client_secret"])
        right = await server.http.post("/revoke", data={"token": "x"}, auth=basic)
    assert (error_of(without, 401), error_of(wrong, 401)) == ("invalid_client", "invalid_client")
    assert right.status_code == 200


async def test_a_client_known_by_its_document_signs_out(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client()
        pair = await server.connect(DOCUMENT)
        form = {"token": pair["refresh_token"], "client_id": DOCUMENT}
        assert (await server.http.post("/revoke", data=form)).status_code == 200
    assert server.ended == {"grant-1": "The app signed out."}


async def test_a_missing_token_is_an_invalid_request(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        response = await server.http.post("/revoke", data={"client_id": client["client_id"]})
    assert error_of(response) == "invalid_request"
