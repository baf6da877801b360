"""Clients: which metadata is accepted, what is kept of it, and where a client is found."""

import hashlib
import json
from collections.abc import Mapping
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
_ANSWERING = timedelta(minutes=10)
_MOST_REDIRECT_URIS = 10
_GRANT_TYPES = ("authorization_code", "refresh_token")


class ClientProblem(Exception):
    """A client's metadata cannot be accepted: an error code of RFC 7591 section 3.2.2, and why in words."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def is_document_id(client_id: str) -> bool:
    """Whether a client id is the address of a client ID metadata document."""
    return client_id.startswith("https://")


def verified_domain(client_id: str) -> str | None:
    """The host that vouches for a client with its metadata document; None for a client that registered
    itself, under any name it liked."""
    return urlsplit(client_id).hostname if is_document_id(client_id) else None


def name_of(client: OAuthClient) -> str:
    """What a client calls itself, on one line and short; without a name, the host that vouches for it."""
    return client.metadata.get("client_name") or verified_domain(client.client_id) or "An app without a name"


def redirect_uris_of(client: OAuthClient) -> list[str]:
    """A client's redirect URIs, as the text it gave."""
    return list(client.metadata["redirect_uris"])


def checked_metadata(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a client's metadata: what is used here, within bounds. Values that this server does not
    support are left out, as RFC 7591 section 2 allows.

    Raises:
        ClientProblem: no redirect URI, too many, or one that is not accepted; a value of the wrong type.
    """
    kept: dict[str, Any] = {
        "redirect_uris": _redirect_uris(given.get("redirect_uris")),
        "client_name": one_line(_text(given, "client_name")),
        "grant_types": _listed(given, "grant_types", _GRANT_TYPES),
        "response_types": _listed(given, "response_types", ("code",)),
        "token_endpoint_auth_method": _text(given, "token_endpoint_auth_method"),
        "scope": " ".join(known_scopes(_text(given, "scope"))),
    }
    return {name: value for name, value in kept.items() if value != ""}


def _redirect_uris(given: Any) -> list[str]:
    uris = _texts(given)
    if not uris or len(uris) > _MOST_REDIRECT_URIS:
        raise ClientProblem(
            "invalid_redirect_uri", f"redirect_uris must list 1 to {_MOST_REDIRECT_URIS} addresses."
        )
    for place, uri in enumerate(uris, 1):
        if problem := problem_of(uri):
            raise ClientProblem("invalid_redirect_uri", f"Redirect URI {place} {problem}.")
    return uris


def _listed(given: Mapping[str, Any], name: str, known: tuple[str, ...]) -> list[str]:
    if given.get(name) is None:
        return list(known)
    values = _texts(given[name])
    if values is None:
        raise ClientProblem("invalid_client_metadata", f"{name} must be a list of texts.")
    return [value for value in known if value in values]


def _texts(given: Any) -> list[str] | None:
    if not isinstance(given, list):
        return None
    values = cast("list[Any]", given)
    return values if all(isinstance(value, str) for value in values) else None


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ClientProblem("invalid_client_metadata", f"{name} must be a text.")
    return value


def fingerprint(metadata: Mapping[str, Any]) -> str:
    """A digest that is the same for the same metadata."""
    return hashlib.sha256(json.dumps(metadata, sort_keys=True).encode()).hexdigest()


class ClientRegistry:
    """Registered clients, and those known by their document, all in the database."""

    def __init__(self, parts: OAuthDeps) -> None:
        self._store = parts.store.clients
        self._now = parts.now

    async def known(self, client_id: str) -> OAuthClient | None:
        """A client as it was last seen."""
        return await self._store.get(client_id)

    async def register(self, client: OAuthClient) -> OAuthClient:
        """Keep a registration. One that never completes an authorization is forgotten after a week; a public
        client that registers the same again gets the id it had."""
        mark = fingerprint(client.metadata)
        if client.secret is None and await self._store.same_registration(mark):
            return await self._store.register(self._passing(client), mark)
        await self._make_room()
        if client.secret is None:
            return await self._store.register(self._passing(client), mark)
        await self._store.put(self._passing(client))
        return client

    async def keep_document(self, client: OAuthClient) -> OAuthClient:
        """Keep a client ID metadata document, in place of an older one."""
        if await self._store.get(client.client_id) is None:
            await self._make_room()
        await self._store.put(self._passing(client))
        return client

    def _passing(self, client: OAuthClient) -> OAuthClient:
        return replace(client, expires_at=self._now() + UNUSED_LIFETIME)

    async def _make_room(self) -> None:
        """A flood of new clients drives out its own: the oldest that nobody has used go first. But none whose
        person may be about to answer; if all are that young, new ones have to wait."""
        if await self._store.count_unused() < MOST_UNUSED:
            return
        await self._store.forget_unused(MOST_UNUSED - 1, self._now() + UNUSED_LIFETIME - _ANSWERING)
        if await self._store.count_unused() >= MOST_UNUSED:
            told = "Too many apps are new here. Try again in ten minutes."
            raise OAuthError("temporarily_unavailable", told, 503)
