"""The server process dies between sending a confirmed write and hearing the answer."""

import json
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from subprocess import DEVNULL, PIPE, Popen
from typing import Any

from hostex_mcp.sandbox import WRITABLE, Sandbox, running

CODE = "5-DEMO30PAT"
OPERATION = "DELETE /reservations/{reservation_code}"
HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


class Session:
    """A server process, spoken to line by line."""

    def __init__(self, process: Popen[str]) -> None:
        self.process = process
        self._number = 0
        self.ask("initialize", HELLO)
        self._send({"method": "notifications/initialized"})

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def post(self, method: str, params: dict[str, Any]) -> None:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self.post(method, params)
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())["result"]


def call(**arguments: Any) -> dict[str, Any]:
    return {"name": "cancel_reservation", "arguments": {"reservation_code": CODE, **arguments}}


@contextmanager
def started(url: str, **more: str) -> Generator[Session]:
    environ = {"HOSTEX_API_BASE_URL": url, "HOSTEX_ACCESS_TOKEN": WRITABLE, "HOSTEX_MCP_LOG_LEVEL": "error"}
    environ |= {"HOSTEX_MCP_CONFIRM": "token"} | more
    command = [sys.executable, "-m", "hostex_mcp"]
    process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True, env=environ)
    with process:
        try:
            yield Session(process)
        finally:
            process.kill()


def deletions(sandbox: Sandbox) -> int:
    return sum(request.method == "DELETE" for request in sandbox.log)


def wait_for_deletion(sandbox: Sandbox) -> None:
    deadline = time.monotonic() + 10
    while not deletions(sandbox):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_write_whose_server_died_happened_once_and_its_confirmation_is_worthless_afterwards() -> None:
    sandbox = Sandbox()
    with running(sandbox) as url:
        with started(url) as session:
            offer = session.ask("tools/call", call())["structuredContent"]
            sandbox.faults.add("stall", operation=OPERATION, times=1, seconds=30)
            token = offer["confirmation_token"]
            session.post("tools/call", call(confirmation_token=token))
            wait_for_deletion(sandbox)
        with started(url) as session:
            again = session.ask("tools/call", call(confirmation_token=token))["structuredContent"]
    assert sandbox.accounts.main.stays[CODE]["status"] == "cancelled"
    assert deletions(sandbox) == 1
    assert again["error"]["fields"] == [{"field": "reservation_code", "problem": "is cancelled already"}]
