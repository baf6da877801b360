"""What a client may ask for: scopes and the resource."""

from hostex_mcp.http.config import READ, SCOPES, WRITE, Address


def known_scopes(text: str) -> tuple[str, ...]:
    """Return the scopes of a list that exist here, in a fixed order. Writing comes with reading."""
    names = set(text.split())
    if WRITE in names:
        names.add(READ)
    return tuple(scope for scope in SCOPES if scope in names)


def requested_scopes(text: str | None, registered: str | None) -> tuple[str, ...]:
    """Return what a request asks for, within what the client registered for.

    Without a list it asks for all it may have. Scopes that do not exist here, such as `offline_access`, are
    ignored (RFC 6749 section 3.3), and a list of nothing else counts as none: clients that have one list for
    all servers are served. The person decides, and the token response names what was granted.
    """
    possible = known_scopes(registered or "") or SCOPES
    scopes = known_scopes(text or "") or SCOPES
    return tuple(scope for scope in scopes if scope in possible)


def is_resource(address: Address, text: str | None) -> bool:
    """Whether a resource indicator (RFC 8707) means this server's `/mcp`.

    Some clients send the address that a person typed: `/mcp/` and `/mcp?toolsets=…` are served as well; old
    ones send the origin alone. The token is bound to the canonical one all the same.
    """
    if text is None or text in (address.origin, f"{address.origin}/"):
        return True
    path, _, _ = text.partition("?")
    return path in (address.resource, f"{address.resource}/")
