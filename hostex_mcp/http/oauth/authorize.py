"""`/authorize`: checks what a client asks for, and sends the person on to the consent page.

No request is stored. What is wrong before the client and its redirect URI are known is told to the person;
what is wrong after that goes back to the client.
"""

import re
import secrets
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.http.oauth.answers import OAuthError, parameters
from hostex_mcp.http.oauth.authorization_request import LIFETIME, AuthorizationRequest, seal_transaction
from hostex_mcp.http.oauth.browser import browser_of, remember
from hostex_mcp.http.oauth.cimd import DocumentProblem, Documents, DocumentsOff, NotFetched
from hostex_mcp.http.oauth.clients import (
    ClientRegistry,
    is_document_id,
    name_of,
    redirect_uris_of,
    verified_domain,
)
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.oauth.redirects import matching, with_query
from hostex_mcp.http.oauth.requested import is_resource, requested_scopes
from hostex_mcp.http.pages.render import error_page
from hostex_mcp.http.store.records import OAuthClient

CONSENT_PATH = "/connect/consent"
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_QUERY = re.compile(r"[!-~]{0,16384}")
_LONGEST_STATE = 4_096
_TITLE = "This app cannot be connected"
_ADVICE = "Go back to the app and start again. If it happens again, report it to the app's developer."
_NOT_FETCHED = (
    "Go back to the app and start again in a minute. If it happens again, report it to whoever runs this "
    "server{contact}. The reason is in its log."
)
_OFF = "Use an app that registers itself, or ask whoever runs this server{contact}."


class _Unanswerable(Exception):
    """A request whose sender is not known for sure: only the person is told."""

    def __init__(self, text: str, status: int = 400, *, advice: str = _ADVICE) -> None:
        super().__init__(text)
        self.text = text
        self.status = status
        self.advice = advice

    def page(self, about: object) -> Response:
        return error_page(_TITLE, self.text, self.status, advice=self.advice, about=about)


class Authorize:
    """The authorization endpoint (RFC 6749 section 3.1)."""

    def __init__(self, parts: OAuthDeps, clients: ClientRegistry) -> None:
        self._parts = parts
        self._clients = clients
        self._documents = Documents(parts, clients)

    async def show(self, request: Request) -> Response:
        """Send the person to the consent page, or back to the client with an error."""
        try:
            asked, repeated = _parameters(request.scope["query_string"].decode("latin-1"))
            client = await self._client(asked)
            redirect_uri = _redirect_uri(client, asked)
        except _Unanswerable as problem:
            return problem.page(self._parts.about)
        try:
            if repeated:
                raise OAuthError("invalid_request", f"{min(repeated)} is given twice.")
            transaction = self._transaction(client, redirect_uri, asked)
        except OAuthError as refused:
            return self._back(redirect_uri, asked.get("state"), refused)
        return self._on(request, transaction)

    async def _client(self, asked: Mapping[str, str]) -> OAuthClient:
        client_id = asked.get("client_id")
        if client_id is None:
            raise _Unanswerable("The app did not say who it is: client_id is missing.")
        if is_document_id(client_id):
            return await self._described(client_id)
        client = await self._clients.known(client_id)
        if client is None:
            raise _Unanswerable("The app is not known here, or it registered too long ago.")
        return client

    async def _described(self, client_id: str) -> OAuthClient:
        try:
            return await self._documents.find(client_id)
        except DocumentProblem as problem:
            raise self._undescribed(client_id, problem) from None
        except OAuthError as refused:
            raise _Unanswerable(refused.description, refused.status) from None

    def _undescribed(self, client_id: str, problem: DocumentProblem) -> _Unanswerable:
        """What the person is told, and whose it is to mend."""
        contact = f" ({self._parts.contact})" if self._parts.contact else ""
        if isinstance(problem, DocumentsOff):
            text = "This server does not accept apps that identify themselves by a web address."
            return _Unanswerable(text, advice=_OFF.format(contact=contact))
        if isinstance(problem, NotFetched):
            host = verified_domain(client_id)
            text = f"The app describes itself at {host}. This server tried to read that, but it {problem}."
            return _Unanswerable(text, 502, advice=_NOT_FETCHED.format(contact=contact))
        return _Unanswerable(f"The app's description of itself {problem}.")

    def _transaction(
        self, client: OAuthClient, redirect_uri: str, asked: Mapping[str, str]
    ) -> AuthorizationRequest:
        """The request as it goes on; Refused if the client must hear of it instead."""
        address = self._parts.address
        _check_response(asked)
        scopes = requested_scopes(asked.get("scope"), client.metadata.get("scope"))
        if not is_resource(address, asked.get("resource")):
            raise OAuthError("invalid_target", f"resource must be {address.resource}")
        return AuthorizationRequest(
            client_id=client.client_id,
            client_name=name_of(client),
            redirect_uri=redirect_uri,
            redirect_uri_given="redirect_uri" in asked,
            state=asked.get("state"),
            code_challenge=asked["code_challenge"],
            scopes=scopes,
            resource=address.resource,
            nonce=secrets.token_urlsafe(16),
            expires_at=self._parts.now() + LIFETIME,
        )

    def _on(self, request: Request, transaction: AuthorizationRequest) -> Response:
        browser = browser_of(request, self._parts.address)
        sealed = seal_transaction(self._parts.keys, transaction, browser.digest)
        return remember(_see_other(f"{CONSENT_PATH}?request={sealed}"), browser, self._parts.address)

    def _back(self, redirect_uri: str, state: str | None, refused: OAuthError) -> Response:
        answer = {"error": refused.error, "error_description": refused.description}
        if state is not None and len(state) <= _LONGEST_STATE:
            answer["state"] = state
        return _see_other(with_query(redirect_uri, answer | {"iss": self._parts.address.issuer}))


def _parameters(query: str) -> tuple[dict[str, str], frozenset[str]]:
    try:
        if not _QUERY.fullmatch(query):
            raise OAuthError("invalid_request", "The request is too long.")
        asked, repeated = parameters(query)
    except OAuthError as refused:
        raise _Unanswerable(refused.description) from None
    if twice := repeated.intersection({"client_id", "redirect_uri"}):
        raise _Unanswerable(f"{min(twice)} is given more than once.")
    return asked, repeated


def _redirect_uri(client: OAuthClient, asked: Mapping[str, str]) -> str:
    registered = redirect_uris_of(client)
    given = asked.get("redirect_uri")
    if given is None and len(registered) == 1:
        return registered[0]
    if given is None or not matching(registered, given):
        raise _Unanswerable("The app wants its answer at an address that it did not register (redirect_uri).")
    return given


def _check_response(asked: Mapping[str, str]) -> None:
    """How the client wants its answer, and PKCE (RFC 7636), without which a thief could use a code."""
    if "response_type" not in asked:
        raise OAuthError("invalid_request", "response_type is missing.")
    if asked["response_type"] != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code.")
    if asked.get("response_mode", "query") != "query":
        raise OAuthError("invalid_request", "response_mode must be query.")
    if len(asked.get("state", "")) > _LONGEST_STATE:
        raise OAuthError("invalid_request", f"state is longer than {_LONGEST_STATE} characters.")
    if asked.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "PKCE is required: code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(asked.get("code_challenge", "")):
        raise OAuthError(
            "invalid_request", "PKCE is required: code_challenge must have 43 to 128 characters."
        )


def _see_other(location: str) -> Response:
    headers = {"Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status_code=303, headers=headers)
