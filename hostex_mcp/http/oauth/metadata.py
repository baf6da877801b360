"""The documents that clients find their way with (RFC 8414, RFC 9728), with one and the same issuer."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hostex_mcp.http.config import MCP_PATH, SCOPES, Address
from hostex_mcp.http.oauth.client_keys import ALGORITHMS
from hostex_mcp.http.oauth.clients import GRANT_TYPES
from hostex_mcp.http.oauth.registration import AUTH_METHODS

_WELL_KNOWN = "/.well-known"
_AUTH_METHODS = [*AUTH_METHODS, "private_key_jwt"]

# Some clients ask for one of these only; each gets the same document.
SERVER_PATHS = (
    f"{_WELL_KNOWN}/oauth-authorization-server",
    f"{_WELL_KNOWN}/oauth-authorization-server{MCP_PATH}",
    f"{MCP_PATH}{_WELL_KNOWN}/oauth-authorization-server",
    f"{_WELL_KNOWN}/openid-configuration",
    f"{_WELL_KNOWN}/openid-configuration{MCP_PATH}",
    f"{MCP_PATH}{_WELL_KNOWN}/openid-configuration",
)
RESOURCE_PATHS = (
    f"{_WELL_KNOWN}/oauth-protected-resource{MCP_PATH}",
    f"{_WELL_KNOWN}/oauth-protected-resource",
)


def documents(address: Address, *, described: bool = True) -> list[Route]:
    """Return the routes of both documents, at every path where a client looks for them. `described` says
    whether clients may be known by client ID metadata documents."""
    return [
        *(_route(path, server_metadata(address, described)) for path in SERVER_PATHS),
        *(_route(path, resource_metadata(address)) for path in RESOURCE_PATHS),
    ]


def server_metadata(address: Address, described: bool) -> dict[str, Any]:
    """Return the authorization server's metadata."""
    return {
        "issuer": address.issuer,
        "authorization_endpoint": f"{address.origin}/authorize",
        "token_endpoint": f"{address.origin}/token",
        "registration_endpoint": f"{address.origin}/register",
        "revocation_endpoint": f"{address.origin}/revoke",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": _AUTH_METHODS,
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": _AUTH_METHODS,
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "client_id_metadata_document_supported": described,
        "authorization_response_iss_parameter_supported": True,
        "protected_resources": [address.resource],
    }


def resource_metadata(address: Address) -> dict[str, Any]:
    """Return the protected resource's metadata."""
    return {
        "resource": address.resource,
        "authorization_servers": [address.issuer],
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
        "resource_name": "Hostex",
    }


def _route(path: str, document: dict[str, Any]) -> Route:
    body = json.dumps(document, separators=(",", ":")).encode()

    async def show(_: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=300"}
        return Response(body, headers=headers, media_type="application/json")

    return Route(path, show, methods=["GET"])
