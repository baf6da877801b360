"""`/register` (RFC 7591): the SDK's handler, given metadata that was checked and reduced before."""

import json
from datetime import UTC, datetime
from typing import Any

from mcp.server.auth.handlers.register import RegistrationHandler
from mcp.server.auth.settings import ClientRegistrationOptions
from mcp.shared.auth import OAuthClientInformationFull
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hostex_mcp.http.config import SCOPES
from hostex_mcp.http.oauth.answers import (
    NO_STORE,
    OAuthError,
    body_of,
    error_response,
    json_object,
    with_body,
)
from hostex_mcp.http.oauth.clients import ClientProblem, ClientRegistry, checked_metadata
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.oauth.provider import Provider
from hostex_mcp.http.store.records import OAuthClient

_MOST_BYTES = 16 * 1024
_OPTIONS = ClientRegistrationOptions(enabled=True, valid_scopes=list(SCOPES), default_scopes=list(SCOPES))


class Registration:
    """The registration endpoint, open to all, as clients need it to be."""

    def __init__(self, parts: OAuthDeps, clients: ClientRegistry) -> None:
        self._parts = parts
        self._clients = clients

    async def register(self, request: Request) -> Response:
        """Register a client; a public one that comes again with the same metadata is the same client."""
        try:
            metadata = _metadata(await body_of(request, _MOST_BYTES))
            provider = _Registering(self._parts, self._clients, metadata)
            body = json.dumps(metadata).encode()
            handler = RegistrationHandler(provider, _OPTIONS)
            answer = await handler.handle(with_body(request, body, "application/json"))
        except OAuthError as refused:
            return refused.response()
        except ClientProblem as problem:
            return error_response(problem.error, problem.description)
        return _corrected(answer, metadata)


def _metadata(body: bytes) -> dict[str, Any]:
    given = json_object(body)
    if given is None:
        raise OAuthError("invalid_client_metadata", "The body must be a JSON object.")
    return checked_metadata(given)


def _corrected(answer: Response, metadata: dict[str, Any]) -> Response:
    """The answer with redirect URIs as they were sent: the SDK rewrites them, and some clients compare."""
    told = json_object(bytes(answer.body)) or {}
    if answer.status_code != 201:
        error, description = told.get("error", "invalid_client_metadata"), told.get("error_description", "")
        return error_response(str(error), str(description), answer.status_code)
    return JSONResponse(told | {"redirect_uris": metadata["redirect_uris"]}, 201, NO_STORE)


class _Registering(Provider):
    def __init__(self, parts: OAuthDeps, clients: ClientRegistry, metadata: dict[str, Any]) -> None:
        super().__init__(parts, {})
        self._clients = clients
        self._metadata = metadata

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Keep the client, and answer with the id of the one that registered the same before."""
        made_up = {"token_endpoint_auth_method": client_info.token_endpoint_auth_method}
        secret = SecretStr(client_info.client_secret) if client_info.client_secret else None
        issued_at = datetime.fromtimestamp(client_info.client_id_issued_at or 0, UTC)
        client = OAuthClient(client_info.client_id, self._metadata | made_up, secret, created_at=issued_at)
        kept = await self._clients.register(client)
        client_info.client_id = kept.client_id
        client_info.client_id_issued_at = int((kept.created_at or issued_at).timestamp())
