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
    """A grant cannot complete a transaction: it is not active, is another client's, or allows nothing of what
    was asked for."""


class Flow:
    """Ends authorizations. The addresses it gives back are for redirects by 303 or for links."""

    def __init__(self, address: Address, store: Store, now: Callable[[], datetime]) -> None:
        self._address = address
        self._store = store
        self._now = now

    async def complete(self, transaction: AuthorizationRequest, grant_id: str) -> str:
        """Issue a code for an active grant of the transaction's client; the address to return to.

        Raises:
            FlowError: the grant and the transaction do not belong together.
        """
        grant = await self._store.grants.get(grant_id)
        scopes = _allowed(transaction, grant)
        text = new_code()
        await self._store.codes.issue(text, self._code(transaction, grant_id, scopes))
        await self._store.clients.used(transaction.client_id)
        return self._back(transaction, code=text)

    def refuse(self, transaction: AuthorizationRequest, error: str, description: str) -> str:
        """The address that tells the client why it gets no code, such as `access_denied`."""
        return self._back(transaction, error=error, error_description=description)

    def _code(self, transaction: AuthorizationRequest, grant_id: str, scopes: tuple[str, ...]) -> Code:
        return Code(
            grant_id=grant_id,
            client_id=transaction.client_id,
            redirect_uri=transaction.redirect_uri,
            redirect_uri_given=transaction.redirect_uri_given,
            code_challenge=transaction.code_challenge,
            scopes=scopes,
            resource=transaction.resource,
            expires_at=self._now() + CODE_LIFETIME,
        )

    def _back(self, transaction: AuthorizationRequest, **answer: str) -> str:
        return with_query(transaction.redirect_uri, answer | self._of(transaction.state))

    def _of(self, state: str | None) -> dict[str, str]:
        told = {} if state is None else {"state": state}
        return told | {"iss": self._address.issuer}


def _allowed(transaction: AuthorizationRequest, grant: Grant | None) -> tuple[str, ...]:
    if grant is None or grant.status != "active" or grant.client_id != transaction.client_id:
        raise FlowError
    allowed = grant.choices.scopes.intersection(transaction.scopes)
    if not allowed or grant.resource != transaction.resource:
        raise FlowError
    return tuple(scope for scope in SCOPES if scope in allowed)
