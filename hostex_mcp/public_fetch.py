"""Fetches of documents from addresses that somebody else chose, without being led into a private network.

Only https, only names and numbers that lead to public addresses. A name is looked up once, all its addresses
are checked, and the connection goes to one that was checked; the certificate still has to be the name's.
A proxy of the environment is told that very address (CONNECT), never the name, so that it looks up nothing
and leads nowhere else. Nothing of the user is sent: no token, no cookies. Redirects are not followed.
"""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import anyio
import httpx2

from hostex_mcp.api import USER_AGENT, Pace, proxy_to, unusable_proxy

Address = IPv4Address | IPv6Address

HTTPS_PORT = 443
_MOST_ADDRESSES = 3
_LONGEST_URL = 2_000
_MOST_LOOKUPS = 8
# Heads and the frames of chunks; the parser takes heads of 100 KiB.
_MOST_AROUND_A_DOCUMENT = 128 * 1024
# A look-up cannot be broken off, and a name may take its server half a minute. In threads of their own such
# names keep only one another waiting, not the names that the rest of the process looks up.
_LOOKUPS = ThreadPoolExecutor(_MOST_LOOKUPS, "public-lookup")
_GLOBAL_UNICAST = ip_network("2000::/3")
# What some Python versions take for public, and what leads to an IPv4 address in disguise.
_REFUSED = [
    ip_network(block)
    for block in (
        "168.63.129.16/32",  # answers inside a cloud's machines only
        "192.0.0.0/24",
        "192.88.99.0/24",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
]


# The two bits that are left out tell unique from local addresses.
_ISATAP, _ISATAP_MASK = 0x0000_5EFE, 0xFCFF_FFFF


class FetchFailed(Exception):
    """A document that was not fetched. The text completes a sentence that begins with the address, and tells
    nothing about networks behind this machine. `detail` does, for the log of the operator."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.detail = detail or problem


class NothingHeard(FetchFailed):
    """An address from which nothing came, which says nothing about what is there."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document with its headers."""

    content: bytes = field(repr=False)
    headers: httpx2.Headers = field(repr=False)

    @property
    def content_type(self) -> str:
        """The media type that the headers name, in lower case and without parameters; empty where there is
        none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet and to no special purpose: loopback, private,
    link-local, multicast, reserved, documentation, and the ways to write IPv4 inside IPv6 do not."""
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, IPv6Address) and (address not in _GLOBAL_UNICAST or _is_isatap(address)):
        return False
    return not any(address in block for block in _REFUSED)


def _is_isatap(address: IPv6Address) -> bool:
    """Whether the lower half is an IPv4 address that packets would be tunnelled to (RFC 5214)."""
    return int(address) >> 32 & _ISATAP_MASK == _ISATAP


async def fetch_public(url: str, *, most_bytes: int, seconds: float, accept: str) -> Fetched:
    """Fetch a document of at most `most_bytes` within `seconds`, look-up of the name included.

    `accept` is the Accept header; whether the answer keeps to it is the caller's to judge.

    Raises:
        FetchFailed: for any other address, and when no complete answer with status 200 came.
    """
    parsed = _parsed(url)
    limits = httpx2.Timeout(seconds, connect=seconds / _MOST_ADDRESSES)
    try:
        with anyio.fail_after(seconds):
            return await _fetch(parsed, most_bytes, accept, limits)
    except (TimeoutError, httpx2.TimeoutException):
        raise NothingHeard("did not answer in time", f"did not answer within {seconds:g} seconds") from None
    except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
        raise NothingHeard("could not be fetched", f"could not be fetched ({_log_text(error)})") from None


def host_in(url: str) -> str:
    """Return the host of an address that could be fetched, in the letters that look-ups use. Nothing is
    looked up.

    Raises:
        FetchFailed: for any other address.
    """
    return _parsed(url).raw_host.decode("ascii")


def _parsed(text: str) -> httpx2.URL:
    if len(text) > _LONGEST_URL or not text.isprintable() or " " in text or "\\" in text:
        raise FetchFailed("is not an address")
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        raise FetchFailed("is not an address") from None
    if url.scheme != "https" or not url.host:
        raise FetchFailed("is not an https address")
    if url.userinfo or url.port not in (None, HTTPS_PORT):
        raise FetchFailed("must have neither a user nor a port")
    return url


