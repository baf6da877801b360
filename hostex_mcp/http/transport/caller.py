"""Who is calling `/mcp`, found out before anything else of the call is looked at."""

from dataclasses import dataclass

from pydantic import SecretStr

from hostex_mcp.http.config import SCOPES
from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store.records import Grant


@dataclass(frozen=True, slots=True)
class Caller:
    """One account's side of a call. `account` keys every cache, limit, confirmation and audit line, and gives
    no token away. A grant's credential is in the database; any other caller brings `token`."""

    account: str
    scopes: frozenset[str] = frozenset(SCOPES)
    grant: Grant | None = None
    token: SecretStr | None = None


def account_of_token(keys: KeyRing, token: str) -> str:
    """Return the account of a caller who brings a Hostex token."""
    return f"token-{keys.digests('account', token)[0]}"
