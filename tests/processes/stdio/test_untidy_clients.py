"""Clients that write what no client should, read no standard error, or end the server by a signal."""

import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired
from typing import Any

import pytest

from hostex_mcp.sandbox import WRITABLE, Sandbox, running

SERVER = [sys.executable, "-m", "hostex_mcp"]
HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
INITIALIZE = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO})
INITIALIZED = '{"jsonrpc": "2.0", "method": "notifications/initialized"}'
PROMPT = (
    r'{"jsonrpc": "2.0", "id": 2, "method": "prompts/get", '
    r'"params": {"name": "month_end", "arguments": {"month": "\ud83d"}}}'
)
CODE = "5-DEMO30PAT"


class Server:
    """A server process that is written to as text, whatever it is."""

    def __init__(self, process: Popen[str]) -> None:
        self.process = process

    def write(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line: str) -> dict[str, Any]:
        assert self.process.stdout
        self.write(line)
        return json.loads(self.process.stdout.readline())


@contextmanager
def started(*options: str, **environ: str) -> Generator[Server]:
    variables = {name: value for name, value in os.environ.items() if name.startswith(("PATH", "COVERAGE_"))}
    with Popen(
        [*SERVER, *options],
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        text=True,
        encoding="utf-8",
        env={**variables, **environ},
    ) as process:
        try:
            yield Server(process)
        finally:
            process.kill()


@pytest.fixture
def server() -> Generator[Server]:
    with started("--sandbox") as server:
        server.ask(INITIALIZE)
        server.write(INITIALIZED)
        yield server


def call(number: int, tool: str, arguments: str) -> str:
    """A call as text, so that its arguments may be what no JSON library writes."""
    params = f'{{"name": "{tool}", "arguments": {arguments}}}'
    return f'{{"jsonrpc": "2.0", "id": {number}, "method": "tools/call", "params": {params}}}'


def test_a_byte_order_mark_before_the_first_line_is_passed_over() -> None:
    with started("--sandbox") as server:
        answer = server.ask(f"\ufeff{INITIALIZE}")
    assert answer["result"]["protocolVersion"] == "2025-06-18"


@pytest.mark.parametrize(
    ("tool", "arguments", "field"),
    [
        ("list_properties", r'{"name": "Loft \ud83d"}', "name"),
        ("call_read_tool", r'{"name": "list_tags", "arguments": {"name": "\ud83d"}}', "name"),
        ("find_tools", r'{"query": "\udc00"}', "query"),
    ],
)
def test_half_an_emoji_in_an_argument_is_an_error_that_names_it(
    server: Server, tool: str, arguments: str, field: str
) -> None:
    error = server.ask(call(2, tool, arguments))["result"]["structuredContent"]["error"]
    assert error["kind"] == "invalid_arguments"
    assert [problem["field"] for problem in error["fields"]] == [field]


@pytest.mark.parametrize(
    "line",
    [
        call(2, r"list_\ud83d", "{}"),
        call(2, "list_properties", r'{"\ud83d": 1}'),
        call(2, "list_properties", r'"{\"name\": \"\ud83d\"}"'),
        r'{"jsonrpc": "2.0", "id": 2, "method": "\ud83d"}',
        r'{"jsonrpc": "2.0", "id": 2, "method": "resources/read", "params": {"uri": "hostex://\ud83d"}}',
        PROMPT,
        r'{"jsonrpc": "2.0", "id": 2, "method": "ping", "params": {"_meta": {"\ud83d": "\ud83d"}}}',
        '{"jsonrpc": "2.0", "id": 2}',
    ],
)
def test_whatever_a_request_holds_it_is_answered_under_its_id(server: Server, line: str) -> None:
    assert server.ask(line)["id"] == 2
    assert server.ask('{"jsonrpc": "2.0", "id": 3, "method": "ping"}') == {
        "jsonrpc": "2.0",
        "id": 3,
        "result": {},
    }


@pytest.mark.parametrize("digits", [4_300, 4_301, 20_000])
def test_a_number_of_any_length_is_answered_under_its_id(server: Server, digits: int) -> None:
    answer = server.ask(call(2, "list_properties", f'{{"limit": {"9" * digits}}}'))
    assert answer["id"] == 2
    assert "result" in answer or "too many digits" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("line", "code"), [("nonsense", -32700), ("[" * 60, -32700), ("[]", -32600), ('"text"', -32600)]
)
def test_a_line_that_is_no_message_is_answered_without_an_id(server: Server, line: str, code: int) -> None:
    answer = server.ask(line)
    assert answer["id"] is None
    assert answer["error"]["code"] == code


