"""Fetching from addresses that somebody else chose, through a proxy that sees addresses only."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from hostex_mcp import public_fetch
from hostex_mcp.public_fetch import FetchFailed
from tests.api.test_public_fetch import HOST, Site, certificate, fetch, resolving, site

pytestmark = pytest.mark.anyio
__all__ = ["certificate", "site"]

_USER = "user:pass"


@dataclass
class Proxy:
    """A forward proxy on this machine: what it was asked for, and its refusal, if it refuses."""

    refusal: bytes = b""
    heard: list[list[str]] = field(default_factory=list[list[str]])
    port: int = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        self.heard.append(head)
        if self.refusal:
            writer.write(self.refusal)
            writer.close()
            return
        host, _, port = head[0].split(" ")[1].rpartition(":")
        there, onward = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_copy(reader, onward), _copy(there, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while piece := await source.read(4096):
        target.write(piece)
    target.close()


@pytest.fixture
async def proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """The proxy that the environment names for everything."""
    proxy = Proxy()
    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    for variable in (
        "HTTP_PROXY",
        "http_proxy",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
    ):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://{_USER}@127.0.0.1:{proxy.port}")
    async with server:
        yield proxy


async def failure() -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        await fetch()
    return caught.value


async def test_a_proxy_is_told_the_checked_address_and_the_site_its_own_name(
    site: Site, proxy: Proxy
) -> None:
    assert (await fetch()).content == b"abcd"
    [head] = proxy.heard
    assert head[0] == f"CONNECT 127.0.0.1:{public_fetch.HTTPS_PORT} HTTP/1.1"
    assert HOST not in " ".join(head)
    assert site.names == [HOST]
    assert "proxy-authorization" not in site.heard[0].decode().lower()


async def test_a_proxy_is_asked_for_nothing_that_is_not_public(
    site: Site, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for addresses in (["10.0.0.1"], ["127.0.0.1", "169.254.169.254"]):
        asked = resolving(monkeypatch, lambda host, answer=addresses: answer)
        assert str(await failure()) == "does not lead to a public address"
        assert asked == [HOST]
    assert (proxy.heard, site.heard) == ([], [])


async def test_the_certificate_has_to_be_the_names_behind_a_proxy_too(site: Site, proxy: Proxy) -> None:
    with pytest.raises(FetchFailed, match="could not be reached"):
        await fetch(host="other.example.com")
    assert (len(proxy.heard), site.heard) == (1, [])


async def test_a_refusal_of_the_proxy_is_told_to_the_operator_without_its_password(
    site: Site, proxy: Proxy
) -> None:
    proxy.refusal = b"HTTP/1.1 403 Not for you\r\nContent-Length: 0\r\n\r\n"
    failed = await failure()
    assert str(failed) == "could not be reached"
    assert failed.detail == "could not be reached (127.0.0.1 through the proxy: ProxyError 403 Not for you)"


async def test_a_host_that_is_excepted_is_reached_without_the_proxy(
    site: Site, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", ".example.com")
    assert (await fetch()).content == b"abcd"
    assert proxy.heard == []


async def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(
    site: Site, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"socks4://{_USER}@127.0.0.1:9")
    failed = await failure()
    assert (str(failed), "HTTPS_PROXY" in failed.detail, "pass" in failed.detail) == (
        "could not be reached",
        True,
        False,
    )


async def test_of_a_name_that_leads_to_ipv6_only_an_http_proxy_is_asked_for_nothing(
    site: Site, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, lambda host: ["::1"])
    assert "IPv6" in (await failure()).detail
    assert proxy.heard == []


async def test_a_name_that_is_not_known_here_is_said_to_the_operator_alone(
    site: Site, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, lambda host: [])
    failed = await failure()
    assert str(failed) == "does not lead to a public address"
    assert "cannot be looked up here" in failed.detail
    assert proxy.heard == []
