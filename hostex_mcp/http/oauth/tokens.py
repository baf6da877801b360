"""`/token` (RFC 6749 section 3.2): codes and refresh tokens become pairs of tokens."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hostex_mcp.events import TokensAsked, emit
from hostex_mcp.http.oauth.answers import NO_STORE, OAuthError
from hostex_mcp.http.oauth.authentication import Authentication, form_with_credentials, refusal
from hostex_mcp.http.oauth.clients import GRANT_TYPES
from hostex_mcp.http.oauth.deps import OAuthDeps
from hostex_mcp.http.oauth.requested import is_resource, known_scopes
from hostex_mcp.http.store.records import Code, OAuthClient, Pair, Replayed

CODE_REPLAYED = "An authorization code was used twice, so somebody else may have had it. Connect again."
REFRESH_REUSED = "A replaced refresh token was used again, so somebody else may have it. Connect again."

_REQUIRED = {"authorization_code": ("code", "code_verifier"), "refresh_token": ("refresh_token",)}
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class TokenEndpoint:
    """The token endpoint."""

    def __init__(self, deps: OAuthDeps, authentication: Authentication) -> None:
        self._address = deps.address
        self._store = deps.store
        self._end_grant = deps.end_grant
        self._authentication = authentication

    async def issue(self, request: Request) -> Response:
        """Exchange a code or a refresh token for a pair."""
        form: dict[str, str] = {}
        try:
            form = await form_with_credentials(request)
            self._check(form)
            client = await self._authentication.client_of(form)
            pair = await self._pair(client, form)
        except OAuthError as error:
            _count(form, error.error)
            return refusal(request, error)
        _count(form, "ok")
        return _response(client, pair)

    def _check(self, form: Mapping[str, str]) -> None:
        if "grant_type" not in form:
            raise OAuthError("invalid_request", "grant_type is missing.")
        if form["grant_type"] not in GRANT_TYPES:
            raise OAuthError("unsupported_grant_type", f"grant_type must be one of {', '.join(GRANT_TYPES)}.")
        if not is_resource(self._address, form.get("resource")):
            raise OAuthError("invalid_target", f"resource must be {self._address.resource}")
        if "code_verifier" in form and not _VERIFIER.fullmatch(form["code_verifier"]):
            raise OAuthError("invalid_grant", "code_verifier must have 43 to 128 unreserved characters.")

    async def _pair(self, client: OAuthClient, form: Mapping[str, str]) -> Pair:
        grant_type = form["grant_type"]
        for name in _REQUIRED[grant_type]:
            if name not in form:
                raise OAuthError("invalid_request", f"{name} is missing.")
        if grant_type not in client.metadata["grant_types"]:
            raise OAuthError("unauthorized_client", f"The client did not register for {grant_type}.")
        if grant_type == "refresh_token":
            return await self._refresh(client, form)
        return await self._redeem(client, form)

    async def _redeem(self, client: OAuthClient, form: Mapping[str, str]) -> Pair:
        """Return the first pair, for a code that is this client's, was issued for this redirect URI, and
        comes with its verifier (RFC 7636 section 4.6)."""
        code = await self._code(form["code"])
        uri = form.get("redirect_uri")
        if code is None or code.client_id != client.client_id or not _returns_to(code, uri):
            raise OAuthError("invalid_grant", "authorization code does not exist")
        if not hmac.compare_digest(_challenge(form["code_verifier"]), code.code_challenge):
            raise OAuthError("invalid_grant", "incorrect code_verifier")
        pair = await self._store.tokens.redeem(form["code"])
        if pair is None:
            # Of two requests with the same code at once, the second ends the grant of both.
            await self._code(form["code"])
            raise OAuthError("invalid_grant", "The authorization code is used up or expired.")
        return pair

    async def _code(self, text: str) -> Code | None:
        code = await self._store.codes.get(text)
        if not isinstance(code, Replayed):
            return code
        # RFC 6749 section 4.1.2. Whoever replays it, with or without its verifier, one of two is a thief.
        await self._end_grant(code.grant_id, CODE_REPLAYED)
        return None

    async def _refresh(self, client: OAuthClient, form: Mapping[str, str]) -> Pair:
        """Return the next pair; whoever comes with the same token within the grace gets the same one."""
        token = form["refresh_token"]
        issued = await self._store.tokens.refreshable(token)
        if issued is None:
            await self._end_if_reused(token)
        elsewhere = issued is not None and issued.grant.resource != self._address.resource
        if issued is None or issued.client_id != client.client_id or elsewhere:
            raise OAuthError("invalid_grant", "refresh token does not exist")
        scopes = form["scope"].split(" ") if "scope" in form else issued.scopes
        for scope in scopes:
            if scope not in issued.scopes:
                raise OAuthError(
                    "invalid_scope", f"cannot request scope `{scope}` not provided by refresh token"
                )
        pair = await self._store.tokens.rotate(token, known_scopes(" ".join(scopes)))
        if pair is None:
            await self._end_if_reused(token)
            raise OAuthError("invalid_grant", "The refresh token is used up, expired or ended.")
        return pair

    async def _end_if_reused(self, token: str) -> None:
        """End the grant of a refresh token that was replaced longer ago than the grace (RFC 9700 section
        4.14.2)."""
        grant_id = await self._store.tokens.reused(token)
        if grant_id is not None:
            await self._end_grant(grant_id, REFRESH_REUSED)


def _returns_to(code: Code, redirect_uri: str | None) -> bool:
    return redirect_uri == code.redirect_uri or (redirect_uri is None and not code.redirect_uri_given)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _response(client: OAuthClient, pair: Pair) -> Response:
    body = {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
        "scope": " ".join(pair.scopes),
    }
    if "refresh_token" in client.metadata["grant_types"]:
        body["refresh_token"] = pair.refresh_token
    return JSONResponse(body, headers=NO_STORE)


def _count(form: Mapping[str, str], outcome: str) -> None:
    grant_type = form.get("grant_type", "")
    # A stranger's text as a label would grow the metrics without bound.
    emit(TokensAsked(grant_type if grant_type in GRANT_TYPES else "other", outcome))


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
