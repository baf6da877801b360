"""Web addresses that the account's events would be sent to."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_PLAIN = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")


def means_one_host(url: str) -> bool:
    """Whether every program takes a web address for one of the same host. They disagree about backslashes,
    letters of other scripts and what must be encoded, and a person is shown one host only."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return bool(_PLAIN.fullmatch(url) and _HOST.fullmatch(parts.hostname or ""))


def host(url: str) -> str:
    """The host of a web address; the address itself where it has none."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def address_warnings(url: str, registered: Iterable[str]) -> list[str]:
    """What speaks against sending events to an address, beside those registered already."""
    known = list(registered)
    warnings = ["Whoever runs this address learns when something happens, with ids and times."]
    if not url.startswith("https://"):
        warnings.append("The address is not https: anyone on the way can read and forge the calls.")
    if url in known:
        warnings.append("This address is registered already: it would be called twice.")
    elif host(url) not in map(host, known):
        warnings.append(f"No webhook of the account goes to {host(url)} yet; make sure whose it is.")
    return warnings
