"""The server process itself: protocol eras, success codes, clean stdout, secrecy of the token."""

import json
import subprocess
import sys
from collections.abc import Sequence
from subprocess import DEVNULL, PIPE
from typing import Any

import pytest
from mcp import MCPError

from hostex_mcp.sandbox import DEAD, WRITABLE, Sandbox
from tests.processes.stdio.conftest import Connect, Mode

LEGACY = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_both_protocol_eras_list_and_call(connect: Connect, mode: Mode) -> None:
    host = connect(mode=mode)
    tools = host.portal.call(host.client.list_tools).tools
    assert "list_properties" in [answer.name for answer in tools]
    assert host.answer("list_properties", limit=3)["returned"] == 3


def test_the_newest_protocol_is_spoken_with_clients_that_know_it(connect: Connect) -> None:
    assert connect().client.protocol_version == "2026-07-28"
    assert connect(mode="legacy").client.protocol_version == "2025-11-25"


@pytest.mark.parametrize("fault", [None, "zero"])
def test_both_success_codes_are_success(connect: Connect, sandbox: Sandbox, fault: str | None) -> None:
    if fault:
        sandbox.faults.add(fault, operation="GET /tags", times=1)
    assert connect().answer("list_tags")["returned"] > 0


def test_new_fields_and_unknown_channels_are_no_trouble(connect: Connect, sandbox: Sandbox) -> None:
    sandbox.faults.add("extra", operation="GET /properties", times=1)
    assert connect().answer("list_properties")["returned"] > 0


def test_an_unknown_tool_is_a_protocol_error(connect: Connect) -> None:
    with pytest.raises(MCPError) as caught:
        connect().call("list_propertys")
    assert caught.value.error.code == -32602
    assert "did you mean list_properties?" in caught.value.error.message


def test_a_redirect_never_receives_the_token(connect: Connect, sandbox: Sandbox) -> None:
    trap = Sandbox()
    from hostex_mcp.sandbox import running

    with running(trap) as address:
        sandbox.faults.add("redirect", operation="GET /groups", times=1, location=f"{address}/groups")
        assert connect().error("list_property_groups")["kind"] == "unexpected_response"
    assert trap.log == []


@pytest.mark.parametrize("token", [WRITABLE, DEAD])
def test_a_token_appears_in_no_answer_and_no_log(connect: Connect, sandbox: Sandbox, token: str) -> None:
    host = connect(token, HOSTEX_MCP_LOG_LEVEL="debug")
    sandbox.faults.add("garbage", operation="GET /tags", times=None)
    texts = [host.call(tool).model_dump_json() for tool in ("list_properties", "list_tags", "list_webhooks")]
    texts.append(host.errors.read_text(encoding="utf-8"))
    assert host.errors.stat().st_size > 0
    assert all(token not in text for text in texts)


ENVIRON = {"PATH": "/usr/bin", "HOSTEX_MCP_LOG_LEVEL": "debug"}
SERVER = [sys.executable, "-m", "hostex_mcp"]


NOISY = """
import os
from hostex_mcp.api import HostexClient
from hostex_mcp.cli import main

async def send(*_, **__):
    print("a library prints", flush=True)
    os.write(1, b"a library of C writes\\n")
    os.system("echo a child prints")
    raise RuntimeError("and crashes")

HostexClient.send = send
main(["stdio", "--sandbox"])
"""


def converse(*lines: str, server: Sequence[str] = SERVER) -> tuple[list[dict[str, Any]], int]:
    """Send lines one by one, each answered before the next, then end the input."""
    with subprocess.Popen(server, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True, env=ENVIRON) as process:
        assert process.stdin
        assert process.stdout
        answers: list[dict[str, Any]] = []
        for line in lines:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            if '"id"' in line:
                answers.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        answers += [json.loads(line) for line in process.stdout]
        return answers, process.wait(20)


