"""A client that asks and asks, and reads no answer for a long while."""

import json
import os
import select
import sys
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

import pytest

HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
HEAD = [
    json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": HELLO}),
    '{"jsonrpc": "2.0", "method": "notifications/initialized"}',
]
REQUESTS = 400
# So long that few requests lie in the pipe, which the server has to answer in the end.
PADDED = {"_meta": {"example.com/padding": "x" * 4_000}}
MEGABYTE = 1024 * 1024

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")


def memory(process: Popen[bytes]) -> int:
    pages = Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def written(descriptor: int, data: bytes) -> int:
    """How much the server takes until it has taken nothing for two seconds."""
    done = 0
    while done < len(data) and select.select([], [descriptor], [], 2)[1]:
        done += os.write(descriptor, data[done : done + 65_536])
    return done


def test_a_client_that_reads_nothing_is_heard_no_more_until_it_reads_and_loses_nothing() -> None:
    asked = [
        json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/list", "params": PADDED})
        for number in range(1, REQUESTS + 1)
    ]
    data = "".join(line + "\n" for line in asked).encode()
    with Popen(
        [sys.executable, "-m", "hostex_mcp", "--sandbox"],
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        bufsize=0,
        env={"PATH": os.environ["PATH"]},
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write("".join(line + "\n" for line in HEAD).encode())
            answers = os.fdopen(os.dup(process.stdout.fileno()), "rb")
            assert json.loads(answers.readline())["id"] == 0
            before = memory(process)
            os.set_blocking(process.stdin.fileno(), False)
            done = written(process.stdin.fileno(), data)
            assert done < len(data)
            assert memory(process) - before < 40 * MEGABYTE
            # What was taken whole is answered, each once, as soon as somebody reads.
            whole = data[:done].count(b"\n")
            found = sorted(json.loads(answers.readline())["id"] for _ in range(whole))
            assert found == list(range(1, whole + 1))
            answers.close()
        finally:
            process.kill()
