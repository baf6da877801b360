"""Where the authorization server's endpoints and documents are."""

from starlette.routing import Route

from hostex_mcp.http.oauth.authentication import Authentication
from hostex_mcp.http.oauth.authorize import Authorize
from hostex_mcp.http.oauth.clients import ClientRegistry
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.oauth.metadata import documents
from hostex_mcp.http.oauth.registration import Registration
from hostex_mcp.http.oauth.tokens import Revocation, TokenEndpoint


def routes(deps: OAuthDeps) -> list[Route]:
    """Return every route of the authorization server, and the protected resource's metadata."""
    clients, authentication = ClientRegistry(deps), Authentication(deps)
    endpoints = [
        ("/authorize", "GET", Authorize(deps, clients).show),
        ("/token", "POST", TokenEndpoint(deps, authentication).issue),
        ("/register", "POST", Registration(deps, clients).register),
        ("/revoke", "POST", Revocation(deps, authentication).revoke),
    ]
    return [
        *documents(deps.address, described=deps.fetch is not None),
        *(Route(path, endpoint, methods=[method]) for path, method, endpoint in endpoints),
    ]
