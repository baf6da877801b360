"""Who calls `/mcp`: the access token of a request, and the challenges that tell a client what to do."""

import re

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from hostex_mcp.http.config import MCP_PATH, SCOPES, Address
from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store import Store
from hostex_mcp.http.store.records import IssuedToken
from hostex_mcp.http.transport.caller import Caller, account_of_token

HOSTEX_HEADER = "Hostex-Access-Token"
_BEARER = re.compile(r"bearer +([!-~]+) *", re.IGNORECASE)
_ACCESS_TOKEN = re.compile(r"hmx_at_[A-Za-z0-9_-]{43}")
_HOSTEX_TOKEN = re.compile(r"[!-~]{8,1024}")

_CONNECT = "Connect this server in your app: it sends you to a page where you link your Hostex account."
_NOT_OURS = "This server did not issue this access token for this address, or it has expired. Connect again."
_NOT_HOSTEX = "Hostex-Access-Token must be the token as the Hostex portal shows it."
_AMBIGUOUS = "Send one token: either Authorization or Hostex-Access-Token, once."


class Bearer:
    """The check of tokens, which are taken from headers only, never from the address or the body."""

    def __init__(self, address: Address, store: Store, keys: KeyRing, *, allow_token_header: bool) -> None:
        self._address = address
        self._store = store
        self._keys = keys
        self._allow_token_header = allow_token_header

    async def identify(self, headers: Headers) -> Caller | Response:
        """Return the caller, or the answer to a request without a valid token: 401, or 400 for two tokens."""
        authorizations = headers.getlist("authorization")
        hostex_tokens = headers.getlist(HOSTEX_HEADER) if self._allow_token_header else []
        if len(authorizations) + len(hostex_tokens) > 1:
            return self._refuse(400, "invalid_request", _AMBIGUOUS)
        if hostex_tokens:
            return self._of_header(hostex_tokens[0])
        bearer = _BEARER.fullmatch(authorizations[0]) if authorizations else None
        if bearer is None:
            return self._refuse(401, None, _CONNECT)
        return await self._of_token(bearer[1])

    async def _of_token(self, text: str) -> Caller | Response:
        issued = await self._store.tokens.access(text) if _ACCESS_TOKEN.fullmatch(text) else None
        if issued is None or not self._is_for_us(issued):
            return self._refuse(401, "invalid_token", _NOT_OURS)
        return Caller(issued.grant.grant_id, frozenset(issued.scopes), grant=issued.grant)

    def _is_for_us(self, issued: IssuedToken) -> bool:
        return issued.grant.status == "active" and issued.grant.resource == self._address.resource

    def _of_header(self, text: str) -> Caller | Response:
        if not _HOSTEX_TOKEN.fullmatch(text):
            return self._refuse(401, "invalid_token", _NOT_HOSTEX)
        return Caller(account_of_token(self._keys, text), token=SecretStr(text))

    def _refuse(self, status: int, error: str | None, description: str) -> Response:
        body = {"error": error or "unauthorized", "error_description": description}
        # RFC 6750 section 3.1: no error code for a request that brought no token.
        attributes = {} if error is None else body
        headers = {"WWW-Authenticate": challenge(self._address, attributes), "Cache-Control": "no-store"}
        return JSONResponse(body, status, headers)


def insufficient_scope(address: Address) -> str:
    """Return the WWW-Authenticate header of a 403. Clients that can, ask the person for the scopes in it."""
    description = "This needs a permission that was not granted. Connect again and allow it."
    error = {"error": "insufficient_scope", "error_description": description}
    return challenge(address, error)


def challenge(address: Address, error: dict[str, str]) -> str:
    """Return a WWW-Authenticate header (RFC 6750, RFC 9728)."""
    values = error | {
        "resource_metadata": f"{address.origin}/.well-known/oauth-protected-resource{MCP_PATH}",
        "scope": " ".join(SCOPES),
    }
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in values.items())
