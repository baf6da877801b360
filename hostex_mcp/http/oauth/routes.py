"""Where the authorization server's endpoints and documents are."""

from starlette.routing import Route

from hostex_mcp.http.oauth.assertion import Assertions
from hostex_mcp.http.oauth.authorize import Authorize
from hostex_mcp.http.oauth.clients import ClientRegistry
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.oauth.metadata import documents
from hostex_mcp.http.oauth.registration import Registration
from hostex_mcp.http.oauth.revocation import Revocation
from hostex_mcp.http.oauth.tokens import TokenEndpoint


def routes(parts: OAuthDeps) -> list[Route]:
    """Every route of the authorization server, and the protected resource's metadata."""
    clients, assertions = ClientRegistry(parts), Assertions(parts)
    authorize, registration = Authorize(parts, clients), Registration(parts, clients)
    tokens, revocation = TokenEndpoint(parts, assertions), Revocation(parts, assertions)
    return [
        *documents(parts.address, described=parts.fetch is not None),
        Route("/authorize", authorize.show, methods=["GET"]),
        Route("/token", tokens.issue, methods=["POST"]),
        Route("/register", registration.register, methods=["POST"]),
        Route("/revoke", revocation.revoke, methods=["POST"]),
    ]