@pytest.mark.parametrize("number", ["1.5", "null", "true", "[1]", "{}"])
def test_a_request_whose_id_cannot_be_answered_under_is_told_so(server: Server, number: str) -> None:
    answer = server.ask(f'{{"jsonrpc": "2.0", "id": {number}, "method": "ping"}}')
    assert (answer["id"], answer["error"]["code"]) == (None, -32600)
    assert "id of a request" in answer["error"]["message"]


@pytest.mark.parametrize(
    "line",
    [
        '{"jsonrpc": "1.0", "id": 2, "method": "ping"}',
        '{"id": 2, "method": "ping"}',
        '{"jsonrpc": "2.0", "id": 2, "method": "ping", "params": "x"}',
    ],
)
def test_what_is_no_message_is_answered_under_the_id_it_has(server: Server, line: str) -> None:
    answer = server.ask(line)
    assert (answer["id"], answer["error"]["code"]) == (2, -32600)


@pytest.mark.parametrize("arguments", ["[]", '""', "null", "{}", r'"{\"limit\": 1}"'])
def test_arguments_that_are_an_empty_list_or_json_text_are_the_object_they_mean(
    server: Server, arguments: str
) -> None:
    answer = server.ask(call(2, "list_tags", arguments))
    assert answer["result"]["structuredContent"]["returned"] == (1 if "limit" in arguments else 4)


def test_empty_lists_for_empty_objects_and_a_whole_number_with_a_fraction_are_read() -> None:
    capabilities: dict[str, Any] = {"elicitation": [], "roots": []}
    with started("--sandbox") as server:
        hello: dict[str, Any] = {**HELLO, "capabilities": capabilities, "_meta": []}
        message: dict[str, Any] = {"jsonrpc": "2.0", "id": 1.0, "method": "initialize", "params": hello}
        assert server.ask(json.dumps(message))["id"] == 1
        assert server.ask('{"jsonrpc": "2.0", "id": 2, "method": "ping", "params": []}')["result"] == {}


LONG = 10_000_000
PLAIN = (
    '{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "list_tags", "arguments": {}}}'
)
TOO_LONG, TOO_MANY, TOO_DEEP = (
    "is longer than 4096 KiB",
    "has more than 20,000 members",
    "more than 64 levels",
)
BULKY = {
    "brackets": ("[" * LONG, None, TOO_LONG),
    "fewer brackets": ("[" * 3_000_000, None, TOO_MANY),
    "objects": ('{"a":' * 5_000, None, TOO_DEEP),
    "a long text": (PLAIN.replace("{}", f'{{"name": "{"x" * LONG}"}}'), 2, TOO_LONG),
    "a long list": (PLAIN.replace("{}", f'{{"name": [{"1," * 30_000}1]}}'), 2, TOO_MANY),
    "deep lists": (PLAIN.replace("{}", f'{{"name": {"[" * 90}{"]" * 90}}}'), 2, TOO_DEEP),
    "the id at the end": (
        f'{{"params": {{"a": "{"x" * LONG}"}}, "jsonrpc": "2.0", "id": "q-2"}}',
        "q-2",
        TOO_LONG,
    ),
    "an id of something else": (f'{{"params": {{"id": 7, "a": "{"x" * LONG}", "id": 7}}}}', None, TOO_LONG),
    "an id in a text": (f'{{"params": {{"a": "{"x" * LONG}, \\"id\\": 7}}"}}}}', None, TOO_LONG),
}


@pytest.mark.parametrize(("line", "number", "reason"), BULKY.values(), ids=BULKY)
def test_a_line_that_is_too_long_or_too_deep_is_refused_and_the_next_is_served(
    server: Server, line: str, number: int | str | None, reason: str
) -> None:
    answer = server.ask(line)
    assert answer["id"] == number
    assert answer["error"]["code"] == -32600
    assert reason in answer["error"]["message"]
    assert server.ask(call(3, "list_tags", "{}"))["result"]["isError"] is False


def test_a_long_line_is_not_kept_in_memory(server: Server) -> None:
    assert server.process.stdin

    def peak() -> int:
        status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))

    server.ask("[" * LONG)
    before = peak()
    for _ in range(20):
        server.process.stdin.write("[" * LONG)
    server.ask("")
    assert peak() - before < 20_000