def request(number: int, method: str, **params: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def test_the_end_of_input_ends_the_process_and_stdout_holds_only_protocol() -> None:
    answers, status = converse(
        request(1, "initialize", **LEGACY),
        '{"jsonrpc": "2.0", "method": "notifications/initialized"}',
        request(2, "tools/list"),
        request(3, "tools/call", name="list_properties", arguments={}),
    )
    assert status == 0
    assert [answer["id"] for answer in answers] == [1, 2, 3]
    assert answers[0]["result"]["protocolVersion"] == "2025-06-18"
    assert answers[2]["result"]["structuredContent"]["error"]["kind"] == "not_configured"


def test_what_is_asked_in_a_pipe_that_ends_at_once_is_answered() -> None:
    calls = [
        request(number, "tools/call", name="get_daily_briefing", arguments={}) for number in range(2, 12)
    ]
    withdrawn = request(12, "tools/call", name="get_daily_briefing", arguments={})
    lines = [
        request(1, "initialize", **LEGACY),
        '{"jsonrpc": "2.0", "method": "notifications/initialized"}',
        *calls,
        withdrawn,
        '{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 12}}',
    ]
    done = subprocess.run(
        [*SERVER, "stdio", "--sandbox"],
        input="\n".join(lines),
        stdout=PIPE,
        stderr=DEVNULL,
        text=True,
        timeout=30,
        check=True,
        env=ENVIRON,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert {answer["id"] for answer in answers} >= set(range(1, 12))
    assert all("result" in answer for answer in answers if answer["id"] < 12)


def test_a_withdrawal_of_what_is_no_request_ends_nothing() -> None:
    odd: list[object] = [{}, [1], None, "nobody", 7.5]
    withdrawals = [
        json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
        for number in odd
    ]
    first = request(1, "initialize", **LEGACY)
    ready = '{"jsonrpc": "2.0", "method": "notifications/initialized"}'
    answers, status = converse(first, ready, *withdrawals, request(2, "ping"))
    assert status == 0
    assert [answer["id"] for answer in answers if "result" in answer] == [1, 2]


def test_whatever_is_printed_while_a_tool_crashes_stdout_holds_only_protocol() -> None:
    answers, status = converse(
        request(1, "initialize", **LEGACY),
        '{"jsonrpc": "2.0", "method": "notifications/initialized"}',
        request(2, "tools/call", name="list_properties", arguments={}),
        request(3, "ping"),
        server=[sys.executable, "-c", NOISY],
    )
    assert status == 0
    assert [answer["id"] for answer in answers] == [1, 2, 3]
    assert answers[1]["result"]["structuredContent"]["error"]["kind"] == "internal"


def test_broken_input_does_not_stop_the_server() -> None:
    answers, _ = converse("this is not json", request(7, "ping"))
    assert 7 in [answer.get("id") for answer in answers]


@pytest.mark.parametrize(
    ("options", "environ", "line"),
    [
        ((), {"HOSTEX_MCP_CONFIRM": "no"}, "hostex-mcp: HOSTEX_MCP_CONFIRM=no: allowed: auto, token, off"),
        (
            ("--toolsets", "calender"),
            {},
            "hostex-mcp: HOSTEX_MCP_TOOLSETS: 'calender' does not exist (did you mean calendar?)",
        ),
        ((), {"HOSTEX_MCP_TOOLS": "x"}, "hostex-mcp: HOSTEX_MCP_TOOLS: 'x' does not exist"),
        (
            (),
            {"HOSTEX_API_BASE_URL": "http://example.com"},
            "hostex-mcp: HOSTEX_API_BASE_URL=http://example.com: allowed: an https",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(
    options: tuple[str, ...], environ: dict[str, str], line: str
) -> None:
    command = [*SERVER, *options]
    done = subprocess.run(
        command, stdin=DEVNULL, capture_output=True, text=True, timeout=30, check=False, env=environ
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(line)
    assert len(done.stderr.splitlines()) == 1
