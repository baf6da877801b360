"""Requests per second, latency and memory of `hostex-mcp http`, beside a bare one-tool server of the same SDK
that asks the same upstream. Both list twenty properties; no two requests are alike, so none can be shared.
Run: python -m benchmarks.http [SECONDS [ROUNDS]]"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import IO

from benchmarks.granting import access_tokens
from hostex_mcp.http.config import Address
from hostex_mcp.http.serving import bind

VERSIONS = {"handshake": "2025-11-25", "2026-07-28": "2026-07-28"}
CLIENTS = (1, 32)
MEMORY_CALLS = 10_000
GRANTS = 100


@dataclass(frozen=True)
class Subject:
    """A running server."""

    name: str
    pid: int
    port: int
    tokens: tuple[str, ...] = field(default=(), repr=False)

    @property
    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def megabytes(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@dataclass(frozen=True)
class Measured:
    """What one run showed; latencies, and the processor time of the server for a call, in milliseconds."""

    rate: float
    median: float
    p95: float
    cpu: float


@contextmanager
def program(*command: str, **environ: str) -> Generator[subprocess.Popen[str]]:
    settings = {name: value for name, value in os.environ.items() if not name.startswith("HOSTEX_")}
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, env=settings | environ) as running:
        try:
            yield running
        finally:
            running.terminate()


def line(stream: IO[str] | None) -> str:
    return stream.readline().strip() if stream else ""


def free_port() -> int:
    with bind("127.0.0.1", 0) as listener:
        return int(listener.getsockname()[1])


def start(stack: ExitStack) -> list[Subject]:
    """The bare server and ours, for one user and for many, in front of one upstream."""
    python = sys.executable
    folder = stack.enter_context(TemporaryDirectory())
    upstream = stack.enter_context(program(python, "-m", "benchmarks.local_upstream"))
    url = f"http://127.0.0.1:{line(upstream.stdout)}/v3"
    bare = stack.enter_context(program(python, "-m", "benchmarks.bare_http_server", url))
    structured = stack.enter_context(program(python, "-m", "benchmarks.bare_http_server", url, "structured"))
    command = [python, "-m", "hostex_mcp", "http", "--workers", "1", "--port"]
    settings = {
        "HOSTEX_ACCESS_TOKEN": "benchmark",
        "HOSTEX_API_BASE_URL": url,
        "HOSTEX_MCP_LOG_LEVEL": "warning",
    }
    local = stack.enter_context(program(*command, "0", "--no-auth", **settings))
    local_port = int(line(local.stderr).rsplit(":", 1)[1].split("/")[0])
    port = free_port()
    settings["HOSTEX_MCP_DATABASE_URL"] = database = f"sqlite:///{folder}/hostex-mcp.db"
    tokens = asyncio.run(access_tokens(database, Address(f"http://127.0.0.1:{port}"), GRANTS))
    hosted = stack.enter_context(program(*command, str(port), **settings))
    line(hosted.stderr)
    return [
        Subject("bare one-tool server", bare.pid, int(line(bare.stdout))),
        Subject("bare, with structured content", structured.pid, int(line(structured.stdout))),
        Subject("hostex-mcp http --no-auth", local.pid, local_port),
        Subject("hostex-mcp http, with OAuth", hosted.pid, port, tuple(tokens)),
    ]


def request(subject: Subject, era: str, number: int) -> bytes:
    """One call as it goes over the wire."""
    params: dict[str, object] = {"name": "list_properties", "arguments": {"group_id": number}}
    headers = {"MCP-Protocol-Version": VERSIONS[era]}
    if era != "handshake":
        headers |= {"Mcp-Method": "tools/call", "Mcp-Name": "list_properties"}
        params["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": VERSIONS[era],
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    message = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
    body = json.dumps(message, separators=(",", ":")).encode()
    if subject.tokens:
        headers["Authorization"] = f"Bearer {subject.tokens[number % len(subject.tokens)]}"
    headers |= {
        "Host": f"127.0.0.1:{subject.port}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + body


async def client(subject: Subject, era: str, numbers: Iterator[int], times: list[float], end: float) -> None:
    """Call again and again until the end, or until there are no numbers left."""
    reader, writer = await asyncio.open_connection("127.0.0.1", subject.port)
    for number in numbers:
        started = time.perf_counter()
        if started >= end:
            break
        writer.write(request(subject, era, number))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        times.append(time.perf_counter() - started)
        if b" 200 " not in head[:20] or b'"isError":true' in body or len(body) < 1000:
            raise RuntimeError(f"{subject.name}: {(head + body)[:600]!r}")
    writer.close()


async def run(subject: Subject, era: str, clients: int, seconds: float, numbers: Iterator[int]) -> Measured:
    times: list[float] = []
    started, cpu = time.perf_counter(), subject.cpu_seconds
    await asyncio.gather(*(client(subject, era, numbers, times, started + seconds) for _ in range(clients)))
    took = time.perf_counter() - started
    return Measured(
        rate=len(times) / took,
        median=1000 * statistics.median(times),
        p95=1000 * statistics.quantiles(times, n=20)[-1],
        cpu=1000 * (subject.cpu_seconds - cpu) / len(times),
    )


def middle(runs: Sequence[Measured]) -> Measured:
    columns = zip(*((one.rate, one.median, one.p95, one.cpu) for one in runs), strict=True)
    return Measured(*map(statistics.median, columns))


def rates(subjects: Sequence[Subject], seconds: float, rounds: int) -> None:
    print(f"{'':<51}{'requests/s':>11}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>8}{'of bare':>9}")
    numbers = count(1)
    for era in VERSIONS:
        for clients in CLIENTS:
            runs: dict[str, list[Measured]] = {one.name: [] for one in subjects}
            for _ in range(rounds):
                for one in subjects:
                    runs[one.name].append(asyncio.run(run(one, era, clients, seconds, numbers)))
            floor = middle(runs[subjects[0].name]).rate
            for name, measured in runs.items():
                got = middle(measured)
                what = f"{era}, {clients} client{'s' * (clients > 1)}, {name}"
                line = f"{what:<51}{got.rate:>11.0f}{got.median:>9.2f}{got.p95:>9.2f}{got.cpu:>8.2f}"
                print(f"{line}{got.rate / floor:>9.0%}")


def memory(subjects: Sequence[Subject]) -> None:
    """Resident memory before and after many calls of servers that are warm."""
    print(f"\n{'memory over ' + format(MEMORY_CALLS, ',') + ' calls':<51}{'before MB':>11}{'after MB':>9}")
    for one in subjects:
        for era in VERSIONS:
            before = one.megabytes
            numbers = iter(range(1, MEMORY_CALLS + 1))
            asyncio.run(run(one, era, 32, float("inf"), numbers))
            print(f"{era + ', ' + one.name:<51}{before:>11.1f}{one.megabytes:>9.1f}")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with ExitStack() as stack:
        subjects = start(stack)
        for one in subjects:
            for era in VERSIONS:
                asyncio.run(run(one, era, 4, 2, count(1)))
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, h11, one process each;", end=" ")
        print(f"median of {rounds} rounds of {seconds:g} s")
        rates(subjects, seconds, rounds)
        memory(subjects)


if __name__ == "__main__":
    main()
