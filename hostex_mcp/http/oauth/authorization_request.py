"""An authorization request on its way through the pages: checked, sealed, bound to a browser, not stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from hostex_mcp.http.keys.keyring import KeyRing, Unsealable

LIFETIME = timedelta(minutes=10)
_PURPOSE = "authorization"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What a client asks for. `scopes` bound what a person may allow; `client_name` is cleaned and short, but
    the client's own claim. `nonce` is random: it makes the request usable once."""

    client_id: str
    client_name: str
    redirect_uri: str
    redirect_uri_given: bool
    state: str | None
    code_challenge: str
    scopes: tuple[str, ...]
    resource: str
    nonce: str
    expires_at: datetime


_ADAPTER: TypeAdapter[AuthorizationRequest] = TypeAdapter(AuthorizationRequest)


def seal_authorization(keys: KeyRing, authorization: AuthorizationRequest, browser: str) -> str:
    """Return the request as text for an address or a form. `browser` is the digest of the one it is for."""
    return keys.seal(_PURPOSE, _ADAPTER.dump_json(authorization), browser)


def open_authorization(
    keys: KeyRing, sealed: object, browser: str, now: datetime
) -> AuthorizationRequest | None:
    """Return the request; None for one that is forged, of another browser, or older than ten minutes."""
    if not isinstance(sealed, str):
        return None
    try:
        authorization = _ADAPTER.validate_json(keys.open(_PURPOSE, sealed, browser))
    except (Unsealable, ValidationError):
        return None
    return authorization if now < authorization.expires_at else None
