"""Keys that strangers publish: what they may cost, and which are taken."""

import base64
import threading
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from hostex_mcp.http.oauth import client_keys
from tests.http.authorizing import DOCUMENT, Deployment, deployed, error_of
from tests.http.oauth.test_assertions import Json, ec_key, public, publish, rsa_key, signed

pytestmark = pytest.mark.anyio


def in_base64(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def costly(bits: int = 3_072) -> Json:
    """A key that takes as long to check with as its size allows: the exponent is as long as the modulus, and
    a made-up private one has a library look for the factors."""
    exponent = in_base64((1 << (bits - 1)) + 1)
    return {"kty": "RSA", "n": in_base64((1 << bits) - 159), "e": exponent, "d": exponent}


async def cpu_of(server: Deployment, form: Json) -> float:
    """The CPU seconds that this process takes to refuse a token request."""
    code = (await server.consent(DOCUMENT))["code"]
    began = time.process_time()
    refused = await server.exchange(DOCUMENT, code, **form)
    assert error_of(refused, 401) == "invalid_client"
    return time.process_time() - began


async def test_twenty_costly_keys_of_a_stranger_take_no_time(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        publish(server, *[costly()] * 20)
        form = signed(server, rsa_key(), "RS256")
        unsigned = form["client_assertion"].rpartition(".")[0]
        forged = in_base64((1 << 3_071) + 12_345)
        assert await cpu_of(server, form | {"client_assertion": f"{unsigned}.{forged}"}) < 1.0


async def test_of_many_keys_without_an_id_only_some_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    def decode(*_: Any, **__: Any) -> Json:
        tried.append(threading.current_thread())
        raise jwt.InvalidSignatureError

    async with deployed(tmp_path) as server:
        publish(server, *[public(rsa_key())] * 20)
        form = signed(server, rsa_key(), "RS256")
        monkeypatch.setattr(client_keys.jwt, "decode", decode)
        await cpu_of(server, form)
    assert len(tried) == 4
    assert threading.current_thread() not in tried


def rsa_of(bits: int) -> Json:
    return RSAAlgorithm.to_jwk(rsa.generate_private_key(65_537, bits).public_key(), as_dict=True)


def elliptic(curve: ec.EllipticCurve) -> Json:
    return ECAlgorithm.to_jwk(ec.generate_private_key(curve).public_key(), as_dict=True)


NOT_TAKEN: dict[str, Json] = {
    "short RSA": rsa_of(1_024),
    "long RSA": costly(8_192) | {"e": "AQAB"},
    "a long exponent": public(rsa_key()) | {"e": in_base64((1 << 32) + 1)},
    "endless RSA": public(rsa_key()) | {"n": "A" * 60_000},
    "no number": public(rsa_key()) | {"n": 5},
    "another curve": elliptic(ec.SECP521R1()),
    "Ed448": OKPAlgorithm.to_jwk(ed448.Ed448PrivateKey.generate().public_key(), as_dict=True),
    "an endless coordinate": public(ec_key()) | {"x": "A" * 60_000},
    "an endless id": public(ec_key()) | {"kid": "k" * 10_000},
    "symmetric": {"kty": "oct", "k": "AAAA"},
    "a kind that is no text": {"kty": ["RSA"]},
    "for encryption": public(ec_key(), use="enc"),
}


@pytest.mark.parametrize("key", NOT_TAKEN.values(), ids=NOT_TAKEN.keys())
def test_a_key_that_costs_much_or_proves_little_is_not_taken(key: Json) -> None:
    assert client_keys.keys_in({"keys": [key]}) == []


def test_usual_keys_are_taken_without_what_is_not_used() -> None:
    edwards = OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate().public_key(), as_dict=True)
    usual = [public(rsa_key(), kid="1", alg="RS256"), public(ec_key(), kid="2"), edwards]
    noisy = [key | {"x5c": ["A" * 10_000], "d": "AQAB", "p": "AQAB"} for key in usual]
    assert [set(key) for key in client_keys.keys_in({"keys": noisy})] == [
        {"kty", "kid", "alg", "n", "e"},
        {"kty", "kid", "crv", "x", "y"},
        {"kty", "crv", "x"},
    ]


async def test_a_description_whose_keys_are_not_taken_is_refused_saying_which_are(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        keys = {"keys": [costly()]}
        server.web.publish_client(token_endpoint_auth_method="private_key_jwt", jwks=keys)
        answer = await server.authorize(DOCUMENT)
    assert answer.status_code == 400
    assert "RSA of 2,048 to 4,096 bits" in answer.text
    assert server.web.fetched == [DOCUMENT]
