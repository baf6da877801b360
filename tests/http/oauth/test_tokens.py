"""`/token`: codes and refresh tokens are worth something once, to their own client, for what was allowed."""

from pathlib import Path

import anyio
import pytest

from hostex_mcp.http.store.records import Pair
from tests.http.authorizing import (
    VERIFIER,
    Deployment,
    challenge_of,
    deployed,
    error_of,
)

pytestmark = pytest.mark.anyio

OTHER_VERIFIER = "another-verifier-of-at-least-forty-three-characters"


async def test_a_code_gives_a_pair_that_works_for_an_hour(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        pair = await server.connect(client["client_id"])
        served = await server.call(pair["access_token"])
        server.clock.advance(hours=1)
        late = await server.call(pair["access_token"])
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 3600)
    assert pair["scope"] == "hostex:read hostex:write"
    assert served.json() == {"account": "grant-1", "scopes": ["hostex:read", "hostex:write"]}
    assert late.status_code == 401


async def test_answers_with_tokens_are_kept_by_no_cache(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        answer = await server.consent(client["client_id"])
        response = await server.exchange(client["client_id"], answer["code"])
    assert (response.headers["cache-control"], response.headers["pragma"]) == ("no-store", "no-cache")


@pytest.mark.parametrize(
    ("verifier", "error"),
    [
        (None, "invalid_request"),
        ("", "invalid_request"),
        (OTHER_VERIFIER, "invalid_grant"),
        (challenge_of(VERIFIER), "invalid_grant"),
        (VERIFIER[:42], "invalid_grant"),
        (VERIFIER + "x" * 128, "invalid_grant"),
    ],
)
async def test_a_code_without_its_verifier_is_worth_nothing(
    tmp_path: Path, verifier: str | None, error: str
) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        code = (await server.consent(client["client_id"]))["code"]
        refused = await server.exchange(client["client_id"], code, code_verifier=verifier)
        honest = await server.exchange(client["client_id"], code)
    assert error_of(refused) == error
    assert honest.status_code == 200


async def test_a_verifier_is_for_its_own_code_only(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        await server.consent(client["client_id"])
        other = await server.consent(client["client_id"], code_challenge=challenge_of(OTHER_VERIFIER))
        refused = await server.exchange(client["client_id"], other["code"], code_verifier=VERIFIER)
    assert error_of(refused) == "invalid_grant"


async def test_a_token_request_cannot_go_back_to_plain_pkce(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        code = (await server.consent(client["client_id"]))["code"]
        refused = await server.exchange(
            client["client_id"], code, code_verifier=challenge_of(VERIFIER), code_challenge_method="plain"
        )
    assert error_of(refused) == "invalid_grant"


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "https://app.example.com/callback/",
        "https://APP.example.com/callback",
        "https://evil.example/",
        "no address",
    ],
)
async def test_a_code_is_bound_to_the_redirect_uri_as_it_was_written(tmp_path: Path, uri: str | None) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        code = (await server.consent(client["client_id"]))["code"]
        refused = await server.exchange(client["client_id"], code, redirect_uri=uri)
    assert error_of(refused) == "invalid_grant"


async def test_a_code_is_bound_to_the_loopback_port_of_its_request(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(redirect_uris=["http://127.0.0.1/callback"])
        uri = "http://127.0.0.1:5001/callback"
        code = (await server.consent(client["client_id"], redirect_uri=uri))["code"]
        other = await server.exchange(
            client["client_id"], code, redirect_uri="http://127.0.0.1:5002/callback"
        )
        same = await server.exchange(client["client_id"], code, redirect_uri=uri)
    assert error_of(other) == "invalid_grant"
    assert same.status_code == 200


async def test_a_code_is_bound_to_its_client(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        other = await server.register(client_name="Other")
        code = (await server.consent(client["client_id"]))["code"]
        refused = await server.exchange(other["client_id"], code)
        honest = await server.exchange(client["client_id"], code)
    assert error_of(refused) == "invalid_grant"
    assert honest.status_code == 200


async def test_a_code_is_worth_something_for_a_minute(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        code = (await server.consent(client["client_id"]))["code"]
        server.clock.advance(seconds=60)
        refused = await server.exchange(client["client_id"], code)
    assert error_of(refused) == "invalid_grant"


async def test_a_replayed_code_ends_everything_that_came_of_it(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        code = (await server.consent(client["client_id"]))["code"]
        pair = (await server.exchange(client["client_id"], code)).json()
        assert error_of(await server.exchange(client["client_id"], code)) == "invalid_grant"
        assert (await server.call(pair["access_token"])).status_code == 401
        assert error_of(await server.refresh(client["client_id"], pair["refresh_token"])) == "invalid_grant"
        assert await server.store.grants.credential("grant-1") is None
    assert "used twice" in server.ended["grant-1"]


async def test_a_thief_who_replays_a_code_without_its_verifier_ends_it_too(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        code = (await server.consent(client["client_id"]))["code"]
        pair = (await server.exchange(client["client_id"], code)).json()
        await server.exchange(client["client_id"], code, code_verifier=OTHER_VERIFIER)
        assert (await server.call(pair["access_token"])).status_code == 401


async def test_of_requests_that_redeem_a_code_at_once_none_keeps_a_token(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        code = (await server.consent(client["client_id"]))["code"]
        answers = await _at_once(server, client["client_id"], code)
        tokens = [answer["access_token"] for answer in answers if "access_token" in answer]
        assert len(tokens) == 1
        assert (await server.call(tokens[0])).status_code == 401


async def _at_once(server: Deployment, client_id: str, code: str) -> list[dict[str, str]]:
    answers: list[dict[str, str]] = []

    async def exchange() -> None:
        answers.append((await server.exchange(client_id, code)).json())

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(exchange)
    return answers


@pytest.mark.parametrize(
    "resource", ["https://other.example/mcp", "https://mcp.example.com/x", "https://mcp.example.com/mcp/x"]
)
async def test_a_token_for_another_resource_is_refused(tmp_path: Path, resource: str) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        answer = await server.consent(client["client_id"])
        refused = await server.exchange(client["client_id"], answer["code"], resource=resource)
        pair = (await server.exchange(client["client_id"], answer["code"], resource=None)).json()
        again = await server.refresh(client["client_id"], pair["refresh_token"], resource=resource)
    assert (error_of(refused), error_of(again)) == ("invalid_target", "invalid_target")


async def test_what_the_person_allowed_is_what_the_token_may(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.allowed = {"hostex:read"}
        client = await server.register()
        pair = await server.connect(client["client_id"])
        served = await server.call(pair["access_token"])
    assert pair["scope"] == "hostex:read"
    assert served.json()["scopes"] == ["hostex:read"]


async def test_a_refresh_gives_a_new_pair(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        first = await server.connect(client["client_id"])
        second = (await server.refresh(client["client_id"], first["refresh_token"])).json()
        assert (await server.call(second["access_token"])).status_code == 200
    assert {first["access_token"], first["refresh_token"]}.isdisjoint(second.values())
    assert second["scope"] == "hostex:read hostex:write"


async def test_a_repeated_refresh_within_the_grace_gets_the_very_same_pair(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        first = await server.connect(client["client_id"])
        second = (await server.refresh(client["client_id"], first["refresh_token"])).json()
        server.clock.advance(seconds=59)
        third = (await server.refresh(client["client_id"], first["refresh_token"])).json()
    assert (third["access_token"], third["refresh_token"]) == (
        second["access_token"],
        second["refresh_token"],
    )
    assert server.ended == {}


async def test_refreshes_at_once_agree_on_one_pair(tmp_path: Path) -> None:
    pairs: set[tuple[str, str]] = set()
    async with deployed(tmp_path) as server:
        client = await server.register()
        first = await server.connect(client["client_id"])

        async def refresh() -> None:
            pair = (await server.refresh(client["client_id"], first["refresh_token"])).json()
            pairs.add((pair["access_token"], pair["refresh_token"]))

        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(refresh)
        assert len(pairs) == 1
        assert (await server.call(pairs.pop()[0])).status_code == 200


async def test_an_old_refresh_token_after_the_grace_ends_the_whole_family(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        first = await server.connect(client["client_id"])
        second = (await server.refresh(client["client_id"], first["refresh_token"])).json()
        third = (await server.refresh(client["client_id"], second["refresh_token"])).json()
        server.clock.advance(seconds=61)
        assert error_of(await server.refresh(client["client_id"], first["refresh_token"])) == "invalid_grant"
        assert (await server.call(third["access_token"])).status_code == 401
        assert error_of(await server.refresh(client["client_id"], third["refresh_token"])) == "invalid_grant"
        assert await server.store.grants.credential("grant-1") is None
    assert "used again" in server.ended["grant-1"]


async def test_a_grant_that_ends_during_a_refresh_gives_no_token(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        first = await server.connect(client["client_id"])
        rotate = server.store.tokens.rotate

        async def rotate_too_late(text: str, scopes: tuple[str, ...]) -> Pair | None:
            await server.deps.end_grant("grant-1", "The host disconnected.")
            return await rotate(text, scopes)

        server.store.tokens.rotate = rotate_too_late
        refused = await server.refresh(client["client_id"], first["refresh_token"])
    assert error_of(refused) == "invalid_grant"


async def test_a_refresh_token_is_for_its_own_client(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        other = await server.register(client_name="Other")
        pair = await server.connect(client["client_id"])
        refused = await server.refresh(other["client_id"], pair["refresh_token"])
        honest = await server.refresh(client["client_id"], pair["refresh_token"])
    assert error_of(refused) == "invalid_grant"
    assert honest.status_code == 200


async def test_an_access_token_cannot_refresh_nor_a_refresh_token_call(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        pair = await server.connect(client["client_id"])
        refused = await server.refresh(client["client_id"], pair["access_token"])
        call = await server.call(pair["refresh_token"])
    assert error_of(refused) == "invalid_grant"
    assert call.status_code == 401


@pytest.mark.parametrize("scope", ["hostex:read hostex:write", "hostex:write", "admin", "hostex:read admin"])
async def test_a_refresh_cannot_gain_scopes(tmp_path: Path, scope: str) -> None:
    async with deployed(tmp_path) as server:
        server.allowed = {"hostex:read"}
        client = await server.register()
        pair = await server.connect(client["client_id"])
        refused = await server.refresh(client["client_id"], pair["refresh_token"], scope=scope)
    assert error_of(refused) == "invalid_scope"


async def test_a_refresh_may_ask_for_less_and_later_for_all_again(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        first = await server.connect(client["client_id"])
        second = (
            await server.refresh(client["client_id"], first["refresh_token"], scope="hostex:read")
        ).json()
        served = (await server.call(second["access_token"])).json()
        third = (await server.refresh(client["client_id"], second["refresh_token"])).json()
    assert (second["scope"], served["scopes"]) == ("hostex:read", ["hostex:read"])
    assert third["scope"] == "hostex:read hostex:write"


async def test_a_client_that_did_not_ask_for_refresh_tokens_gets_none(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(grant_types=["authorization_code"])
        pair = await server.connect(client["client_id"])
        refused = await server.refresh(client["client_id"], "hmx_rt_" + "a" * 43)
    assert "refresh_token" not in pair
    assert error_of(refused) == "unauthorized_client"
