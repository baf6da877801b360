"""`/token`: the SDK's handler, given what it expects, and corrected where it departs from the RFCs."""

import re

from mcp.server.auth.handlers.token import TokenHandler
from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.events import TokensAsked, emit
from hostex_mcp.http.oauth.answers import OAuthError, error_response, json_object, with_form
from hostex_mcp.http.oauth.assertion import Assertions
from hostex_mcp.http.oauth.authentication import Authenticator, basic_challenge, form_with_credentials
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.oauth.provider import Provider
from hostex_mcp.http.oauth.requested import is_resource

_GRANT_TYPES = ("authorization_code", "refresh_token")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class TokenEndpoint:
    """The token endpoint (RFC 6749 section 3.2)."""

    def __init__(self, parts: OAuthDeps, assertions: Assertions) -> None:
        self._parts = parts
        self._assertions = assertions

    async def issue(self, request: Request) -> Response:
        """Exchange a code or a refresh token for a pair."""
        form: dict[str, str] = {}
        try:
            form = await form_with_credentials(request)
            self._check(form)
            provider = Provider(self._parts, form)
            authenticator = Authenticator(self._parts, provider, self._assertions, form)
            answer = await TokenHandler(provider, authenticator).handle(with_form(request, form))
        except OAuthError as refused:
            answer = refused.response(basic_challenge(request) if refused.status == 401 else None)
        else:
            answer = _corrected(answer, request)
        _count(form, answer)
        return answer

    def _check(self, form: dict[str, str]) -> None:
        if "grant_type" not in form:
            raise OAuthError("invalid_request", "grant_type is missing.")
        if form["grant_type"] not in _GRANT_TYPES:
            raise OAuthError(
                "unsupported_grant_type", f"grant_type must be one of {', '.join(_GRANT_TYPES)}."
            )
        if not is_resource(self._parts.address, form.get("resource")):
            raise OAuthError("invalid_target", f"resource must be {self._parts.address.resource}")
        if "code_verifier" in form and not _VERIFIER.fullmatch(form["code_verifier"]):
            raise OAuthError("invalid_grant", "code_verifier must have 43 to 128 unreserved characters.")


def _count(form: dict[str, str], answer: Response) -> None:
    known = form.get("grant_type") in _GRANT_TYPES
    outcome = "ok" if answer.status_code == 200 else str((json_object(bytes(answer.body)) or {})["error"])
    emit(TokensAsked(form["grant_type"] if known else "other", outcome))


def _corrected(answer: Response, request: Request) -> Response:
    """An error with a bounded description; a grant type that this client did not register for under its own
    code (RFC 6749 section 5.2)."""
    if answer.status_code == 200:
        return answer
    told = json_object(bytes(answer.body)) or {}
    error = str(told.get("error", "invalid_request"))
    if error == "unsupported_grant_type":
        error = "unauthorized_client"
    headers = basic_challenge(request) if answer.status_code == 401 else None
    return error_response(error, str(told.get("error_description", "")), answer.status_code, headers)