def test_a_line_at_the_bound_is_read(server: Server) -> None:
    room = 4 * 1024 * 1024 - len(PLAIN.encode()) - len('"name": ""') - 1
    answer = server.ask(PLAIN.replace("{}", f'{{"name": "{"x" * room}"}}'))
    assert answer["result"]["structuredContent"]["error"]["kind"] == "invalid_arguments"


def test_the_end_of_input_within_a_line_ends_the_server(server: Server) -> None:
    assert server.process.stdin
    server.process.stdin.write("[" * LONG)
    server.process.stdin.close()
    assert server.process.wait(30) == 0


def test_an_empty_line_is_passed_over(server: Server) -> None:
    server.write("")
    assert server.ask('{"jsonrpc": "2.0", "id": 2, "method": "ping"}')["id"] == 2


def test_a_server_whose_standard_error_nobody_reads_goes_on_and_ends() -> None:
    with started("--sandbox", HOSTEX_MCP_LOG_LEVEL="debug") as server:
        assert server.process.stderr
        fcntl.fcntl(server.process.stderr, fcntl.F_SETPIPE_SZ, 4096)
        server.ask(INITIALIZE)
        server.write(INITIALIZED)
        for number in range(1_200):
            assert "result" in server.ask(call(number, "list_tags", '{"limit": 0}'))
        assert server.process.stdin
        server.process.stdin.close()
        assert server.process.wait(30) == 0


def test_a_call_is_no_log_line_over_stdio_unless_the_level_says_so(server: Server) -> None:
    server.ask(call(2, "list_tags", "{}"))
    _, errors = server.process.communicate(timeout=30)
    assert errors == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_server_without_a_word(server: Server, number: signal.Signals) -> None:
    server.ask(call(2, "list_tags", "{}"))
    server.process.send_signal(number)
    assert server.process.wait(30) == 128 + number
    assert server.process.stderr
    assert server.process.stderr.read() == ""


def test_a_server_whose_output_is_closed_ends_without_a_word(server: Server) -> None:
    assert server.process.stdout
    assert server.process.stderr
    server.process.stdout.close()
    server.write(PLAIN)
    assert server.process.wait(30) == 0
    assert server.process.stderr.read() == ""


def test_a_signal_ends_a_server_that_can_neither_read_nor_write_any_more(server: Server) -> None:
    assert server.process.stdin
    for number in range(40):
        server.write(call(number, "find_tools", '{"query": "price", "limit": 20}'))
    server.process.stdin.close()
    with pytest.raises(TimeoutExpired):
        server.process.wait(3)
    server.process.terminate()
    assert server.process.wait(30) == 128 + signal.SIGTERM


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_a_write_that_was_sent_come_to_its_end(tmp_path: Path, number: signal.Signals) -> None:
    sandbox, audit = Sandbox(), tmp_path / "audit.jsonl"
    with running(sandbox) as url:
        sandbox.faults.add("delay", operation="DELETE /reservations/{reservation_code}", seconds=1)
        environ = {"HOSTEX_API_BASE_URL": url, "HOSTEX_ACCESS_TOKEN": WRITABLE}
        with started("--confirm", "off", HOSTEX_MCP_AUDIT_LOG=str(audit), **environ) as server:
            server.ask(INITIALIZE)
            server.write(INITIALIZED)
            server.write(call(2, "cancel_reservation", json.dumps({"reservation_code": CODE})))
            while not any(entry.method == "DELETE" for entry in sandbox.log):
                time.sleep(0.01)
            server.process.send_signal(number)
            if number is signal.SIGHUP:
                server.process.send_signal(number)
            assert server.process.wait(30) == 128 + number
    outcomes = [json.loads(line)["outcome"] for line in audit.read_text(encoding="utf-8").splitlines()]
    assert outcomes[-1] == "done"
    assert sandbox.accounts.main.stays[CODE]["status"] == "cancelled"


def test_a_line_that_names_something_twice_is_refused_under_its_id_and_the_next_is_served() -> None:
    twice = '{"jsonrpc": "2.0", "id": 2, "method": "ping", "params": {"a": 1, "a": 2}}'
    with started("--sandbox") as server:
        server.ask(INITIALIZE)
        server.write(INITIALIZED)
        refused = server.ask(twice)
        served = server.ask('{"jsonrpc": "2.0", "id": 3, "method": "ping"}')
    assert (refused["id"], refused["error"]["message"]) == (2, "A name appears twice in one object.")
    assert served == {"jsonrpc": "2.0", "id": 3, "result": {}}
