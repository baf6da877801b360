"""Which client calls `/token` or `/revoke`, and whether it proves to be that one."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from urllib.parse import unquote

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.http.oauth.answers import OAuthError, check_characters, form_of
from hostex_mcp.http.oauth.assertion import Assertions
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.store.records import OAuthClient


class Authentication:
    """Tells clients apart by their secret, by their signature, or, for public ones, by their word."""

    def __init__(self, deps: OAuthDeps) -> None:
        # Documents are not read again here: clients wait for a token ten seconds at most.
        self._clients = deps.store.clients
        self._assertions = Assertions(deps)

    async def client_of(self, form: Mapping[str, str]) -> OAuthClient:
        """Return the client that sent a form from `form_with_credentials`.

        Raises:
            OAuthError: invalid_client, 401.
        """
        if "client_id" not in form:
            raise OAuthError("invalid_client", "Missing client_id", 401)
        client = await self._clients.get(form["client_id"])
        if client is None:
            raise OAuthError("invalid_client", "Invalid client_id", 401)
        method = client.metadata.get("token_endpoint_auth_method")
        if method == "private_key_jwt":
            await self._assertions.verify(client, form)
        elif client.secret:
            _check_secret(client.secret, form.get("client_secret", ""))
        elif method != "none":
            # Whoever should have a secret and has none kept here proves nothing.
            raise OAuthError("invalid_client", f"Unsupported auth method: {method}", 401)
        return client


def _check_secret(secret: SecretStr, sent: str) -> None:
    # In the form or by HTTP Basic: some clients do it otherwise than they registered.
    if not sent:
        raise OAuthError("invalid_client", "Client secret is required", 401)
    # The time this takes must tell nothing of the secret.
    if not hmac.compare_digest(secret.get_secret_value().encode(), sent.encode()):
        raise OAuthError("invalid_client", "Invalid client_secret", 401)


async def form_with_credentials(request: Request) -> dict[str, str]:
    """Return the form of a request, with the client's id and secret in it even if they came by HTTP Basic.

    Raises:
        OAuthError: the form is malformed, or credentials are sent in two ways.
    """
    form = await form_of(request)
    client_id, secret = _basic(request)
    if client_id is None:
        return form
    # RFC 6749 section 2.3: a client must not use more than one method in a request.
    if form.get("client_id", client_id) != client_id or "client_secret" in form or "client_assertion" in form:
        raise OAuthError("invalid_request", "Send the client's credentials in one way only.")
    return form | {"client_id": client_id} | ({"client_secret": secret} if secret else {})


def refusal(request: Request, error: OAuthError) -> Response:
    """Return the error, with a challenge for a client that used HTTP Basic in vain (RFC 6749 section 5.2)."""
    challenged = error.status == 401 and "authorization" in request.headers
    return error.response({"WWW-Authenticate": 'Basic realm="token"'} if challenged else None)


def _basic(request: Request) -> tuple[str | None, str]:
    headers = request.headers.getlist("authorization")
    if not headers:
        return None, ""
    scheme, _, encoded = headers[0].partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        decoded = ""
    if len(headers) > 1 or scheme.lower() != "basic" or ":" not in decoded:
        raise OAuthError("invalid_client", "The Authorization header is not valid HTTP Basic.", 401)
    # RFC 6749 section 2.3.1: both are form-encoded before they are joined.
    client_id, _, secret = (unquote(part) for part in decoded.partition(":"))
    check_characters(client_id, secret)
    return client_id, secret
