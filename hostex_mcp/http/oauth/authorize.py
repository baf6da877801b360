"""`/authorize`: checks what a client asks for, and sends the person on to the consent page.

No request is stored. An error is shown to the person until the client and its redirect URI are known, and
goes back to the client from then on.
"""

import re
import secrets
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.http.oauth.answers import OAuthError, parameters
from hostex_mcp.http.oauth.authorization_request import LIFETIME, AuthorizationRequest, seal_authorization
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
from hostex_mcp.http.store.records import OAuthClient
from hostex_mcp.pages.render import PageError

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


class Authorize:
    """The authorization endpoint (RFC 6749 section 3.1)."""

    def __init__(self, deps: OAuthDeps, clients: ClientRegistry) -> None:
        self._deps = deps
        self._clients = clients
        self._documents = Documents(deps, clients)

    async def show(self, request: Request) -> Response:
        """Send the person to the consent page, or back to the client with an error."""
        try:
            query, repeated = _parameters(request.scope["query_string"].decode("latin-1"))
            client = await self._client(query.get("client_id"))
            redirect_uri = _redirect_uri(client, query.get("redirect_uri"))
        except PageError as problem:
            return problem.page(self._deps.notice)
        try:
            if repeated:
                raise OAuthError("invalid_request", f"{min(repeated)} is given twice.")
            authorization = self._authorization(client, redirect_uri, query)
        except OAuthError as error:
            return self._to_client(redirect_uri, query.get("state"), error)
        return self._to_consent(request, authorization)

    async def _client(self, client_id: str | None) -> OAuthClient:
        if client_id is None:
            raise _untrusted("The app did not say who it is: client_id is missing.")
        if is_document_id(client_id):
            return await self._of_document(client_id)
        client = await self._clients.get(client_id)
        if client is None:
            raise _untrusted("This server does not know the app, or it registered too long ago.")
        return client

    async def _of_document(self, client_id: str) -> OAuthClient:
        try:
            return await self._documents.find(client_id)
        except DocumentProblem as problem:
            raise self._without_document(client_id, problem) from None
        except OAuthError as error:
            raise _untrusted(error.description, error.status) from None

    def _without_document(self, client_id: str, problem: DocumentProblem) -> PageError:
        """Return what the person is told, and who can fix it."""
        contact = f" ({self._deps.contact})" if self._deps.contact else ""
        if isinstance(problem, DocumentsOff):
            text = "This server does not accept apps that identify themselves by a web address."
            return _untrusted(text, advice=_OFF.format(contact=contact))
        if isinstance(problem, NotFetched):
            host = verified_domain(client_id)
            text = f"The app describes itself at {host}. This server tried to read that, but it {problem}."
            return _untrusted(text, 502, advice=_NOT_FETCHED.format(contact=contact))
        return _untrusted(f"The app's description of itself {problem}.")

    def _authorization(
        self, client: OAuthClient, redirect_uri: str, query: Mapping[str, str]
    ) -> AuthorizationRequest:
        """Return the request as it goes on, or raise the OAuthError that the client gets instead."""
        address = self._deps.address
        _check_response(query)
        if not is_resource(address, query.get("resource")):
            raise OAuthError("invalid_target", f"resource must be {address.resource}")
        return AuthorizationRequest(
            client_id=client.client_id,
            client_name=name_of(client),
            redirect_uri=redirect_uri,
            redirect_uri_given="redirect_uri" in query,
            state=query.get("state"),
            code_challenge=query["code_challenge"],
            scopes=requested_scopes(query.get("scope"), client.metadata.get("scope")),
            resource=address.resource,
            nonce=secrets.token_urlsafe(16),
            expires_at=self._deps.now() + LIFETIME,
        )

    def _to_consent(self, request: Request, authorization: AuthorizationRequest) -> Response:
        browser = browser_of(request, self._deps.address)
        sealed = seal_authorization(self._deps.keys, authorization, browser.digest)
        return remember(_see_other(f"{CONSENT_PATH}?request={sealed}"), browser, self._deps.address)

    def _to_client(self, redirect_uri: str, state: str | None, error: OAuthError) -> Response:
        answer = {"error": error.error, "error_description": error.description}
        if state is not None and len(state) <= _LONGEST_STATE:
            answer["state"] = state
        return _see_other(with_query(redirect_uri, answer | {"iss": self._deps.address.issuer}))


def _untrusted(text: str, status: int = 400, *, advice: str = _ADVICE) -> PageError:
    """Return the error of a request whose client or redirect URI is not certain. The client does not hear of
    it: a redirect could lead anywhere."""
    return PageError(_TITLE, text, advice, status)


def _parameters(query: str) -> tuple[dict[str, str], frozenset[str]]:
    try:
        if not _QUERY.fullmatch(query):
            raise OAuthError("invalid_request", "The request is too long.")
        values, repeated = parameters(query)
    except OAuthError as error:
        raise _untrusted(error.description) from None
    if ambiguous := repeated.intersection({"client_id", "redirect_uri"}):
        raise _untrusted(f"{min(ambiguous)} is given more than once.")
    return values, repeated


def _redirect_uri(client: OAuthClient, requested: str | None) -> str:
    registered = redirect_uris_of(client)
    if requested is None and len(registered) == 1:
        return registered[0]
    if requested is None or not matching(registered, requested):
        raise _untrusted("The app wants its answer at an address that it did not register (redirect_uri).")
    return requested


def _check_response(query: Mapping[str, str]) -> None:
    """Check how the client wants its answer, and PKCE (RFC 7636), without which a thief could use a code."""
    if "response_type" not in query:
        raise OAuthError("invalid_request", "response_type is missing.")
    if query["response_type"] != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code.")
    if query.get("response_mode", "query") != "query":
        raise OAuthError("invalid_request", "response_mode must be query.")
    if len(query.get("state", "")) > _LONGEST_STATE:
        raise OAuthError("invalid_request", f"state is longer than {_LONGEST_STATE} characters.")
    if query.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "PKCE is required: code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(query.get("code_challenge", "")):
        raise OAuthError(
            "invalid_request", "PKCE is required: code_challenge must have 43 to 128 characters."
        )


def _see_other(location: str) -> Response:
    headers = {"Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status_code=303, headers=headers)
