"""Types of addresses and names that an operator sets: of this server, of Hostex, and of who may call.

The text in each says what it takes."""

import re
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from hostex_mcp.loopback import is_loopback

SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,49}")
"""The scheme of an address, in small letters."""
# Without capitals and wildcards: names are compared as they are.
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?")
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
# Pages of these are no app's: the first two are the web's own, in the others anybody's text runs.
_NOT_OF_APPS = ("http", "https", "file", "data", "blob", "javascript")


def names(value: str) -> tuple[str, ...]:
    """Return names that stand between commas."""
    return tuple(name.strip() for name in value.split(",") if name.strip())


def _api_url(value: str) -> str:
    parts = urlsplit(value)
    if not parts.hostname or parts.scheme not in ("https", "http"):
        raise ValueError
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError
    # Looking at a port that is out of range raises an error too.
    if parts.port == 0:
        raise ValueError
    return value.rstrip("/")


def _base_url(value: str) -> str:
    # Paths are appended to it, which a query or a fragment would swallow.
    if "?" in value or "#" in value:
        raise ValueError
    return _api_url(value)


def _origin(value: str) -> str:
    parts = urlsplit(_api_url(value))
    if parts.path or parts.query or parts.fragment or parts.username or parts.netloc.lower() != parts.netloc:
        raise ValueError
    return f"{parts.scheme}://{parts.netloc}"


def _origins(value: str) -> tuple[str, ...]:
    return tuple(name if _is_app_origin(name) else _origin(name) for name in names(value))


def _is_app_origin(text: str) -> bool:
    scheme, _, host = text.partition("://")
    return scheme not in _NOT_OF_APPS and bool(SCHEME.fullmatch(scheme) and _HOST.fullmatch(host))


def _hosts(value: str) -> tuple[str, ...]:
    hosts = names(value.lower())
    if not all(map(_HOST.fullmatch, hosts)):
        raise ValueError
    return hosts


def _networks(value: str) -> tuple[str, ...]:
    return tuple(str(ip_network(name)) for name in names(value))


def _web_page(value: str) -> str:
    parts = urlsplit(value)
    plain = value.isascii() and value.isprintable() and " " not in value
    if not (plain and parts.scheme == "https" and parts.hostname) or "@" in parts.netloc:
        raise ValueError
    return value


def _contact(value: str) -> str:
    return value if _MAIL.fullmatch(value) else _web_page(value)


Names = Annotated[tuple[str, ...], BeforeValidator(names), "names, comma-separated"]
ApiUrl = Annotated[str, AfterValidator(_api_url), "an https address (http only for this machine itself)"]
BaseUrl = Annotated[
    str,
    AfterValidator(_base_url),
    "an https address without ? and # (http only for this machine itself)",
]
Origin = Annotated[
    str,
    AfterValidator(_origin),
    "an https address without a path, such as https://mcp.example.com (http only for this machine itself)",
]
Origins = Annotated[
    tuple[str, ...],
    BeforeValidator(_origins),
    "an https address without a path (http only for this machine itself), or the origin of an app, such as "
    "tauri://localhost; several are comma-separated",
]
Hosts = Annotated[
    tuple[str, ...],
    BeforeValidator(_hosts),
    "names with their port, such as host.docker.internal:8000, comma-separated",
]
Networks = Annotated[
    tuple[str, ...],
    BeforeValidator(_networks),
    "addresses or networks, such as 10.0.0.0/8, comma-separated",
]
WebPage = Annotated[str, AfterValidator(_web_page), "the https address of a page"]
Contact = Annotated[str, AfterValidator(_contact), "an e-mail address, or the https address of a page"]
