"""Web addresses that the account's events would be sent to."""

from collections.abc import Iterable
from urllib.parse import urlsplit


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
