"""Web addresses to which events of the account would be sent."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_PLAIN = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")


def means_one_host(url: str) -> bool:
    """Whether every program reads the same host in a web address."""
    # Programs disagree about backslashes, letters of other scripts and encoding, so an address could
    # show one host to the person who confirms it and lead to another.
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return bool(_PLAIN.fullmatch(url) and _HOST.fullmatch(parts.hostname or ""))


def host(url: str) -> str:
    """Return the host of a web address; the address itself if it has none."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def address_warnings(url: str, registered: Iterable[str]) -> list[str]:
    """Return what speaks against sending events to an address, beside those already registered."""
    present = list(registered)
    warnings = ["Whoever runs this address learns when something happens, with ids and times."]
    if not url.startswith("https://"):
        warnings.append("The address is not https: anyone on the network path can read and forge the calls.")
    if url in present:
        warnings.append("This address is already registered: it would be called twice.")
    elif host(url) not in map(host, present):
        warnings.append(f"No webhook of the account goes to {host(url)} yet; make sure whose it is.")
    return warnings
