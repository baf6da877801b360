"""Client ID metadata documents: clients whose id is the address of their own description."""

import logging
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from hostex_mcp.http.oauth.answers import OAuthError, json_object
from hostex_mcp.http.oauth.client_keys import ACCEPTED, keys_in
from hostex_mcp.http.oauth.clients import ClientRegistry, checked_metadata
from hostex_mcp.http.oauth.deps import Fetch, OAuthDeps
from hostex_mcp.http.store.records import OAuthClient
from hostex_mcp.public_fetch import Fetched, FetchFailed, NothingHeard

_MOST_BYTES = 5 * 1024
_SECONDS = 5.0
_LONGEST_ID = 500
_SHORTEST, _USUAL, _LONGEST = timedelta(minutes=5), timedelta(hours=1), timedelta(hours=24)
_FAILURE_LIFETIME = timedelta(minutes=1)
_MOST_FAILURES = 1_000
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,9})", re.IGNORECASE)
_METHODS = ("none", "private_key_jwt")

_log = logging.getLogger(__name__)


class DocumentProblem(Exception):
    """A client cannot be known by its document. The text completes a sentence about the document."""


class NotFetched(DocumentProblem):
    """The document could not be fetched; the client or this server's network may be the reason."""


class NotAnswered(NotFetched):
    """The document's server did not answer."""


class DocumentsOff(DocumentProblem):
    """The operator has switched documents off."""


@dataclass(frozen=True, slots=True)
class _Failure:
    kind: type[DocumentProblem]
    problem: str
    until: datetime


class Documents:
    """Clients' documents, kept in the database as long as their servers allow (5 minutes to 24 hours). An
    address that failed is not fetched again for a minute."""

    def __init__(self, deps: OAuthDeps, clients: ClientRegistry) -> None:
        self._fetch = deps.fetch
        self._now = deps.now
        self._clients = clients
        self._failures: OrderedDict[str, _Failure] = OrderedDict()

    async def find(self, client_id: str) -> OAuthClient:
        """Return the client that a document describes.

        Raises:
            DocumentProblem: it cannot be fetched, or is not a description of this very client.
        """
        if self._fetch is None:
            raise DocumentsOff("is not read")
        if not _may_be_read(client_id):
            raise DocumentProblem("is not an address that a client may have as its id")
        client = await self._clients.get(client_id)
        fresh_until = client.fresh_until if client else None
        if client and fresh_until and self._now() < fresh_until:
            return client
        try:
            return await self._read(self._fetch, client_id)
        except NotAnswered:
            # The last version goes on for a day: whoever keeps look-ups busy keeps no known client out.
            if client and fresh_until and self._now() < fresh_until + _LONGEST:
                return client
            raise

    async def _read(self, fetch: Fetch, client_id: str) -> OAuthClient:
        failure = self._failures.get(client_id)
        if failure is not None and self._now() < failure.until:
            raise failure.kind(failure.problem)
        try:
            document = await _document(fetch, client_id)
            metadata = metadata_of(client_id, document)
        except DocumentProblem as problem:
            self._remember(client_id, problem)
            raise
        fresh_until = self._now() + _lifetime(document.headers.get("cache-control", ""))
        return await self._clients.keep_document(OAuthClient(client_id, metadata, fresh_until=fresh_until))

    def _remember(self, client_id: str, problem: DocumentProblem) -> None:
        # Without its query, which may hold what is nobody's business.
        address = client_id.partition("?")[0]
        _log.warning("The description of an app cannot be used: %s %s", address, _reason(problem))
        self._failures[client_id] = _Failure(type(problem), str(problem), self._now() + _FAILURE_LIFETIME)
        self._failures.move_to_end(client_id)
        while len(self._failures) > _MOST_FAILURES:
            self._failures.popitem(last=False)


async def _document(fetch: Fetch, client_id: str) -> Fetched:
    try:
        return await fetch(client_id, most_bytes=_MOST_BYTES, seconds=_SECONDS, accept="application/json")
    except NothingHeard as failure:
        raise NotAnswered(str(failure)) from failure
    except FetchFailed as failure:
        raise NotFetched(str(failure)) from failure


def _reason(problem: DocumentProblem) -> str:
    cause = problem.__cause__
    return cause.detail if isinstance(cause, FetchFailed) else str(problem)


def metadata_of(client_id: str, fetched: Fetched) -> dict[str, Any]:
    """Return what is kept of a document.

    Raises:
        DocumentProblem: it is not JSON, describes another client, or cannot be accepted.
    """
    media_type = fetched.content_type
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise DocumentProblem("is not a JSON document")
    document = json_object(fetched.content)
    if document is None:
        raise DocumentProblem("is not JSON, or names a member twice")
    if document.get("client_id") != client_id:
        raise DocumentProblem("names another client than its own address")
    try:
        return checked_metadata(document) | _authentication(document)
    except OAuthError as error:
        raise DocumentProblem(f"cannot be accepted: {error.description}") from None


def _authentication(document: dict[str, Any]) -> dict[str, Any]:
    """Return how the client proves who it is at the token endpoint. One that can do without is public."""
    method = document.get("token_endpoint_auth_method") or "none"
    # The document is public, so a shared secret proves nothing.
    if method not in _METHODS or "client_secret" in document:
        raise DocumentProblem("relies on a secret that everybody can read")
    others = document.get("token_endpoint_auth_methods_supported")
    if method == "none" or (isinstance(others, list) and "none" in others):
        return {"token_endpoint_auth_method": "none"}
    return {"token_endpoint_auth_method": method, **_keys(document)}


def _keys(document: dict[str, Any]) -> dict[str, Any]:
    members = {name: document[name] for name in ("jwks", "jwks_uri") if name in document}
    if len(members) != 1:
        raise DocumentProblem("must name its public keys in either jwks or jwks_uri")
    if "jwks_uri" in members:
        return members
    keys = keys_in(members["jwks"])
    if not keys:
        raise DocumentProblem(f"publishes no key that is accepted here: {ACCEPTED}")
    return {"jwks": {"keys": keys}}


def _may_be_read(client_id: str) -> bool:
    """Whether a document may have this address. Private networks are refused when it is fetched."""
    if len(client_id) > _LONGEST_ID or not client_id.isascii() or not client_id.isprintable():
        return False
    try:
        parts = urlsplit(client_id)
    except ValueError:
        return False
    segments = unquote(parts.path).split("/")
    plain = parts.hostname and "@" not in parts.netloc and not set(" #\\").intersection(client_id)
    return bool(plain) and parts.path not in ("", "/") and not {".", ".."}.intersection(segments)


def _lifetime(cache_control: str) -> timedelta:
    if re.search(r"no-store|no-cache", cache_control, re.IGNORECASE):
        return _SHORTEST
    age = _MAX_AGE.search(cache_control)
    return min(max(timedelta(seconds=int(age[1])), _SHORTEST), _LONGEST) if age else _USUAL
