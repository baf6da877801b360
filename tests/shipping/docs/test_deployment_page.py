"""What the page for operators shows is what the server does."""

import datetime
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from hostex_mcp.http.transport.arrivals import MOST_ARRIVING
from hostex_mcp.http.transport.crowd import MOST_CONNECTIONS, MOST_OF_AN_ADDRESS
from hostex_mcp.http.transport.rate_limits import Limits, Rate
from tests.shipping.docs.markdown import PAGES, blocks, read
from tests.support.certificates import certificate
from tests.support.complete import missing
from tests.support.processes import free_port, hostex_mcp
from tests.support.root import ROOT

PAGE = ROOT / "docs" / "deployment.md"
PUBLIC = "https://mcp.example.com"
START_SECONDS = 20


@contextmanager
def nginx(folder: Path, server: int) -> Generator[str]:
    """The proxy of the page in front of a server, with a certificate and a port of this machine."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        missing("nginx is not installed")
    port, file = (
        free_port(),
        certificate(folder, datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=9)),
    )
    shown = next(block.text for block in blocks("nginx"))
    config = shown.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace(":8000", f":{server}")
    config = re.sub(r"/etc/ssl/\S+(?=;)", str(file), config)
    places = "\n".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{places}\n{config}}}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(path)], stderr=subprocess.DEVNULL)
    try:
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def answer(http: httpx2.Client, method: str, url: str) -> httpx2.Response:
    """The proxy's answer, once it listens."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return http.request(method, url, headers={"Host": "mcp.example.com"})
        except httpx2.ConnectError:
            if time.monotonic() > deadline:
                raise


def addresses() -> set[str]:
    """The paths of the public address that any page names."""
    found = {path for page in PAGES for path in re.findall(rf"{PUBLIC}(/[\w./-]*)", read(page))}
    assert len(found) >= 4
    return found


def test_a_server_behind_the_proxy_of_the_page_answers_under_its_public_address(tmp_path: Path) -> None:
    port = free_port()
    database = f"sqlite:///{tmp_path}/hostex-mcp.db"
    settings = {"HOSTEX_MCP_TRUSTED_PROXIES": "127.0.0.1", "HOSTEX_MCP_DATABASE_URL": database}
    with (
        hostex_mcp("--sandbox", "--public-url", PUBLIC, port=port, **settings),
        nginx(tmp_path, port) as proxy,
        httpx2.Client(verify=False) as http,
    ):
        metadata = answer(http, "GET", f"{proxy}/.well-known/oauth-authorization-server").json()
        refused = answer(http, "POST", f"{proxy}/mcp")
        page = answer(http, "GET", f"{proxy}/")
        missing_paths = [path for path in addresses() if answer(http, "GET", proxy + path).status_code == 404]
    assert metadata["issuer"] == PUBLIC
    assert refused.status_code == 401
    assert (
        f'resource_metadata="{PUBLIC}/.well-known/oauth-protected-resource/mcp"'
        in (refused.headers["WWW-Authenticate"])
    )
    assert f"{PUBLIC}/mcp" in page.text
    assert not missing_paths
    assert (tmp_path / "hostex-mcp.db.keys").exists()
    assert "hostex-mcp.db.keys" in read(PAGE)


HIDDEN = b"GET /connect HTTP/1.1\r\nHost: mcp.example.com\r\n\r\n"
HEAD = b"POST /token HTTP/1.1\r\nHost: mcp.example.com\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SMUGGLED = {
    "a request behind the last chunk": b"%sContent-Length: %d\r\n%s\r\n0\r\n\r\n%s"
    % (HEAD, 5 + len(HIDDEN), CHUNKED, HIDDEN),
    "a request as a chunk": b"%sContent-Length: 4\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n"
    % (HEAD, CHUNKED, len(HIDDEN), HIDDEN),
    "a blank before the colon": b"%sContent-Length: %d\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n%s"
    % (HEAD, 5 + len(HIDDEN), HIDDEN),
    "two encodings": b"%s%sTransfer-Encoding: identity\r\n\r\n0\r\n\r\n%s" % (HEAD, CHUNKED, HIDDEN),
    "two lengths": b"%sContent-Length: 0\r\nContent-Length: %d\r\n\r\n%s" % (HEAD, len(HIDDEN), HIDDEN),
}


def statuses(proxy: str, sent: bytes) -> list[bytes]:
    """The status of every answer that comes before the proxy closes the connection."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, port = proxy.removeprefix("https://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as plain, context.wrap_socket(plain) as wire:
        wire.sendall(sent)
        got = b"".join(iter(lambda: wire.recv(65_536), b""))
    return re.findall(rb"HTTP/1.1 ([0-9]+)", got)


def test_no_request_is_smuggled_through_the_proxy_of_the_page(tmp_path: Path) -> None:
    port = free_port()
    settings = {"HOSTEX_MCP_DATABASE_URL": f"sqlite:///{tmp_path}/hostex-mcp.db"}
    with (
        hostex_mcp("--sandbox", "--public-url", PUBLIC, port=port, **settings),
        nginx(tmp_path, port) as proxy,
        httpx2.Client(verify=False) as http,
    ):
        assert answer(http, "GET", f"{proxy}/connect").status_code == 200
        told = {name: statuses(proxy, sent) for name, sent in SMUGGLED.items()}
    assert told == {name: [b"400"] for name in SMUGGLED}


@pytest.mark.parametrize(
    ("who", "rate"),
    [
        ("a grant, at `/mcp`", Limits().account),
        ("an address without a valid token, or with Hostex tokens of its own", Limits().strangers),
        ("an address without a valid token, or with Hostex tokens of its own", Limits().bringers),
        ("registrations from an address", Limits().registrations),
        ("registrations from one customer's IPv6 network (/48)", Limits().neighbours),
        ("pages from an address", Limits().pages),
        ("other routes from an address", Limits().others),
    ],
)
def test_the_limits_are_those_of_the_page(who: str, rate: Rate) -> None:
    assert f"| {who} | {rate.a_minute:,} | {rate.burst:,} |" in read(PAGE)


def test_the_bounds_of_connections_and_bodies_are_those_of_the_page() -> None:
    page = " ".join(read(PAGE).split())
    assert f"keeps {MOST_CONNECTIONS} connections open, {MOST_OF_AN_ADDRESS} of an address" in page
    assert f"may have {MOST_ARRIVING} on their way" in page
