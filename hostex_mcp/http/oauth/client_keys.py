"""The public keys that a client publishes; only those are used that are cheap to check with."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, cast

import anyio
import jwt
from anyio.to_thread import run_sync
from jwt.types import Options

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
ACCEPTED = "RSA of 2,048 to 4,096 bits with a short exponent, P-256, Ed25519"

_FAMILIES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
_CURVES = {"EC": "P-256", "OKP": "Ed25519"}
_COORDINATES = {"EC": ("x", "y"), "OKP": ("x",)}
_LONGEST_TEXT = 256
_MOST_KEYS = 20
_MOST_TRIED = 4
_MODULUS_BITS = range(2_048, 4_097)
# With a long exponent one check takes as long as thousands with the usual 65,537.
_EXPONENT_BITS = range(2, 33)

Keys = list[dict[str, Any]]

# The moments are checked by the server's own clock, and the audience with its limits.
_UNCHECKED: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
# Strangers choose what is checked here, so that it neither holds the event loop nor the threads of others.
_CHECKS = anyio.CapacityLimiter(1)


def keys_in(key_set: Any) -> Keys:
    """Return the public keys of a set that may sign, without members that are not used. Symmetric keys are
    left out, and whatever is too large, too small or not of a kind that the algorithms here take."""
    listed = cast("dict[str, Any]", key_set).get("keys") if isinstance(key_set, dict) else None
    if not isinstance(listed, list):
        return []
    members = cast("list[Any]", listed)[:_MOST_KEYS]
    return [key for member in members if (key := _usable(member))]


def candidates(keys: Keys, kid: object, algorithm: str) -> Keys:
    """Return the keys that may have signed with this algorithm, with this id if the signature names one."""
    keys = [key for key in keys if kid is None or key.get("kid") in (None, kid)]
    return [key for key in keys if _takes(key, algorithm)][:_MOST_TRIED]


async def verified(assertion: str, keys: Keys, algorithm: str) -> dict[str, Any] | None:
    """Return the claims, if one of the keys signed them."""
    return await run_sync(_verified, assertion, keys, algorithm, limiter=_CHECKS)


def _verified(assertion: str, keys: Keys, algorithm: str) -> dict[str, Any] | None:
    for key in keys:
        try:
            public_key = jwt.PyJWK(key, algorithm)
            return jwt.decode(assertion, public_key, algorithms=[algorithm], options=_UNCHECKED)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
    return None


def _takes(key: Mapping[str, Any], algorithm: str) -> bool:
    return _FAMILIES[algorithm] == key["kty"] and key.get("alg") in (None, algorithm)


def _usable(member: Any) -> dict[str, Any] | None:
    if not isinstance(member, dict):
        return None
    key = cast("dict[str, Any]", member)
    family = key.get("kty")
    if not isinstance(family, str) or family not in _FAMILIES.values() or key.get("use", "sig") != "sig":
        return None
    numbers = _rsa(key) if family == "RSA" else _on_curve(key, family)
    texts = {name: key[name] for name in ("kid", "alg") if _is_short(key.get(name))}
    return {"kty": family, **numbers, **texts} if numbers and _names_fit(key, texts) else None


def _names_fit(key: Mapping[str, Any], texts: Mapping[str, Any]) -> bool:
    return all(key.get(name) is None or name in texts for name in ("kid", "alg"))


def _rsa(key: Mapping[str, Any]) -> dict[str, str] | None:
    bounds = {"n": _MODULUS_BITS, "e": _EXPONENT_BITS}
    fits = all(_bits(key.get(name)) in bits for name, bits in bounds.items())
    return {name: key[name] for name in bounds} if fits else None


def _on_curve(key: Mapping[str, Any], family: str) -> dict[str, str] | None:
    names = _COORDINATES[family]
    if key.get("crv") != _CURVES[family] or not all(_is_short(key.get(name)) for name in names):
        return None
    return {name: key[name] for name in ("crv", *names)}


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TEXT


def _bits(value: Any) -> int:
    """Return how long a number in base64url is; 0 for what is none, or is longer than any that is used."""
    if not isinstance(value, str) or len(value) > _MODULUS_BITS.stop:
        return 0
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        return 0
    return int.from_bytes(raw).bit_length()
