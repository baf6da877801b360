"""The end of an authorization: the person goes back to the client, with a code or with a refusal."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hostex_mcp.http.config import SCOPES, Address
from hostex_mcp.http.oauth.authorization_request import AuthorizationRequest
from hostex_mcp.http.oauth.redirects import with_query
from hostex_mcp.http.store import Store, new_code
from hostex_mcp.http.store.records import Code, Grant

CODE_LIFETIME = timedelta(seconds=60)


class FlowError(Exception):
    """A grant cannot complete an authorization: it is not active, is another client's, or allows nothing of
    what was requested."""


class Flow:
    """The ways that an authorization ends. The addresses are for redirects by 303 or for links."""

    def __init__(self, address: Address, store: Store, now: Callable[[], datetime]) -> None:
        self._address = address
        self._store = store
        self._now = now

    async def complete(self, authorization: AuthorizationRequest, grant_id: str) -> str:
        """Issue a code for an active grant of the authorization's client, and return the address to go to.

        Raises:
            FlowError: the grant and the authorization do not belong together.
        """
        grant = await self._store.grants.get(grant_id)
        scopes = _allowed(authorization, grant)
        text = new_code()
        await self._store.codes.issue(text, self._code(authorization, grant_id, scopes))
        await self._store.clients.used(authorization.client_id)
        return self._back(authorization, code=text)

    def refuse(self, authorization: AuthorizationRequest, error: str, description: str) -> str:
        """Return the address that tells the client why it gets no code, such as `access_denied`."""
        return self._back(authorization, error=error, error_description=description)

    def _code(self, authorization: AuthorizationRequest, grant_id: str, scopes: tuple[str, ...]) -> Code:
        return Code(
            grant_id=grant_id,
            client_id=authorization.client_id,
            redirect_uri=authorization.redirect_uri,
            redirect_uri_given=authorization.redirect_uri_given,
            code_challenge=authorization.code_challenge,
            scopes=scopes,
            resource=authorization.resource,
            expires_at=self._now() + CODE_LIFETIME,
        )

    def _back(self, authorization: AuthorizationRequest, **answer: str) -> str:
        state = {} if authorization.state is None else {"state": authorization.state}
        # The issuer lets a client of several servers notice a mix-up (RFC 9207).
        return with_query(authorization.redirect_uri, answer | state | {"iss": self._address.issuer})


def _allowed(authorization: AuthorizationRequest, grant: Grant | None) -> tuple[str, ...]:
    if grant is None or grant.status != "active" or grant.client_id != authorization.client_id:
        raise FlowError
    allowed = grant.choices.scopes.intersection(authorization.scopes)
    if not allowed or grant.resource != authorization.resource:
        raise FlowError
    return tuple(scope for scope in SCOPES if scope in allowed)
