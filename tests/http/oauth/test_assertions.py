"""Clients that prove who they are with a signature, as ChatGPT does."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as new_rsa_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from hostex_mcp.http.oauth.answers import OAuthError
from hostex_mcp.http.oauth.assertion import Assertions
from hostex_mcp.http.store.records import OAuthClient
from hostex_mcp.public_fetch import FetchFailed
from tests.http.authorizing import DOCUMENT, Deployment, deployed, error_of

pytestmark = pytest.mark.anyio

KEYS = "https://app.example.com/oauth/jwks.json"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Json = dict[str, Any]


@cache
def ec_key() -> EllipticCurvePrivateKey:
    return new_ec_key(SECP256R1())


@cache
def other_key() -> EllipticCurvePrivateKey:
    return new_ec_key(SECP256R1())


@cache
def rsa_key() -> RSAPrivateKey:
    return new_rsa_key(public_exponent=65_537, key_size=2_048)


def public(key: EllipticCurvePrivateKey | RSAPrivateKey, **more: str) -> Json:
    algorithm = ECAlgorithm if isinstance(key, EllipticCurvePrivateKey) else RSAAlgorithm
    return {**algorithm.to_jwk(cast("Any", key.public_key()), as_dict=True), **more}


def publish(server: Deployment, *keys: Json) -> None:
    server.web.publish_client(token_endpoint_auth_method="private_key_jwt", jwks_uri=KEYS)
    server.web.publish(KEYS, {"keys": list(keys)})


def claims(server: Deployment, **changed: Any) -> Json:
    now = int(server.clock().timestamp())
    usual = {"iss": DOCUMENT, "sub": DOCUMENT, "aud": "https://mcp.example.com", "jti": "1"}
    return {k: v for k, v in (usual | {"iat": now, "exp": now + 300} | changed).items() if v is not None}


def signed(server: Deployment, key: Any = None, algorithm: str = "ES256", **changed: Any) -> Json:
    header = {"kid": "k"} if "kid" not in changed else {"kid": changed.pop("kid")}
    text = jwt.encode(
        claims(server, **changed), ec_key() if key is None else key, algorithm=algorithm, headers=header
    )
    return {"client_assertion": text, "client_assertion_type": TYPE}


async def test_a_signed_request_gets_tokens_and_refreshes(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        publish(server, public(ec_key(), kid="k"))
        code = (await server.consent(DOCUMENT))["code"]
        pair = await server.exchange(DOCUMENT, code, **signed(server))
        again = await server.refresh(DOCUMENT, pair.json()["refresh_token"], **signed(server, jti="2"))
        form = {"client_id": DOCUMENT, "token": again.json()["access_token"]} | signed(server, jti="3")
        assert (await server.http.post("/revoke", data=form)).status_code == 200
    assert (pair.status_code, again.status_code) == (200, 200)
    assert server.ended == {"grant-1": "The app signed out."}
    assert server.web.fetched == [DOCUMENT, KEYS]


async def test_keys_may_be_in_the_description_itself(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        keys = {"keys": [public(rsa_key(), kid="k")]}
        server.web.publish_client(token_endpoint_auth_method="private_key_jwt", jwks=keys)
        code = (await server.consent(DOCUMENT))["code"]
        signature = signed(server, rsa_key(), "RS256", aud="https://mcp.example.com/token")
        assert (await server.exchange(DOCUMENT, code, **signature)).status_code == 200


async def test_a_client_that_can_do_without_a_signature_needs_none(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client(
            token_endpoint_auth_method="private_key_jwt",
            token_endpoint_auth_methods_supported=["none", "private_key_jwt"],
            jwks_uri=KEYS,
        )
        pair = await server.connect(DOCUMENT)
    assert pair["access_token"].startswith("hmx_at_")


Forge = Callable[[Deployment], Json]

WRONG: dict[str, Forge] = {
    "none": lambda _: {},
    "no type": lambda server: {"client_assertion": signed(server)["client_assertion"]},
    "another type": lambda server: signed(server) | {"client_assertion_type": "saml2-bearer"},
    "no JWT": lambda _: {"client_assertion": "x", "client_assertion_type": TYPE},
    "too long": lambda _: {"client_assertion": "x" * 9_000, "client_assertion_type": TYPE},
    "another key": lambda server: signed(server, other_key()),
    "an unknown key id": lambda server: signed(server, kid="other"),
    "alg none": lambda server: signed(server, "", "none"),
    "HS256 with the public key": lambda server: signed(server, str(public(ec_key())), "HS256"),
    "another issuer": lambda server: signed(server, iss="https://evil.example/client.json"),
    "another subject": lambda server: signed(server, sub="https://evil.example/client.json"),
    "another audience": lambda server: signed(server, aud="https://other.example"),
    "two audiences": lambda server: signed(server, aud=["https://mcp.example.com", "https://other.example"]),
    "no audience": lambda server: signed(server, aud=None),
    "an audience that is an object": lambda server: signed(server, aud={"https://mcp.example.com": 1}),
    "an audience in a list in a list": lambda server: signed(server, aud=[["https://mcp.example.com"]]),
    "an id that is an object": lambda server: signed(server, jti={"1": 1}),
    "a moment that is an object": lambda server: signed(server, exp={}),
    "a moment beyond all calendars": lambda server: signed(server, exp=1e300),
    "no expiry": lambda server: signed(server, exp=None),
    "an expiry of another kind": lambda server: signed(server, exp=True),
    "expired": lambda server: signed(server, exp=int(server.clock().timestamp()) - 61),
    "alive too long": lambda server: signed(server, exp=int(server.clock().timestamp()) + 3_600),
    "endless": lambda server: signed(server, exp=1e300),
    "not valid yet": lambda server: signed(server, nbf=int(server.clock().timestamp()) + 120),
    "issued in the future": lambda server: signed(server, iat=int(server.clock().timestamp()) + 120),
    "no id": lambda server: signed(server, jti=None),
    "an id of another kind": lambda server: signed(server, jti=""),
}


@pytest.mark.parametrize("forge", WRONG.values(), ids=WRONG.keys())
async def test_a_wrong_signature_proves_nothing(tmp_path: Path, forge: Forge) -> None:
    async with deployed(tmp_path) as server:
        publish(server, public(ec_key(), kid="k"))
        code = (await server.consent(DOCUMENT))["code"]
        refused = await server.exchange(DOCUMENT, code, **forge(server))
        honest = await server.exchange(DOCUMENT, code, **signed(server, jti="honest"))
    assert error_of(refused, 401) == "invalid_client"
    assert honest.status_code == 200


async def test_a_signature_is_worth_something_once(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        publish(server, public(ec_key(), kid="k"))
        signature = signed(server)
        pair = await server.exchange(DOCUMENT, (await server.consent(DOCUMENT))["code"], **signature)
        replayed = await server.refresh(DOCUMENT, pair.json()["refresh_token"], **signature)
    assert pair.status_code == 200
    assert error_of(replayed, 401) == "invalid_client"


async def test_a_symmetric_key_in_the_set_is_no_key(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        secret = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U"
        publish(server, {"kty": "oct", "k": secret, "kid": "k"}, public(ec_key(), kid="k", use="enc"))
        code = (await server.consent(DOCUMENT))["code"]
        symmetric = await server.exchange(DOCUMENT, code, **signed(server, "x" * 32, "HS256"))
        encrypting = await server.exchange(DOCUMENT, code, **signed(server))
    assert (error_of(symmetric, 401), error_of(encrypting, 401)) == ("invalid_client", "invalid_client")


async def test_a_new_key_is_found_after_a_minute_and_an_old_one_serves_while_the_set_is_away(
    tmp_path: Path,
) -> None:
    async with deployed(tmp_path) as server:
        publish(server, public(other_key(), kid="old"))
        code = (await server.consent(DOCUMENT))["code"]
        early = await server.exchange(DOCUMENT, code, **signed(server))
        server.web.publish(KEYS, {"keys": [public(ec_key(), kid="k")]})
        soon = await server.exchange(DOCUMENT, code, **signed(server, jti="2"))
        server.clock.advance(seconds=61)
        code = (await server.consent(DOCUMENT))["code"]
        response = await server.exchange(DOCUMENT, code, **signed(server, jti="3"))
        del server.web.pages[KEYS]
        server.clock.advance(hours=2)
        token = response.json()["refresh_token"]
        away = await server.refresh(DOCUMENT, token, **signed(server, jti="4"))
    assert (early.status_code, soon.status_code, response.status_code, away.status_code) == (
        401,
        401,
        200,
        200,
    )


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"keys":{}}', b'{"keys":[1]}', b'{"keys":[{"kty":"EC"}]}', b'{"keys":[{}]}']
)
async def test_a_broken_set_has_no_keys(tmp_path: Path, content: bytes) -> None:
    async with deployed(tmp_path) as server:
        publish(server)
        server.web.publish(KEYS, content)
        code = (await server.consent(DOCUMENT))["code"]
        refused = await server.exchange(DOCUMENT, code, **signed(server))
    assert error_of(refused, 401) == "invalid_client"


async def test_an_address_of_keys_that_is_no_text_has_none(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        server.web.publish_client(token_endpoint_auth_method="private_key_jwt", jwks_uri=[KEYS])
        code = (await server.consent(DOCUMENT))["code"]
        assert error_of(await server.exchange(DOCUMENT, code, **signed(server)), 401) == "invalid_client"
    assert server.web.fetched == [DOCUMENT]


async def test_of_key_sets_only_the_latest_two_hundred_are_kept(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        assertions = Assertions(server.deps)
        server.web.publish(KEYS, {"keys": [public(ec_key(), kid="k")]})
        for number in [*range(201), 0]:
            metadata = {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": f"{KEYS}?{number}"}
            with pytest.raises(OAuthError):
                await assertions.verify(OAuthClient(DOCUMENT, metadata), signed(server))
    assert len(server.web.fetched) == 202


SIGNING = OAuthClient(DOCUMENT, {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": KEYS})


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
async def test_a_key_without_an_algorithm_may_sign_with_each_that_fits_it(
    tmp_path: Path, algorithm: str
) -> None:
    async with deployed(tmp_path) as server:
        key = public(rsa_key(), kid="k")
        assert "alg" not in key
        publish(server, key)
        form = signed(server, rsa_key(), algorithm)
        await Assertions(server.deps).verify(SIGNING, form)


async def test_a_key_for_one_algorithm_signs_with_no_other(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        publish(server, public(rsa_key(), kid="k", alg="RS256"))
        form = signed(server, rsa_key(), "PS256")
        with pytest.raises(OAuthError):
            await Assertions(server.deps).verify(SIGNING, form)


async def test_where_descriptions_are_switched_off_no_keys_are_fetched_either(tmp_path: Path) -> None:
    async with deployed(tmp_path, documents=False) as server:
        await server.store.clients.put(SIGNING)
        response = await server.exchange(DOCUMENT, "hmx_ac_" + "a" * 43, **signed(server))
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert server.web.fetched == []


async def test_keys_that_cannot_be_fetched_are_logged_with_the_reason(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with deployed(tmp_path) as server:
        server.web.failure = FetchFailed("could not be reached", "could not be reached (ProxyError 403)")
        await server.store.clients.put(SIGNING)
        await server.exchange(DOCUMENT, "hmx_ac_" + "a" * 43, **signed(server))
    assert f"The keys of an app were not fetched: {KEYS} could not be reached (ProxyError 403)" in caplog.text
