"""Proxies that the environment names: which one leads to a host, and which cannot be used."""

from urllib.request import getproxies, proxy_bypass

_USABLE = ("http", "https", "socks5", "socks5h")
_READ = ("http", "https", "all")


def unusable_proxy() -> str | None:
    """What is wrong with a proxy of the environment, as a sentence that names its variable but not its
    address, which may hold a password; None where all can be used."""
    proxies = getproxies()
    for kind in _READ:
        scheme, found, _ = proxies.get(kind, "").partition("://")
        if found and scheme.lower() not in _USABLE:
            return (
                f"{kind.upper()}_PROXY names a proxy that begins with {scheme}://; "
                "use http://, https:// or socks5://, or unset it."
            )
    return None


def proxy_to(host: str) -> str | None:
    """The address of the proxy through which https goes to this host; None where it goes there directly. It
    may hold a password."""
    if proxy_bypass(host):
        return None
    proxies = getproxies()
    found = proxies.get("https") or proxies.get("all")
    return found if not found or "://" in found else f"http://{found}"
