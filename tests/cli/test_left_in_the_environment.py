"""What systems and clients leave in the environment: proxies of every form, placeholders for the token."""

import json
import os
import select
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import closing
from typing import Any, cast

import pytest

from hostex_mcp.placeholders import placeholder_of
from hostex_mcp.sandbox import WRITABLE, Sandbox, running
from hostex_mcp.settings import load


class SocksProxy(socketserver.ThreadingTCPServer):
    """A SOCKS5 proxy as RFC 1928 has it, for names and addresses, without passwords."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _SocksConnection)
        self.targets: list[tuple[str, int]] = []


class _SocksConnection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        incoming: socket.socket = self.request
        _, methods = incoming.recv(2)
        incoming.recv(methods)
        incoming.sendall(b"\x05\x00")
        by_number = incoming.recv(4)[3] == 1
        host = incoming.recv(4 if by_number else incoming.recv(1)[0])
        port = int.from_bytes(incoming.recv(2), "big")
        address = (socket.inet_ntoa(host) if by_number else host.decode(), port)
        cast("SocksProxy", self.server).targets.append(address)
        with socket.create_connection(address) as onward:
            incoming.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
            _relay(incoming, onward)


def _relay(one: socket.socket, other: socket.socket) -> None:
    """Hand on what each says, until one has nothing more to say."""
    while True:
        for ready in select.select([one, other], [], [])[0]:
            data = ready.recv(65_536)
            if not data:
                return
            (other if ready is one else one).sendall(data)


@pytest.fixture
def socks() -> Generator[SocksProxy]:
    with SocksProxy() as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        yield proxy
        proxy.shutdown()
        thread.join(10)


def hostex_mcp(*arguments: str, **environ: str) -> tuple[Any, str]:
    """What the command prints, and what it writes to standard error."""
    inherited = {name: value for name, value in os.environ.items() if name.startswith(("PATH", "COVERAGE_"))}
    command = [sys.executable, "-m", "hostex_mcp", *arguments]
    result = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env={**inherited, **environ}, timeout=50
    )
    return json.loads(result.stdout), result.stderr


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
def test_calls_go_through_a_socks_proxy_however_the_system_writes_it(scheme: str, socks: SocksProxy) -> None:
    with running(Sandbox()) as url:
        answer, _ = hostex_mcp(
            "call",
            "list_tags",
            HOSTEX_API_BASE_URL=url,
            HOSTEX_ACCESS_TOKEN=WRITABLE,
            ALL_PROXY=f"{scheme}://127.0.0.1:{socks.server_address[1]}/",
        )
    assert answer["returned"] > 0
    assert socks.targets


def test_a_proxy_of_a_kind_that_cannot_be_used_is_an_error_that_names_its_variable() -> None:
    answer, errors = hostex_mcp(
        "call", "list_tags", HOSTEX_ACCESS_TOKEN=WRITABLE, ALL_PROXY="ftp://ana:secret-word@proxy.test"
    )
    assert answer["error"]["kind"] == "network"
    assert answer["error"]["message"].startswith("ALL_PROXY names a proxy that begins with ftp://;")
    assert "secret-word" not in f"{answer}{errors}"


@pytest.mark.parametrize("address", ["http://ana:secret-word@[::1", "http://", "http://ana:secret-word@"])
def test_a_proxy_whose_address_is_none_is_an_error_that_names_its_variable(address: str) -> None:
    answer, errors = hostex_mcp("call", "list_tags", HOSTEX_ACCESS_TOKEN=WRITABLE, ALL_PROXY=address)
    assert answer["error"]["kind"] == "network"
    assert answer["error"]["message"].startswith("ALL_PROXY is not the address of a proxy;")
    assert "secret-word" not in f"{answer}{errors}"


@pytest.mark.parametrize(
    ("environ", "variable"),
    [
        ({"ALL_PROXY": "nonsense.invalid"}, "ALL_PROXY"),
        ({"HTTPS_PROXY": "http://ana:secret-word@127.0.0.1:9"}, "HTTPS_PROXY"),
        ({"ALL_PROXY": "nonsense.invalid", "NO_PROXY": "api.hostex.invalid"}, None),
    ],
)
def test_a_connection_that_fails_at_a_proxy_names_the_variable_of_that(
    environ: dict[str, str], variable: str | None
) -> None:
    address = "https://api.hostex.invalid/v3"
    environ = {"HOSTEX_API_BASE_URL": address, "HOSTEX_MCP_LOG_LEVEL": "debug", **environ}
    answer, errors = hostex_mcp("call", "list_tags", HOSTEX_ACCESS_TOKEN=WRITABLE, **environ)
    way = f" by way of the proxy that {variable} names" if variable else ""
    assert answer["error"]["message"] == f"The connection to Hostex failed{way}."
    assert "secret-word" not in f"{answer}{errors}"


def test_doctor_names_the_variable_of_such_a_proxy() -> None:
    findings, _ = hostex_mcp(
        "doctor", "--json", HOSTEX_ACCESS_TOKEN=WRITABLE, HTTP_PROXY="quic://ana:secret-word@proxy.test"
    )
    (proxy,) = [finding for finding in findings if finding["check"] == "proxy"]
    assert proxy["verdict"] == "problem"
    assert proxy["says"].startswith("HTTP_PROXY names a proxy that begins with quic://;")
    assert "secret-word" not in str(findings)


@pytest.mark.parametrize(
    "token",
    [
        *("${env:HOSTEX_ACCESS_TOKEN}", "${HOSTEX_ACCESS_TOKEN}", "%HOSTEX_ACCESS_TOKEN%", "<your token>"),
        *(
            "$(pass hostex)",
            "$env:HOSTEX_ACCESS_TOKEN",
            "[your token]",
            "YOUR_TOKEN_HERE",
            "paste your token here",
        ),
    ],
)
def test_a_token_that_was_not_filled_in_is_not_configured_and_named(token: str) -> None:
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        answer, _ = hostex_mcp("call", "list_tags", HOSTEX_API_BASE_URL=address, HOSTEX_ACCESS_TOKEN=token)
    assert answer["error"]["kind"] == "not_configured"
    assert token in answer["error"]["message"]


@pytest.mark.parametrize(
    "value",
    [
        *(
            "YOUR_HOSTEX_TOKEN",
            "your-token-here",
            "{HOSTEX_ACCESS_TOKEN}",
            "{{token}}",
            "@TOKEN@",
            "__TOKEN__",
        ),
        *(
            "REPLACE_ME",
            "changeme",
            "xxxxxxxx",
            "...",
            "********",
            "null",
            "undefined",
            "${user_config.token}",
        ),
        *("${HOSTEX_ACCESS_TOKEN:-}", "`cat token`", '"${env:HOSTEX_ACCESS_TOKEN}"', "Bearer <token>"),
    ],
)
def test_a_placeholder_in_the_way_of_any_client_starts_and_is_named(value: str) -> None:
    token = load({"HOSTEX_ACCESS_TOKEN": value}).access_token
    assert token
    placeholder = placeholder_of(token.get_secret_value())
    assert placeholder
    assert placeholder in value


TOKEN = "Rm3kQ8vZt1Lw5Xy9"


@pytest.mark.parametrize("form", ["[{}]", "{{{}}}", "`{}`", "@{}@", "__{}__", "$({})", "my {}", "your_{}"])
def test_what_may_hold_a_token_is_shown_to_nobody_as_a_placeholder(form: str) -> None:
    assert placeholder_of(form.format(TOKEN)) is None


@pytest.mark.parametrize(
    "form",
    [
        *(
            '"{}"',
            "'{}'",
            "\u201c{}\u201d",
            "{}\n",
            "{}\r\n",
            "\ufeff{}",
            "\u200b{} ",
            "Bearer {}",
            'bearer  "{}"',
        ),
        *("Hostex-Access-Token: {}", "HOSTEX_ACCESS_TOKEN={}", "export HOSTEX_ACCESS_TOKEN='{}'"),
    ],
)
def test_a_token_is_read_without_what_was_copied_with_it(form: str) -> None:
    token = load({"HOSTEX_ACCESS_TOKEN": form.format(TOKEN)}).access_token
    assert token
    assert token.get_secret_value() == TOKEN


def test_doctor_says_that_the_token_was_not_filled_in() -> None:
    with running(Sandbox()) as url:
        findings, _ = hostex_mcp(
            "doctor", "--json", HOSTEX_API_BASE_URL=url, HOSTEX_ACCESS_TOKEN="${input:hostex_token}"
        )
    (token,) = [finding for finding in findings if finding["check"] == "token"]
    assert token["verdict"] == "problem"
    assert "${input:hostex_token}" in token["says"]
