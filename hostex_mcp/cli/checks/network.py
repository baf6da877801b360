"""Checks of the connection to Hostex: proxy, name, connection, certificate, answer and clock."""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio
import httpx2

from hostex_mcp.api import unusable_proxy
from hostex_mcp.cli.checks.finding import Finding

_SECONDS = 10.0
_CLOCK_MAY_DIFFER = timedelta(minutes=2)
# Verification codes of OpenSSL.
_UNTRUSTED = (18, 19, 20, 21)
_EXPIRED, _NOT_YET = 10, 9
_CONNECTION = "Check the internet connection, and HOSTEX_API_BASE_URL if you set it."


@dataclass(frozen=True, slots=True)
class Target:
    """The host that is to be reached, and the proxy on the way, if any."""

    url: str
    host: str
    port: int
    secure: bool
    proxy: str | None

    @classmethod
    def of(cls, url: str) -> "Target":
        """Return the host of the Hostex API's address, with the proxy that the environment names for it."""
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        proxies = getproxies()
        proxy = None if proxy_bypass(host) else proxies.get(parts.scheme) or proxies.get("all")
        return cls(url, host, parts.port or (443 if secure else 80), secure, proxy)


async def reach(url: str, now: Callable[[], datetime]) -> list[Finding]:
    """Check everything on the way to Hostex, up to the first thing that fails."""
    target = Target.of(url)
    results: list[Finding] = []
    for step in (_proxy, _name, _connection, _certificate):
        finding = await step(target)
        if finding:
            results.append(finding)
            if finding.verdict == "problem":
                return results
    return [*results, *await _answer(target, now)]


async def _proxy(target: Target) -> Finding | None:
    if problem := unusable_proxy():
        return Finding.problem("proxy", problem, "Correct the variable where it is set, or unset it.")
    if not target.proxy:
        return None
    parts = urlsplit(target.proxy if "//" in target.proxy else f"//{target.proxy}")
    port = parts.port or (1080 if parts.scheme.startswith("socks") else 80)
    # Without user and password.
    proxy = f"{parts.hostname}:{port}"
    try:
        await _connect(parts.hostname or "", port)
    except OSError:
        return Finding.problem(
            "proxy",
            f"The proxy {proxy} cannot be reached.",
            "Correct HTTPS_PROXY, or unset it if there is no longer a proxy.",
        )
    return Finding.ok("proxy", f"Calls go through the proxy {proxy}.")


async def _name(target: Target) -> Finding | None:
    if target.proxy:
        return None
    try:
        await anyio.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError:
        return Finding.problem("name", f"The name {target.host} cannot be resolved.", _CONNECTION)
    return Finding.ok("name", f"{target.host} resolves.")


async def _connection(target: Target) -> Finding | None:
    if target.proxy:
        return None
    try:
        await _connect(target.host, target.port)
    except OSError:
        return Finding.problem(
            "connection",
            f"Nothing answers at {target.host}:{target.port}.",
            f"{_CONNECTION} A firewall may need an exception; behind a proxy, set HTTPS_PROXY.",
        )
    return Finding.ok("connection", f"{target.host}:{target.port} answers.")


async def _connect(host: str, port: int) -> None:
    try:
        with anyio.fail_after(_SECONDS):
            stream = await anyio.connect_tcp(host, port)
    except TimeoutError:
        raise OSError("no answer in time") from None
    await stream.aclose()


async def _certificate(target: Target) -> Finding | None:
    if target.proxy or not target.secure:
        return None
    try:
        with anyio.fail_after(_SECONDS):
            # Many servers close a connection without the close_notify that TLS asks for.
            stream = await anyio.connect_tcp(
                target.host,
                target.port,
                tls=True,
                ssl_context=httpx2.create_ssl_context(),
                tls_standard_compatible=False,
            )
    except ssl.SSLCertVerificationError as error:
        return _bad_certificate(target, error)
    except (ssl.SSLError, OSError, TimeoutError, anyio.BrokenResourceError, anyio.EndOfStream):
        return Finding.problem(
            "certificate",
            f"{target.host}:{target.port} does not speak TLS.",
            "Something between you and Hostex intercepts the connection; check proxy and firewall.",
        )
    await stream.aclose()
    return Finding.ok("certificate", f"The certificate of {target.host} is good.")


def _bad_certificate(target: Target, error: ssl.SSLCertVerificationError) -> Finding:
    if error.verify_code in (_EXPIRED, _NOT_YET):
        says, fix = "has expired or is not valid yet", "Check the date and time of this machine first."
    elif error.verify_code in _UNTRUSTED:
        says = "is not signed by an authority this machine trusts"
        fix = (
            "A company proxy or virus scanner may be reading the traffic: install its certificate in the "
            "system's store. In a container, install the ca-certificates package."
        )
    else:
        says, fix = "is not that of this host", _CONNECTION
    return Finding.problem("certificate", f"The certificate of {target.host} {says}.", fix)


async def _answer(target: Target, now: Callable[[], datetime]) -> list[Finding]:
    """Check that Hostex answers."""
    # Without a token: Hostex refuses in its own form, which is enough to recognise it.
    try:
        async with httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False) as http:
            response = await http.get(f"{target.url}/properties", params={"offset": 0, "limit": 1})
    except httpx2.HTTPError as error:
        return [Finding.problem("answer", f"Hostex did not answer ({type(error).__name__}).", _CONNECTION)]
    if not _is_hostex(response):
        return [
            Finding.problem(
                "answer",
                f"What answers at {target.url} is not the Hostex API.",
                "Correct HOSTEX_API_BASE_URL; it ends in /v3. A hotel or company network may want you to log "
                "in with a browser first.",
            )
        ]
    return [Finding.ok("answer", "Hostex answers."), *_clock(response.headers.get("date"), now())]


def _is_hostex(response: httpx2.Response) -> bool:
    try:
        body = response.json()
    except ValueError:
        return False
    return isinstance(body, dict) and "error_code" in body


def _clock(date: str | None, now: datetime) -> list[Finding]:
    try:
        theirs = parsedate_to_datetime(date or "").astimezone(UTC)
    except ValueError:
        return []
    difference = abs(now - theirs)
    if difference <= _CLOCK_MAY_DIFFER:
        return [Finding.ok("clock", "The clock is right.")]
    return [
        Finding.warning(
            "clock",
            f"The clock of this machine and that of Hostex differ by {_span(difference)}.",
            "Set the date and time; confirmations and sign-ins depend on them.",
        )
    ]


def _span(difference: timedelta) -> str:
    minutes = round(difference.total_seconds() / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
