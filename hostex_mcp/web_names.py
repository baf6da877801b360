"""Addresses and names that an operator sets: of this server, of Hostex, and of who may call.

What is read here raises ValueError with a text that says what is allowed.
"""

import re
from ipaddress import ip_network
from urllib.parse import urlsplit

from hostex_mcp.loopback import is_loopback

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,49}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?")
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_LONGEST_NAME = 80
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


def name(value: str) -> str:
    """The name of a person or company, on one line."""
    if len(value) > _LONGEST_NAME or not value.isprintable():
        raise ValueError(f"allowed: a name of at most {_LONGEST_NAME} characters, on one line")
    return value


def contact(value: str) -> str:
    """An e-mail address, or the address of a web page."""
    if _MAIL.fullmatch(value):
        return value
    try:
        return web_page(value)
    except ValueError:
        raise ValueError("allowed: an e-mail address, or the https address of a page") from None


def web_page(value: str) -> str:
    """The https address of a page that everybody may open."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("allowed: the https address of a page")
    return value


def _is_app_origin(text: str) -> bool:
    """Whether it is the origin of an installed app's pages, such as tauri://localhost."""
    scheme, _, host = text.partition("://")
    return scheme not in _NOT_OF_APPS and bool(_SCHEME.fullmatch(scheme) and _HOST.fullmatch(host))
