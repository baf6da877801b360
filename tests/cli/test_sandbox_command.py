"""`hostex-mcp sandbox` as a process of its own, and a server that uses it."""

import json
import os
import socket
import subprocess
import sys
import time

import httpx2

from hostex_mcp.sandbox import READ_ONLY
from tests.support.processes import free_port

MEASURED = {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE_")}


def wait_until_listening(port: int) -> None:
    deadline = time.monotonic() + 15
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def test_the_sandbox_serves_hostex_to_other_processes() -> None:
    port = free_port()
    command = [sys.executable, "-m", "hostex_mcp"]
    sandbox = subprocess.Popen(
        [*command, "sandbox", "--port", str(port)], stderr=subprocess.PIPE, text=True, env=MEASURED
    )
    with sandbox:
        wait_until_listening(port)
        address = f"http://127.0.0.1:{port}/v3"
        headers = {"Hostex-Access-Token": READ_ONLY}
        answer = httpx2.get(f"{address}/properties", headers=headers).json()
        environ = {**MEASURED, "HOSTEX_API_BASE_URL": address, "HOSTEX_ACCESS_TOKEN": READ_ONLY}
        called = subprocess.run(
            [*command, "call", "list_properties"], capture_output=True, text=True, env=environ, check=False
        )
        sandbox.terminate()
        output = sandbox.stderr.read() if sandbox.stderr else ""
    assert (answer["error_code"], answer["data"]["total"]) == (200, 12)
    assert json.loads(called.stdout)["total"] == 12
    assert f"HOSTEX_API_BASE_URL={address}" in output
    assert "sandbox-read-only" in output


def test_with_a_scenario_its_days_pass_and_bring_what_happens() -> None:
    port = free_port()
    command = [sys.executable, "-m", "hostex_mcp", "sandbox", "--port", str(port), "--scenario", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=MEASURED) as sandbox:
        wait_until_listening(port)
        deadline = time.monotonic() + 15
        headers, threads = {"Hostex-Access-Token": READ_ONLY}, f"http://127.0.0.1:{port}/v3/conversations"
        told = list[str]()
        while len(set(told)) < 2:
            newest = httpx2.get(f"{threads}?offset=0", headers=headers).json()["data"]["conversations"][0]
            told.append(newest["last_message_at"])
            assert time.monotonic() < deadline
        sandbox.terminate()
        output = sandbox.stderr.read() if sandbox.stderr else ""
    assert "booking" in output
    assert "message" in output
