"""Proxies that the environment names: which one leads to a host, and which cannot be used."""

from urllib.request import getproxies, proxy_bypass

import httpx2

_USABLE = ("http", "https", "socks5", "socks5h")
# The variables that the HTTP client reads, too.
_READ = ("http", "https", "all")


def unusable_proxy() -> str | None:
    """Return what is wrong with a proxy of the environment, as a sentence that names its variable but not its
    address, which may hold a password; None where all can be used."""
    proxies = getproxies()
    for kind in _READ:
        address = proxies.get(kind, "")
        scheme, separator, _ = address.partition("://")
        if separator and scheme.lower() not in _USABLE:
            return (
                f"{kind.upper()}_PROXY names a proxy that begins with {scheme}://; "
                "use http://, https:// or socks5://, or unset it."
            )
        if address and not _has_host(address if separator else f"http://{address}"):
            return f"{kind.upper()}_PROXY is not the address of a proxy; write http://host:port, or unset it."
    return None


def _has_host(address: str) -> bool:
    try:
        return bool(httpx2.URL(address).host)
    except httpx2.InvalidURL:
        return False


def proxy_variable(address: str) -> str | None:
    """Return the variable that names the proxy to this address; None where there is none."""
    url, proxies = httpx2.URL(address), getproxies()
    if not url.host or proxy_bypass(url.host):
        return None
    kind = next((kind for kind in (url.scheme, "all") if proxies.get(kind)), None)
    return f"{kind.upper()}_PROXY" if kind else None


def proxy_to(host: str) -> str | None:
    """Return the address of the proxy through which https goes to this host, which may hold a password; None
    where it goes there directly."""
    if proxy_bypass(host):
        return None
    proxies = getproxies()
    address = proxies.get("https") or proxies.get("all")
    return address if not address or "://" in address else f"http://{address}"
