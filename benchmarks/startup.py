"""Start-up of the stdio server: from process start to the first tools/list and to the first call, beside a
bare one-tool server of the same SDK. Run: python -m benchmarks.startup [RUNS]"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

HANDSHAKE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "startup-benchmark", "version": "1"},
}


class Session:
    """A server process and the seconds since it was started."""

    def __init__(self, command: Sequence[str]) -> None:
        self._started = time.perf_counter()
        environ = {**os.environ, "HOSTEX_MCP_LOG_LEVEL": "error"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ
        )

    def send(self, message: dict[str, object]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self._process.stdin.flush()

    def ask(self, number: int, method: str, params: dict[str, object]) -> float:
        assert self._process.stdout
        self.send({"id": number, "method": method, "params": params})
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return time.perf_counter() - self._started

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)


def measure(command: Sequence[str], tool: str) -> tuple[float, float]:
    session = Session(command)
    session.ask(1, "initialize", dict(HANDSHAKE))
    session.send({"method": "notifications/initialized"})
    listed = session.ask(2, "tools/list", {})
    called = session.ask(3, "tools/call", {"name": tool, "arguments": {}})
    session.close()
    return listed, called


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    servers = {
        "bare one-tool server of the SDK": ([sys.executable, "-m", "benchmarks.bare_server"], "ping_host"),
        "hostex-mcp --sandbox": ([sys.executable, "-m", "hostex_mcp", "--sandbox"], "list_properties"),
    }
    for command, tool in servers.values():
        measure(command, tool)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in servers}
    for _ in range(runs):
        for name, (command, tool) in servers.items():
            times[name].append(measure(command, tool))
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, median of {runs} runs, seconds")
    print(f"{'server':<34} {'tools/list':>10} {'first call':>10}")
    for name, pairs in times.items():
        listed, called = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{name:<34} {listed:>10.3f} {called:>10.3f}")


if __name__ == "__main__":
    main()
