"""Redirect URIs: which ones a client may have, which request fits one, and how an answer is added to one.

They are compared as the text that was registered, never as parsed and rebuilt addresses: two parsers that
disagree about one character are how codes are stolen.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from pydantic import AnyUrl

from hostex_mcp.web_names import SCHEME

LONGEST_URI = 500
_PLAIN = re.compile(r"[!-~]+")
_UNSAFE = frozenset('"<>\\^`{|}*#')
_ANSWER_NAMES = frozenset({"code", "state", "iss", "error", "error_description", "error_uri"})
_LOOPBACK = re.compile(r"(http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::([0-9]{1,5}))?((?:[/?].*)?)")
_MOST_PORT = 65_535

# Schemes that browsers and operating systems act upon themselves.
_REFUSED_SCHEMES = frozenset(
    {
        *("about", "blob", "chrome", "chrome-extension", "content", "data", "feed", "file", "filesystem"),
        *("ftp", "gopher", "imap", "intent", "jar", "javascript", "jdbc", "ldap", "ldaps", "mailto", "mid"),
        *("moz-extension", "nfs", "nntp", "pop", "resource", "safari-extension", "search", "search-ms"),
        "sftp",
        *("shell", "sip", "sips", "smb", "sms", "ssh", "svn", "tel", "telnet", "tftp", "urn", "vbscript"),
        *("view-source", "vnc", "ws", "wss"),
    }
)


def problem_of(uri: str) -> str | None:
    """Return why no client may have this redirect URI, as the end of a sentence; None when it may."""
    if len(uri) > LONGEST_URI:
        return f"is longer than {LONGEST_URI} characters"
    if not _PLAIN.fullmatch(uri) or _UNSAFE.intersection(uri):
        return "has a fragment, a wildcard or a character that must be encoded"
    try:
        parts = urlsplit(uri)
        port = parts.port
        AnyUrl(uri)
    except ValueError:
        return "is not an address"
    if "@" in parts.netloc or port == 0:
        return "must have neither a user nor port 0"
    if not _ANSWER_NAMES.isdisjoint(name for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        return "has a query parameter that the answer needs itself"
    return _problem_of_scheme(uri, parts)


def _problem_of_scheme(uri: str, parts: SplitResult) -> str | None:
    if parts.scheme == "https":
        return None if parts.hostname else "names no host"
    if parts.scheme == "http":
        return None if _loopback(uri) else "must use https; http is for 127.0.0.1, [::1] and localhost"
    return None if _is_app_scheme(uri, parts) else "has a scheme that is not accepted"


def _is_app_scheme(uri: str, parts: SplitResult) -> bool:
    """Whether it has the scheme of an installed app: `com.example.app:/callback`, `cursor://host/callback`."""
    scheme = uri.partition(":")[0]
    if not SCHEME.fullmatch(scheme) or scheme in _REFUSED_SCHEMES or scheme.startswith(("ms-", "web+")):
        return False
    if not parts.netloc and not parts.path.startswith("/"):
        return False
    return "." in scheme or bool(parts.netloc)


def matching(registered: Iterable[str], requested: str) -> bool:
    """Whether a request's redirect URI is one of the client's: the very same text, but for the port of a
    loopback address, which a native app cannot know beforehand (RFC 8252 section 7.3)."""
    loopback = _loopback(requested)
    return any(
        requested == uri or (loopback is not None and loopback == _loopback(uri)) for uri in registered
    )


def _loopback(uri: str) -> tuple[str, str] | None:
    """Return a loopback address without its port; None for any other."""
    match = _LOOPBACK.fullmatch(uri)
    if match is None or not 1 <= int(match[2] or 80) <= _MOST_PORT:
        return None
    return match[1], match[3]


def with_query(uri: str, answer: Mapping[str, str]) -> str:
    """Return the redirect URI with an answer added to its query; what was there stays as it was."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(answer)}"
