"""What a client may ask for: scopes and the resource."""

from hostex_mcp.http.config import READ, SCOPES, WRITE, Address


def known_scopes(text: str) -> tuple[str, ...]:
    """The scopes of a list that exist here, in a fixed order. Writing comes with reading."""
    asked = set(text.split())
    if WRITE in asked:
        asked.add(READ)
    return tuple(scope for scope in SCOPES if scope in asked)


def requested_scopes(text: str | None, registered: str | None) -> tuple[str, ...]:
    """What a request asks for, within what the client registered for; nothing when none of it is possible.

    Without a list it asks for all it may have. Scopes that do not exist here, such as `offline_access`, are
    passed over beside ones that do (RFC 6749 section 3.3); the token's answer names what was given.
    """
    possible = known_scopes(registered or "") or SCOPES
    asked = SCOPES if text is None else known_scopes(text)
    return tuple(scope for scope in asked if scope in possible)


def is_resource(address: Address, text: str | None) -> bool:
    """Whether a resource indicator (RFC 8707) means this server's `/mcp`.

    Some clients send the address that a person typed: `/mcp/` and `/mcp?toolsets=…` are served as well. The
    token is bound to the canonical one all the same.
    """
    if text is None:
        return True
    path, _, _ = text.partition("?")
    return path in (address.resource, f"{address.resource}/")
