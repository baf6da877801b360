"""OAuth clients: which metadata is accepted, what is kept of it, and where a client is found."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.http.oauth.answers import OAuthError
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.oauth.redirects import problem_of
from hostex_mcp.http.oauth.requested import known_scopes
from hostex_mcp.http.store.records import OAuthClient

MOST_UNUSED = 10_000
UNUSED_LIFETIME = timedelta(days=7)
_CONSENT_LIFETIME = timedelta(minutes=10)
_MOST_REDIRECT_URIS = 10
GRANT_TYPES = ("authorization_code", "refresh_token")


def is_document_id(client_id: str) -> bool:
    """Whether a client id is the address of a client ID metadata document."""
    return client_id.startswith("https://")


def verified_domain(client_id: str) -> str | None:
    """Return the host that vouches for a client with its metadata document; None for a client that registered
    itself, under any name it liked."""
    return urlsplit(client_id).hostname if is_document_id(client_id) else None


def name_of(client: OAuthClient) -> str:
    """Return what a client calls itself, on one short line; without a name, the host that vouches for it."""
    return client.metadata.get("client_name") or verified_domain(client.client_id) or "An app without a name"


def redirect_uris_of(client: OAuthClient) -> list[str]:
    """Return a client's redirect URIs, as the text it sent."""
    return list(client.metadata["redirect_uris"])


def checked_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a client's metadata: what is used here, within bounds. Values that this server
    does not support are left out, as RFC 7591 section 2 allows.

    Raises:
        OAuthError: an error of RFC 7591 section 3.2.2: no redirect URI, too many, or one that is not
            accepted; a value of the wrong type.
    """
    checked: dict[str, Any] = {
        "redirect_uris": _redirect_uris(metadata.get("redirect_uris")),
        "client_name": one_line(_text(metadata, "client_name")),
        "grant_types": _supported(metadata, "grant_types", GRANT_TYPES),
        "response_types": _supported(metadata, "response_types", ("code",)),
        "token_endpoint_auth_method": _text(metadata, "token_endpoint_auth_method"),
        "scope": " ".join(known_scopes(_text(metadata, "scope"))),
    }
    return {name: value for name, value in checked.items() if value != ""}


def _redirect_uris(value: Any) -> list[str]:
    uris = _texts(value)
    if not uris or len(uris) > _MOST_REDIRECT_URIS:
        raise OAuthError(
            "invalid_redirect_uri", f"redirect_uris must list 1 to {_MOST_REDIRECT_URIS} addresses."
        )
    for place, uri in enumerate(uris, 1):
        if problem := problem_of(uri):
            raise OAuthError("invalid_redirect_uri", f"Redirect URI {place} {problem}.")
    return uris


def _supported(metadata: Mapping[str, Any], name: str, supported: tuple[str, ...]) -> list[str]:
    if metadata.get(name) is None:
        return list(supported)
    values = _texts(metadata[name])
    if values is None:
        raise OAuthError("invalid_client_metadata", f"{name} must be a list of strings.")
    return [value for value in supported if value in values]


def _texts(value: Any) -> list[str] | None:
    texts = cast("list[Any]", value) if isinstance(value, list) else None
    return texts if texts is not None and all(isinstance(text, str) for text in texts) else None


def _text(metadata: Mapping[str, Any], name: str) -> str:
    value = metadata.get(name)
    if value is not None and not isinstance(value, str):
        raise OAuthError("invalid_client_metadata", f"{name} must be a string.")
    return value or ""


def fingerprint(metadata: Mapping[str, Any]) -> str:
    """Return a digest that is the same for the same metadata."""
    return hashlib.sha256(json.dumps(metadata, sort_keys=True).encode()).hexdigest()


class ClientRegistry:
    """Registered clients, and those known by their document, all in the database."""

    def __init__(self, deps: OAuthDeps) -> None:
        self._store = deps.store.clients
        self._now = deps.now

    async def get(self, client_id: str) -> OAuthClient | None:
        """Return a client as it was last seen."""
        return await self._store.get(client_id)

    async def register(self, client: OAuthClient, count: Callable[[], Awaitable[None]]) -> OAuthClient:
        """Keep a registration, and `count` it if it is a new one. One that never completes an authorization
        is forgotten after a week; a public client that registers the same again gets the id it had."""
        mark = fingerprint(client.metadata)
        # A client that is there already needs no room, and gets in during a flood.
        if client.secret is not None or await self._store.same_registration(mark) is None:
            await count()
            await self._make_room()
        if client.secret is None:
            return await self._store.register(self._expiring(client), mark)
        await self._store.put(self._expiring(client))
        return client

    async def keep_document(self, client: OAuthClient) -> OAuthClient:
        """Keep a client ID metadata document, in place of an older one."""
        if await self._store.get(client.client_id) is None:
            await self._make_room()
        await self._store.put(self._expiring(client))
        return client

    def _expiring(self, client: OAuthClient) -> OAuthClient:
        return replace(client, expires_at=self._now() + UNUSED_LIFETIME)

    async def _make_room(self) -> None:
        """Forget the oldest clients that nobody has used if there are too many, or refuse new ones."""
        if await self._store.count_unused() < MOST_UNUSED:
            return
        # A flood drives out its own, but nobody whose person may be about to answer the consent page.
        await self._store.forget_unused(MOST_UNUSED - 1, self._now() + UNUSED_LIFETIME - _CONSENT_LIFETIME)
        if await self._store.count_unused() >= MOST_UNUSED:
            raise OAuthError(
                "temporarily_unavailable", "Too many new apps right now. Try again in ten minutes.", 503
            )
