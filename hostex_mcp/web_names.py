"""Addresses and names that an operator sets: of this server, of Hostex, and of who may call.

What is read here raises ValueError with a text that says what is allowed.
"""

import re
from ipaddress import ip_network
from urllib.parse import urlsplit

from hostex_mcp.loopback import is_loopback

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,49}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?")
_NOT_OF_APPS = ("http", "https", "file", "data", "blob", "javascript")


def names(value: str) -> tuple[str, ...]:
    """Names, comma-separated."""
    return tuple(name.strip() for name in value.split(",") if name.strip())


def api_url(value: str) -> str:
    """An https address, or an http one of this machine."""
    parts = urlsplit(value)
    if parts.scheme == "https" and parts.hostname:
        return value.rstrip("/")
    if parts.scheme == "http" and parts.hostname and is_loopback(parts.hostname):
        return value.rstrip("/")
    raise ValueError("allowed: an https address (http only for this machine itself)")


def origin(value: str) -> str:
    """A web origin: scheme, host and port, nothing behind."""
    parts = urlsplit(api_url(value))
    if parts.path or parts.query or parts.fragment or parts.username or parts.netloc.lower() != parts.netloc:
        raise ValueError("allowed: an https address without a path, such as https://mcp.example.com")
    return f"{parts.scheme}://{parts.netloc}"


def origins(value: str) -> tuple[str, ...]:
    """Origins whose pages may call, comma-separated."""
    return tuple(name if _is_app_origin(name) else origin(name) for name in names(value))


def hosts(value: str) -> tuple[str, ...]:
    """Names of this server, comma-separated."""
    found = tuple(name.lower() for name in names(value))
    if not all(_HOST.fullmatch(name) for name in found):
        raise ValueError("allowed: names with their port, such as host.docker.internal:8000, comma-separated")
    return found


def networks(value: str) -> tuple[str, ...]:
    """Addresses or networks, comma-separated."""
    try:
        return tuple(str(ip_network(name)) for name in names(value))
    except ValueError:
        raise ValueError("allowed: addresses or networks, such as 10.0.0.0/8, comma-separated") from None


def _is_app_origin(text: str) -> bool:
    """Whether it is the origin of an installed app's pages, such as tauri://localhost."""
    scheme, _, host = text.partition("://")
    return scheme not in _NOT_OF_APPS and bool(_SCHEME.fullmatch(scheme) and _HOST.fullmatch(host))
