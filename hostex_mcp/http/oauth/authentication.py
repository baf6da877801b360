"""Which client calls `/token` or `/revoke`."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import unquote

from mcp.server.auth.middleware.client_auth import ClientAuthenticator
from mcp.shared.auth import OAuthClientInformationFull
from starlette.requests import Request

from hostex_mcp.http.oauth.answers import OAuthError, check_characters, form_of
from hostex_mcp.http.oauth.assertion import Assertions
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.oauth.provider import Provider, information


async def form_with_credentials(request: Request) -> dict[str, str]:
    """The form of a request, with the client's id and secret in it even if they came by HTTP Basic.

    Raises:
        Refused: the form is malformed, or credentials are sent in two ways.
    """
    form = await form_of(request)
    client_id, secret = _basic(request)
    if client_id is None:
        return form
    if form.get("client_id", client_id) != client_id or "client_secret" in form or "client_assertion" in form:
        raise OAuthError("invalid_request", "Send the client's credentials in one way only.")
    return form | {"client_id": client_id} | ({"client_secret": secret} if secret else {})


def basic_challenge(request: Request) -> Mapping[str, str]:
    """What a 401 tells a client that used HTTP Basic (RFC 6749 section 5.2)."""
    return {"WWW-Authenticate": 'Basic realm="token"'} if "authorization" in request.headers else {}


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
    client_id, _, secret = (unquote(part) for part in decoded.partition(":"))
    check_characters(client_id, secret)
    return client_id, secret


class Authenticator(ClientAuthenticator):
    """The SDK's, which knows secrets, and clients that sign besides."""

    def __init__(
        self, parts: OAuthDeps, provider: Provider, assertions: Assertions, form: Mapping[str, str]
    ) -> None:
        super().__init__(provider)
        self._clients = parts.store.clients
        self._assertions = assertions
        self._form = form

    async def authenticate_request(self, request: Request) -> OAuthClientInformationFull:
        """The client, if it proves to be who it says."""
        client = await self._clients.get(self._form.get("client_id", ""))
        if client is None or client.metadata.get("token_endpoint_auth_method") != "private_key_jwt":
            return await super().authenticate_request(request)
        await self._assertions.verify(client, self._form)
        return information(client)
