"""Over HTTP, beside baselines: requests per second, latency and memory."""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count, islice
from tempfile import TemporaryDirectory

from benchmarks.candidates import OAUTH, TOOL, Candidate, Setting
from benchmarks.granting import access_tokens
from benchmarks.measuring import Program, Scale, Table, median, program, spread
from benchmarks.stdio import memory
from hostex_mcp.http.config import Address
from hostex_mcp.http.serving import bind

VERSIONS = {"handshake": "2025-11-25", "2026-07-28": "2026-07-28"}
GRANTS = 100


@dataclass(frozen=True)
class Subject:
    """A running server."""

    name: str
    server: Program
    port: int
    tokens: tuple[str, ...] = field(default=(), repr=False)


@dataclass
class Calls:
    """Blocks of calls to one server; latencies, and the processor time of a call, in milliseconds."""

    rate: list[float] = field(default_factory=list[float])
    median: list[float] = field(default_factory=list[float])
    p95: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])
    megabytes: list[float] = field(default_factory=list[float])

    def add(self, subject: Subject, era: str, clients: int, numbers: Iterable[int]) -> None:
        cpu, started = subject.server.cpu_seconds, time.perf_counter()
        times = asyncio.run(_ask(subject, era, clients, iter(numbers)))
        self.rate.append(len(times) / (time.perf_counter() - started))
        self.median.append(1000 * statistics.median(times))
        self.p95.append(1000 * statistics.quantiles(times, n=20)[-1])
        self.cpu.append(1000 * (subject.server.cpu_seconds - cpu) / len(times))
        self.megabytes.append(subject.server.megabytes)


async def _ask(subject: Subject, era: str, clients: int, numbers: Iterator[int]) -> list[float]:
    times: list[float] = []
    await asyncio.gather(*(_client(subject, era, numbers, times) for _ in range(clients)))
    return times


async def _client(subject: Subject, era: str, numbers: Iterator[int], times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", subject.port)
    for number in numbers:
        started = time.perf_counter()
        writer.write(request(subject, era, number))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        times.append(time.perf_counter() - started)
        if b" 200 " not in head[:20] or b'"isError":true' in body or len(body) < 1000:
            raise RuntimeError(f"{subject.name}: {(head + body)[:600]!r}")
    writer.close()


def request(subject: Subject, era: str, number: int) -> bytes:
    """One call as it goes over the wire. No two are alike, so none can be shared."""
    params: dict[str, object] = {"name": TOOL, "arguments": {"group_id": number}}
    headers = {"MCP-Protocol-Version": VERSIONS[era]}
    if era != "handshake":
        headers |= {"Mcp-Method": "tools/call", "Mcp-Name": TOOL}
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


def start(stack: ExitStack, shared: Setting) -> list[Subject]:
    """The baselines and ours, for one user and for many; one process each."""
    subjects: list[Subject] = []
    for baseline in shared.baselines("http"):
        server = stack.enter_context(program(*baseline.command, **baseline.environ))
        subjects.append(Subject(baseline.name, server, int(server.line())))
    command = ("http", "--workers", "1", "--port")
    port = free_port()
    local = shared.ours("hostex-mcp http --no-auth", *command, f"{port}", "--no-auth")
    subjects.append(_ours(stack, port, local))
    port = free_port()
    database = f"sqlite:///{stack.enter_context(TemporaryDirectory())}/hostex-mcp.db"
    tokens = asyncio.run(access_tokens(database, Address(f"http://127.0.0.1:{port}"), GRANTS))
    hosted = shared.ours(OAUTH, *command, f"{port}", HOSTEX_MCP_DATABASE_URL=database)
    subjects.append(_ours(stack, port, hosted, tokens))
    return subjects


def _ours(stack: ExitStack, port: int, one: Candidate, tokens: Sequence[str] = ()) -> Subject:
    server = stack.enter_context(program(*one.command, **one.environ))
    asyncio.run(listens(port, server))
    return Subject(one.name, server, port, tuple(tokens))


async def listens(port: int, server: Program) -> None:
    while server.running.poll() is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError("hostex-mcp http ended when it was started")


def free_port() -> int:
    with bind("127.0.0.1", 0) as listener:
        return int(listener.getsockname()[1])


def rates(shared: Setting, scale: Scale) -> list[Table]:
    """All blocks with many clients in the older protocol, which most clients speak; fewer of the rest."""
    main = ("handshake", scale.clients)
    runs = {(era, clients): scale.fewer for era in VERSIONS for clients in (1, scale.clients)}
    runs[main] = (scale.blocks, scale.calls)
    numbers = count(1)
    found: dict[tuple[str, int], dict[str, Calls]] = {}
    with ExitStack() as stack:
        subjects = start(stack, shared)
        for subject in subjects:
            Calls().add(subject, "handshake", 1, islice(numbers, scale.calls // 5))
        for run, (blocks, calls) in runs.items():
            found[run] = {server.name: Calls() for server in subjects}
            for _ in range(blocks):
                for subject in subjects:
                    found[run][subject.name].add(subject, *run, islice(numbers, calls))
    rows = [row for (era, clients), measured in found.items() for row in _rates(era, clients, measured)]
    columns = ("Protocol", "Clients", "Server", "Requests/s", "p50 ms", "p95 ms", "CPU ms", "Of the first")
    sizes = {name: figures.megabytes for name, figures in found[main].items()}
    note = f"One process of each server, {os.cpu_count()} cores shared with the clients and the upstream."
    return [Table("http", columns, rows, note), memory("memory-http", sizes, scale)]


def _rates(era: str, clients: int, measured: dict[str, Calls]) -> Iterator[tuple[str, ...]]:
    floor = 0.0
    for name, figures in measured.items():
        rate = statistics.median(figures.rate)
        floor = floor or rate
        numbers = (
            spread(figures.rate, 0),
            median(figures.median, 1),
            median(figures.p95, 1),
            median(figures.cpu, 2),
        )
        yield (era, f"{clients}", name, *numbers, f"{rate / floor:.0%}")
