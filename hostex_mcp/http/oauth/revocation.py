"""`/revoke` (RFC 7009). Either token of a grant ends it."""

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.http.oauth.answers import NO_STORE, OAuthError
from hostex_mcp.http.oauth.authentication import Authentication, form_with_credentials, refusal
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.store.records import OAuthClient

SIGNED_OUT = "The app signed out."


class Revocation:
    """The revocation endpoint. `token_type_hint` is not needed to find a token."""

    def __init__(self, deps: OAuthDeps, authentication: Authentication) -> None:
        self._store = deps.store
        self._end_grant = deps.end_grant
        self._authentication = authentication

    async def revoke(self, request: Request) -> Response:
        """End the grant of a token and forget its Hostex credential; 200 for an unknown token too."""
        try:
            form = await form_with_credentials(request)
            if "token" not in form:
                raise OAuthError("invalid_request", "token is missing.")
            client = await self._authentication.client_of(form)
        except OAuthError as error:
            return refusal(request, error)
        grant_id = await self._grant_of(form["token"], client)
        if grant_id is not None:
            await self._end_grant(grant_id, SIGNED_OUT)
        return Response(headers=NO_STORE)

    async def _grant_of(self, token: str, client: OAuthClient) -> str | None:
        tokens = self._store.tokens
        issued = await tokens.access(token) or await tokens.refreshable(token)
        if issued is not None:
            return issued.grant.grant_id if issued.client_id == client.client_id else None
        # A client may come with a refresh token that it has replaced already.
        grant_id = await tokens.reused(token)
        grant = await self._store.grants.get(grant_id) if grant_id else None
        return grant_id if grant is not None and grant.client_id == client.client_id else None
