"""`/register` (RFC 7591): open to all, as clients need it to be."""

import secrets
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from hostex_mcp.events import Throttled, emit
from hostex_mcp.http.config import SCOPES
from hostex_mcp.http.oauth.answers import NO_STORE, OAuthError, body_of, json_object
from hostex_mcp.http.oauth.clients import ClientRegistry, checked_metadata
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.store.records import OAuthClient
from hostex_mcp.http.transport.rate_limits import caller_address, neighbours_of
from hostex_mcp.http.transport.refusals import HttpRefusal, too_many

_PUBLIC = "none"
# Without private_key_jwt: a key that nobody vouches for proves no more than a secret.
AUTH_METHODS = (_PUBLIC, "client_secret_post", "client_secret_basic")
_MOST_BYTES = 16 * 1024
MOST_OF_ADDRESS, MOST_NEAR = 60, 240
"""How many new registrations of an address, and of the network that one customer may have, are taken in a
minute by all processes together."""
_COUNTED = "registrations"


class Registration:
    """The registration endpoint."""

    def __init__(self, deps: OAuthDeps, clients: ClientRegistry) -> None:
        self._now = deps.now
        self._spent = deps.store.spent
        self._clients = clients

    async def register(self, request: Request) -> Response:
        """Register a client; a public one that comes again with the same metadata is the same client."""
        try:
            metadata = _metadata(await body_of(request, _MOST_BYTES))
            secret = None if metadata["token_endpoint_auth_method"] == _PUBLIC else _new_secret()
            new = OAuthClient(str(uuid4()), metadata, secret, created_at=self._now())
            client = await self._clients.register(new, partial(self._count, request.scope))
        except OAuthError as error:
            return error.response()
        except HttpRefusal as refused:
            return refused.answer(request.url.path)
        return JSONResponse(_description(client), 201, NO_STORE)

    async def _count(self, scope: Scope) -> None:
        """Count a new registration of this address, in the database, so that every process counts the same.

        Raises:
            HttpRefusal: there were too many in this minute.
        """
        minute, second = divmod(int(self._now().timestamp()), 60)
        until = self._now() + timedelta(seconds=60 - second)
        for caller, most in ((caller_address(scope), MOST_OF_ADDRESS), (neighbours_of(scope), MOST_NEAR)):
            if not await self._spent.claim_one(_COUNTED, f"{most} {caller} {minute}", most, until):
                emit(Throttled(_COUNTED))
                raise too_many(60 - second)


def _metadata(body: bytes) -> dict[str, Any]:
    sent = json_object(body)
    if sent is None:
        raise OAuthError("invalid_client_metadata", "The body must be a JSON object.")
    metadata = {"token_endpoint_auth_method": "client_secret_post"} | checked_metadata(sent)
    if metadata["token_endpoint_auth_method"] not in AUTH_METHODS:
        methods = ", ".join(AUTH_METHODS)
        raise OAuthError("invalid_client_metadata", f"token_endpoint_auth_method must be one of {methods}.")
    if "authorization_code" not in metadata["grant_types"]:
        raise OAuthError("invalid_client_metadata", "grant_types must include 'authorization_code'")
    if "code" not in metadata["response_types"]:
        raise OAuthError(
            "invalid_client_metadata", "response_types must include 'code' for authorization_code grant"
        )
    return metadata


def _new_secret() -> SecretStr:
    return SecretStr(secrets.token_hex(32))


def _description(client: OAuthClient) -> dict[str, Any]:
    """Return what was registered (RFC 7591 section 3.2.1). Redirect URIs are as they were sent, since some
    clients compare them."""
    description = {"scope": " ".join(SCOPES), "application_type": "native"} | client.metadata
    description["client_id"] = client.client_id
    if client.created_at is not None:
        description["client_id_issued_at"] = int(client.created_at.timestamp())
    if client.secret is not None:
        # 0 is "never", and required with a secret.
        description |= {"client_secret": client.secret.get_secret_value(), "client_secret_expires_at": 0}
    return description
