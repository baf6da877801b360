"""Clients that prove who they are with a signature (`private_key_jwt`, RFC 7523), as ChatGPT does."""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import jwt

from hostex_mcp.http.oauth.answers import OAuthError, json_object
from hostex_mcp.http.oauth.client_keys import ALGORITHMS, TAKEN, Keys, candidates, keys_in, verified
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.store.records import OAuthClient
from hostex_mcp.public_fetch import FetchFailed

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MOST_CHARACTERS = 8 * 1024
_MOST_JWKS_BYTES = 64 * 1024
_MOST_SETS = 200
_SECONDS = 5.0
_LEEWAY = timedelta(seconds=60)
_LONGEST = timedelta(minutes=10)
_FRESH, _SHORTEST = timedelta(hours=1), timedelta(minutes=1)

_log = logging.getLogger(__name__)


class _Wrong(Exception):
    """The assertion proves nothing, for a reason that the client is told."""


@dataclass(frozen=True, slots=True)
class _Fetched:
    keys: Keys
    at: datetime


class Assertions:
    """Verifies assertions. Key sets come from where the client's document says, and are kept for an hour."""

    def __init__(self, parts: OAuthDeps) -> None:
        self._fetch = parts.fetch
        self._spent = parts.store.spent
        self._now = parts.now
        self._audiences = {parts.address.issuer, f"{parts.address.origin}/token"}
        self._sets: OrderedDict[str, _Fetched] = OrderedDict()

    async def verify(self, client: OAuthClient, form: Mapping[str, str]) -> None:
        """Return if the form's assertion was made by this client, for this server, just now, and is used for
        the first time.

        Raises:
            Refused: invalid_client, 401.
        """
        try:
            claims = await self._signed(client, form)
            expires_at = self._checked(client, claims)
            await self._claim(client, claims, expires_at)
        except _Wrong as problem:
            raise OAuthError("invalid_client", f"client_assertion {problem}", 401) from None

    async def _signed(self, client: OAuthClient, form: Mapping[str, str]) -> dict[str, Any]:
        assertion = form.get("client_assertion", "")
        if form.get("client_assertion_type") != ASSERTION_TYPE or not assertion:
            raise _Wrong("is missing, or client_assertion_type is not that of a JWT")
        if len(assertion) > _MOST_CHARACTERS:
            raise _Wrong("is too long")
        try:
            header = jwt.get_unverified_header(assertion)
        except jwt.PyJWTError:
            raise _Wrong("is not a JWT") from None
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS or "crit" in header:
            raise _Wrong(f"must be signed with one of {', '.join(ALGORITHMS)}")
        keys = await self._candidates(client, header.get("kid"), algorithm)
        if not keys:
            raise _Wrong(f"names no key of this client for {algorithm} that is taken here: {TAKEN}")
        claims = await verified(assertion, keys, algorithm)
        if claims is None:
            raise _Wrong("is not signed by a key of this client")
        return claims

    async def _candidates(self, client: OAuthClient, kid: object, algorithm: str) -> Keys:
        """The keys that may have signed. A new key is looked for at most once a minute."""
        if "jwks" in client.metadata:
            return candidates(keys_in(client.metadata["jwks"]), kid, algorithm)
        uri = client.metadata.get("jwks_uri")
        if not isinstance(uri, str):
            return []
        found = candidates(await self._key_set(uri, _FRESH), kid, algorithm)
        return found or candidates(await self._key_set(uri, _SHORTEST), kid, algorithm)

    async def _key_set(self, uri: str, fresh: timedelta) -> Keys:
        known = self._sets.get(uri)
        if known is not None and self._now() < known.at + fresh:
            return known.keys
        if self._fetch is None:
            return []
        try:
            accept = "application/json"
            fetched = await self._fetch(uri, most_bytes=_MOST_JWKS_BYTES, seconds=_SECONDS, accept=accept)
            keys = keys_in(json_object(fetched.content))
        except FetchFailed as failed:
            _log.warning("The keys of an app were not fetched: %s %s", uri.partition("?")[0], failed.detail)
            keys = known.keys if known else []
        self._sets[uri] = _Fetched(keys, self._now())
        self._sets.move_to_end(uri)
        while len(self._sets) > _MOST_SETS:
            self._sets.popitem(last=False)
        return keys

    def _checked(self, client: OAuthClient, claims: Mapping[str, Any]) -> datetime:
        if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            raise _Wrong("must have this client as iss and sub")
        audience = claims.get("aud")
        audiences = cast("list[Any]", audience) if isinstance(audience, list) else [audience]
        named = [audience for audience in audiences if isinstance(audience, str)]
        if len(audiences) != 1 or not self._audiences.intersection(named):
            raise _Wrong("must have this server as its only aud")
        now, expires_at = self._now(), _moment(claims.get("exp"))
        if expires_at is None or not now - _LEEWAY < expires_at <= now + _LONGEST + _LEEWAY:
            raise _Wrong("must expire within ten minutes")
        for name in ("nbf", "iat"):
            moment = _moment(claims.get(name)) if name in claims else now
            if moment is None or moment > now + _LEEWAY:
                raise _Wrong(f"is not valid yet by its {name}")
        return expires_at

    async def _claim(self, client: OAuthClient, claims: Mapping[str, Any], expires_at: datetime) -> None:
        jti = claims.get("jti")
        if not isinstance(jti, str) or not jti:
            raise _Wrong("has no jti")
        key = f"{client.client_id}\0{jti}"
        if not await self._spent.claim("assertion", key, expires_at + _LEEWAY):
            raise _Wrong("was used before")


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