async def _fetch(url: httpx2.URL, most_bytes: int, accept: str, limits: httpx2.Timeout) -> Fetched:
    host = url.raw_host.decode("ascii")
    proxy = _proxy(host)
    addresses = _passable(await _checked_addresses(host), proxy)
    transport = httpx2.AsyncHTTPTransport(verify=_tls(), trust_env=False, proxy=proxy)
    reason = "no address"
    async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=limits) as http:
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return await _read(http, _request(url, address, accept, most_bytes), most_bytes)
            except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
                reason = f"{address}{' through the proxy' if proxy else ''}: {_log_text(error)}"
    raise NothingHeard("could not be reached", f"could not be reached ({reason})")


def _proxy(host: str) -> str | None:
    if problem := unusable_proxy():
        raise FetchFailed("could not be reached", f"could not be reached: {problem}")
    return proxy_to(host)


def _passable(addresses: Sequence[Address], proxy: str | None) -> Sequence[Address]:
    # The HTTP client names IPv6 addresses to an HTTP proxy without their brackets, which no proxy
    # understands.
    if proxy is None or proxy.startswith("socks"):
        return addresses
    reachable = [address for address in addresses if address.version == 4]
    if not reachable:
        raise FetchFailed(
            "could not be reached", "has only IPv6 addresses, which cannot be reached through the HTTP proxy"
        )
    return reachable


def _log_text(error: Exception) -> str:
    """Return the kind of an error and its words on one line."""
    return f"{type(error).__name__} {' '.join(str(error).split())}".strip()


async def _checked_addresses(host: str) -> Sequence[Address]:
    nowhere = "does not lead to a public address"
    try:
        addresses = await resolve(host)
    except (socket.gaierror, ValueError):
        addresses = ()
    if not addresses:
        condition = "this machine itself has to know public names, behind a proxy too"
        raise FetchFailed(nowhere, f"has a name that cannot be looked up here ({condition})")
    # A public name with a private address among its own is a mistake or an attack (DNS rebinding).
    if not all(map(is_public, addresses)):
        sample = ", ".join(map(str, addresses[:_MOST_ADDRESSES]))
        raise FetchFailed(nowhere, f"leads to an address that is not public ({sample})")
    return addresses


async def resolve(host: str) -> Sequence[Address]:
    """Return all addresses of a host, the preferred ones first."""
    return await asyncio.get_running_loop().run_in_executor(_LOOKUPS, _look_up, host)


def _look_up(host: str) -> Sequence[Address]:
    entries = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    return [ip_address(address) for *_, (address, *_) in entries]


@cache
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


class _Meter:
    """A listener of the transport's events that ends a fetch once more has come than belongs to a document of
    so many bytes. Whoever sends interim answers without end would otherwise keep the parser busy."""

    def __init__(self, most_bytes: int) -> None:
        self._left = 2 * most_bytes + _MOST_AROUND_A_DOCUMENT

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if not event.endswith("start_tls.complete"):
            return
        stream = info["return_value"]
        read = stream.read

        async def counted(*given: Any, **named: Any) -> bytes:
            part: bytes = await read(*given, **named)
            self._left -= len(part)
            if self._left < 0:
                raise FetchFailed("sends far more than its document")
            return part

        stream.read = counted


def _request(url: httpx2.URL, address: Address, accept: str, most_bytes: int) -> httpx2.Request:
    """Return a request that goes to this very address, for the host that the URL names."""
    host = url.raw_host.decode("ascii")
    headers = {
        "Host": url.netloc.decode("ascii"),
        "Accept": accept,
        "Accept-Encoding": "identity",  # what is unpacked may be a thousand times larger
        "User-Agent": USER_AGENT,
    }
    pinned = url.copy_with(host=str(address), fragment=None)
    extensions = {"sni_hostname": host, "trace": _Meter(most_bytes)}
    return httpx2.Request("GET", pinned, headers=headers, extensions=extensions)


async def _read(http: httpx2.AsyncClient, request: httpx2.Request, most_bytes: int) -> Fetched:
    response = await http.send(request, stream=True, follow_redirects=False)
    try:
        if response.is_redirect:
            raise FetchFailed("answers with a redirect, which is not followed")
        if response.status_code != 200:
            raise FetchFailed(f"answers with HTTP {response.status_code}")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise FetchFailed("answers in a compressed form that was not asked for")
        return Fetched(await _bounded(response, most_bytes), response.headers)
    finally:
        await response.aclose()


async def _bounded(response: httpx2.Response, most_bytes: int) -> bytes:
    # Chunks of a byte come without a wait in between.
    body, pace = bytearray(), Pace()
    async for chunk in response.aiter_raw():
        await pace.rest()
        body += chunk
        if len(body) > most_bytes:
            raise FetchFailed(f"is larger than {most_bytes:,} bytes")
    return bytes(body)
