"""`/revoke` (RFC 7009): the SDK's handler, which demands more than the RFC and names one error otherwise."""

from mcp.server.auth.handlers.revoke import RevocationHandler
from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.http.oauth.answers import OAuthError, error_response, json_object, with_form
from hostex_mcp.http.oauth.assertion import Assertions
from hostex_mcp.http.oauth.authentication import Authenticator, basic_challenge, form_with_credentials
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.oauth.provider import RevokingProvider

_HINTS = ("access_token", "refresh_token")


class Revocation:
    """The revocation endpoint. Either token of a grant ends it."""

    def __init__(self, parts: OAuthDeps, assertions: Assertions) -> None:
        self._parts = parts
        self._assertions = assertions

    async def revoke(self, request: Request) -> Response:
        """End the grant of a token; 200 for a token that is not known too."""
        try:
            form = await form_with_credentials(request)
            if "token" not in form:
                raise OAuthError("invalid_request", "token is missing.")
            provider = RevokingProvider(self._parts, form)
            authenticator = Authenticator(self._parts, provider, self._assertions, form)
            answer = await RevocationHandler(provider, authenticator).handle(
                with_form(request, _expected(form))
            )
        except OAuthError as refused:
            return refused.response(basic_challenge(request) if refused.status == 401 else None)
        return _corrected(answer, request)


def _expected(form: dict[str, str]) -> dict[str, str]:
    """The form with a secret, though it be empty, and without a hint that is not known, which is to be passed
    over."""
    known = form if form.get("token_type_hint") in _HINTS else _without(form, "token_type_hint")
    return {"client_secret": ""} | known


def _without(form: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in form.items() if key != name}


def _corrected(answer: Response, request: Request) -> Response:
    if answer.status_code == 200:
        return answer
    told = json_object(bytes(answer.body)) or {}
    refused = answer.status_code == 401
    error = "invalid_client" if refused else str(told.get("error", "invalid_request"))
    headers = basic_challenge(request) if refused else None
    return error_response(error, str(told.get("error_description", "")), answer.status_code, headers)
