"""The address of the API: encrypted, unless it is this machine itself."""

from urllib.parse import urlsplit

from hostex_mcp.loopback import is_loopback

_RULE = (
    "base_url must be an https address, or http on this machine itself (localhost, 127.0.0.0/8, ::1), "
    "without user, password, query or fragment"
)


def base_address(url: str) -> str:
    """The address without a final slash.

    Raises:
        ValueError: naming the rule that it breaks, and never the address, which may hold a password.
    """
    if not _allowed(url):
        raise ValueError(_RULE)
    return url.rstrip("/")


def _allowed(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or "?" in url or "#" in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
