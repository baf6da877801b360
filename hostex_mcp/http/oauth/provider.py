"""What the SDK's token and revocation handlers ask for, answered from the database."""

from collections.abc import Mapping

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    TokenError,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from pydantic import AnyUrl

from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.oauth.requested import known_scopes
from hostex_mcp.http.store.records import Code, IssuedToken, OAuthClient, Pair, Replayed

CODE_REPLAYED = "An authorization code was used twice, so somebody else may have had it. Connect again."
REFRESH_REUSED = "A replaced refresh token was used again, so somebody else may have it. Connect again."
SIGNED_OUT = "The app signed out."

_NEVER = float("inf")  # The database decides what has expired, by its own clock.


class Provider(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    """Serves one request, whose parameters it knows: the handlers pass on only some of them."""

    def __init__(self, parts: OAuthDeps, form: Mapping[str, str]) -> None:
        self._parts = parts
        self._form = form
        self._store = parts.store

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        """A client as it was last seen: documents are not read again here, where clients wait ten seconds."""
        client = await self._store.clients.get(client_id)
        return None if client is None else information(client)

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        """Not this way: see `Authorize`."""
        raise NotImplementedError

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        """The code, if it is this client's and was asked for with this redirect URI. One that was redeemed
        before ends its grant."""
        code = await self._code(authorization_code)
        if code is None or code.client_id != client.client_id or not self._returns_to(code):
            return None
        return AuthorizationCode(
            code=authorization_code,
            scopes=list(code.scopes),
            expires_at=_NEVER,
            client_id=code.client_id,
            code_challenge=code.code_challenge,
            redirect_uri=AnyUrl(code.redirect_uri),
            redirect_uri_provided_explicitly="redirect_uri" in self._form,
            resource=code.resource,
            subject=code.grant_id,
        )

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        """The first pair. Of two requests with the same code at once, the second ends the grant of both."""
        pair = await self._store.tokens.redeem(authorization_code.code)
        if pair is None:
            await self._code(authorization_code.code)
            raise TokenError("invalid_grant", "The authorization code is used up or expired.")
        return _answer(client, pair)

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> RefreshToken | None:
        """The refresh token, if it is alive or was replaced a moment ago. One that was replaced longer ago
        ends its grant."""
        issued = await self._store.tokens.refreshable(refresh_token)
        if issued is None:
            await self._end_if_reused(refresh_token)
            return None
        return _refresh_token(refresh_token, issued) if self._is_for_us(issued) else None

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        """The next pair; whoever comes with the same token within the grace gets the same one."""
        pair = await self._store.tokens.rotate(refresh_token.token, known_scopes(" ".join(scopes)))
        if pair is None:
            await self._end_if_reused(refresh_token.token)
            raise TokenError("invalid_grant", "The refresh token is used up, expired or ended.")
        return _answer(client, pair)

    async def load_access_token(self, token: str) -> AccessToken | None:
        """The access token, if it is alive."""
        issued = await self._store.tokens.access(token)
        if issued is None:
            return None
        return AccessToken(
            token=token,
            client_id=issued.client_id,
            scopes=list(issued.scopes),
            resource=issued.grant.resource,
            subject=issued.grant.grant_id,
        )

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        """End the grant of a token, and forget its Hostex credential."""
        if token.subject is not None:
            await self._parts.end_grant(token.subject, SIGNED_OUT)

    async def _code(self, text: str) -> Code | None:
        found = await self._store.codes.find(text)
        if isinstance(found, Replayed):
            await self._parts.end_grant(found.grant_id, CODE_REPLAYED)
            return None
        return found

    async def _end_if_reused(self, text: str) -> None:
        grant_id = await self._store.tokens.reused(text)
        if grant_id is not None:
            await self._parts.end_grant(grant_id, REFRESH_REUSED)

    def _returns_to(self, code: Code) -> bool:
        given = self._form.get("redirect_uri")
        return given == code.redirect_uri or (given is None and not code.redirect_uri_given)

    def _is_for_us(self, issued: IssuedToken) -> bool:
        return issued.grant.resource == self._parts.address.resource


class RevokingProvider(Provider):
    """For `/revoke`, where a client may come with a refresh token that it has replaced already."""

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> RefreshToken | None:
        """The refresh token, replaced or not, as long as its grant is there."""
        issued = await self._store.tokens.refreshable(refresh_token)
        if issued is not None:
            return _refresh_token(refresh_token, issued)
        grant_id = await self._store.tokens.reused(refresh_token)
        grant = await self._store.grants.get(grant_id) if grant_id else None
        if grant is None:
            return None
        return RefreshToken(token=refresh_token, client_id=grant.client_id, scopes=[], subject=grant_id)


def information(client: OAuthClient) -> OAuthClientInformationFull:
    """A client as the SDK's handlers know it. Its secret is in the form by then, however it was sent."""
    method = client.metadata.get("token_endpoint_auth_method")
    return OAuthClientInformationFull(
        client_id=client.client_id,
        client_secret=client.secret.get_secret_value() if client.secret else None,
        token_endpoint_auth_method="client_secret_post" if client.secret else method,
        grant_types=client.metadata["grant_types"],
    )


def _refresh_token(text: str, issued: IssuedToken) -> RefreshToken:
    return RefreshToken(
        token=text,
        client_id=issued.client_id,
        scopes=list(issued.scopes),
        resource=issued.grant.resource,
        subject=issued.grant.grant_id,
    )


def _answer(client: OAuthClientInformationFull, pair: Pair) -> OAuthToken:
    return OAuthToken(
        access_token=pair.access_token,
        expires_in=pair.expires_in,
        scope=" ".join(pair.scopes),
        refresh_token=pair.refresh_token if "refresh_token" in client.grant_types else None,
    )
