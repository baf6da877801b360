"""Client authentication with a signature (`private_key_jwt`, RFC 7523), as ChatGPT does it."""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import jwt

from hostex_mcp.http.oauth.answers import OAuthError, json_object
from hostex_mcp.http.oauth.client_keys import ACCEPTED, ALGORITHMS, Keys, candidates, keys_in, verified
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.store.records import OAuthClient
from hostex_mcp.public_fetch import FetchFailed

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MOST_CHARACTERS = 8 * 1024
_MOST_JWKS_BYTES = 64 * 1024
_MOST_KEY_SETS = 200
_SECONDS = 5.0
_LEEWAY = timedelta(seconds=60)
_LONGEST_VALIDITY = timedelta(minutes=10)
_FRESH, _SHORTEST = timedelta(hours=1), timedelta(minutes=1)

_log = logging.getLogger(__name__)


class _AssertionProblem(Exception):
    """The assertion proves nothing, for a reason that the client is told."""


@dataclass(frozen=True, slots=True)
class _KeySet:
    keys: Keys
    fetched_at: datetime


class Assertions:
    """The check of assertions. Key sets come from where the client's document says, and are kept for an
    hour."""

    def __init__(self, deps: OAuthDeps) -> None:
        self._fetch = deps.fetch
        self._spent = deps.store.spent
        self._now = deps.now
        # RFC 7523 section 3 names the token endpoint, its revision the issuer.
        self._audiences = (deps.address.issuer, f"{deps.address.origin}/token")
        self._key_sets: OrderedDict[str, _KeySet] = OrderedDict()

    async def verify(self, client: OAuthClient, form: Mapping[str, str]) -> None:
        """Return if the form's assertion was made by this client, for this server, just now, and is used for
        the first time.

        Raises:
            OAuthError: invalid_client, 401.
        """
        try:
            claims = await self._signed(client, form)
            expires_at = self._expiry(client, claims)
            await self._claim(client, claims, expires_at)
        except _AssertionProblem as problem:
            raise OAuthError("invalid_client", f"client_assertion {problem}", 401) from None

    async def _signed(self, client: OAuthClient, form: Mapping[str, str]) -> dict[str, Any]:
        assertion = form.get("client_assertion", "")
        if form.get("client_assertion_type") != ASSERTION_TYPE or not assertion:
            raise _AssertionProblem("is missing, or client_assertion_type is not that of a JWT")
        if len(assertion) > _MOST_CHARACTERS:
            raise _AssertionProblem("is too long")
        try:
            header = jwt.get_unverified_header(assertion)
        except jwt.PyJWTError:
            raise _AssertionProblem("is not a JWT") from None
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS or "crit" in header:
            raise _AssertionProblem(f"must be signed with one of {', '.join(ALGORITHMS)}")
        keys = await self._candidates(client, header.get("kid"), algorithm)
        if not keys:
            raise _AssertionProblem(
                f"names no key of this client for {algorithm} that is accepted here: {ACCEPTED}"
            )
        claims = await verified(assertion, keys, algorithm)
        if claims is None:
            raise _AssertionProblem("is not signed by a key of this client")
        return claims

    async def _candidates(self, client: OAuthClient, kid: object, algorithm: str) -> Keys:
        """Return the keys that may have signed."""
        if "jwks" in client.metadata:
            return candidates(keys_in(client.metadata["jwks"]), kid, algorithm)
        uri = client.metadata.get("jwks_uri")
        if not isinstance(uri, str):
            return []
        keys = candidates(await self._keys(uri, _FRESH), kid, algorithm)
        # A key that is not in the set may be new, but forged ids make no more than one request a minute.
        return keys or candidates(await self._keys(uri, _SHORTEST), kid, algorithm)

    async def _keys(self, uri: str, fresh: timedelta) -> Keys:
        cached = self._key_sets.get(uri)
        if cached is not None and self._now() < cached.fetched_at + fresh:
            return cached.keys
        if self._fetch is None:
            return []
        try:
            document = await self._fetch(
                uri, most_bytes=_MOST_JWKS_BYTES, seconds=_SECONDS, accept="application/json"
            )
            keys = keys_in(json_object(document.content))
        except FetchFailed as failure:
            # Without its query, which may hold what is nobody's business.
            _log.warning("The keys of an app were not fetched: %s %s", uri.partition("?")[0], failure.detail)
            keys = cached.keys if cached else []
        self._key_sets[uri] = _KeySet(keys, self._now())
        self._key_sets.move_to_end(uri)
        while len(self._key_sets) > _MOST_KEY_SETS:
            self._key_sets.popitem(last=False)
        return keys

    def _expiry(self, client: OAuthClient, claims: Mapping[str, Any]) -> datetime:
        if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            raise _AssertionProblem("must have this client as iss and sub")
        audience = claims.get("aud")
        audiences = cast("list[Any]", audience) if isinstance(audience, list) else [audience]
        # One audience only: an assertion for several servers lets each of them be the client elsewhere.
        if len(audiences) != 1 or audiences[0] not in self._audiences:
            raise _AssertionProblem("must have this server as its only aud")
        now, expires_at = self._now(), _moment(claims.get("exp"))
        if expires_at is None or not now - _LEEWAY < expires_at <= now + _LONGEST_VALIDITY + _LEEWAY:
            raise _AssertionProblem("must expire within ten minutes")
        for name in ("nbf", "iat"):
            moment = _moment(claims.get(name)) if name in claims else now
            if moment is None or moment > now + _LEEWAY:
                raise _AssertionProblem(f"is not valid yet by its {name}")
        return expires_at

    async def _claim(self, client: OAuthClient, claims: Mapping[str, Any], expires_at: datetime) -> None:
        jti = claims.get("jti")
        if not isinstance(jti, str) or not jti:
            raise _AssertionProblem("has no jti")
        key = f"{client.client_id}\0{jti}"
        if not await self._spent.claim("assertion", key, expires_at + _LEEWAY):
            raise _AssertionProblem("was used before")


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
