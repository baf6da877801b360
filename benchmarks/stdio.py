"""Over stdio, beside baselines: start-up, round trip and memory."""

import json
import statistics
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from benchmarks.candidates import OURS, TOOL, Candidate, Setting
from benchmarks.measuring import Program, Scale, Table, median, program, spread

HANDSHAKE: dict[str, object] = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "benchmark", "version": "1"},
}
LISTS = 5


class Session:
    """A client of a server that is its child."""

    def __init__(self, server: Program) -> None:
        self.server = server
        self._number = 0

    def open(self) -> None:
        self.ask("initialize", HANDSHAKE)
        self._send({"method": "notifications/initialized"})

    def ask(self, method: str, params: dict[str, object]) -> bytes:
        """The answer as it came, which has to be a good one."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        answer = self.server.outgoing.readline()
        if b'"result"' not in answer or b'"isError":true' in answer:
            raise RuntimeError(f"{method}: {answer[:600]!r}")
        return answer

    def list(self) -> float:
        """Seconds for tools/list."""
        started = time.perf_counter()
        self.ask("tools/list", {})
        return time.perf_counter() - started

    def call(self) -> float:
        """Seconds for a call that no other is like, so that none can be shared."""
        started = time.perf_counter()
        self.ask("tools/call", {"name": TOOL, "arguments": {"group_id": self._number}})
        return time.perf_counter() - started

    def _send(self, message: dict[str, object]) -> None:
        self.server.incoming.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.server.incoming.flush()


@contextmanager
def session(one: Candidate) -> Generator[Session]:
    with program(*one.command, **one.environ) as server:
        opened = Session(server)
        opened.open()
        yield opened


@dataclass
class Start:
    """Starts of one server: seconds since the process was made, and what it used by then."""

    listed: list[float] = field(default_factory=list[float])
    called: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])
    megabytes: list[float] = field(default_factory=list[float])

    def add(self, one: Candidate) -> None:
        started = time.perf_counter()
        with session(one) as opened:
            opened.list()
            self.listed.append(time.perf_counter() - started)
            opened.call()
            self.called.append(time.perf_counter() - started)
            self.cpu.append(opened.server.cpu_seconds)
            self.megabytes.append(opened.server.megabytes)


@dataclass
class Calls:
    """Blocks of calls to one server."""

    session: Session
    median: list[float] = field(default_factory=list[float])
    p95: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])
    lists: list[float] = field(default_factory=list[float])
    megabytes: list[float] = field(default_factory=list[float])

    def add(self, calls: int) -> None:
        before = self.session.server.cpu_seconds
        times = [1000 * self.session.call() for _ in range(calls)]
        self.cpu.append(1000 * (self.session.server.cpu_seconds - before) / calls)
        self.median.append(statistics.median(times))
        self.p95.append(statistics.quantiles(times, n=20)[-1])
        self.lists.append(statistics.median(1000 * self.session.list() for _ in range(LISTS)))
        self.megabytes.append(self.session.server.megabytes)


def startup(shared: Setting, scale: Scale) -> Table:
    listed = "hostex-mcp, all tools listed"
    candidates = [
        *shared.baselines("stdio"),
        shared.ours(OURS),
        shared.ours(listed, "--toolsets", "all"),
    ]
    starts = {server.name: Start() for server in candidates}
    for _ in range(scale.starts):
        for candidate in candidates:
            starts[candidate.name].add(candidate)
    columns = ("Server", "First tools/list, s", "First answer, s", "CPU by then, s", "Memory, MB")
    rows = [
        (
            name,
            spread(start.listed, 2),
            spread(start.called, 2),
            median(start.cpu, 2),
            median(start.megabytes, 0),
        )
        for name, start in starts.items()
    ]
    return Table("start-up", columns, rows, f"{scale.starts} starts each, taking turns.")


def calls(shared: Setting, scale: Scale) -> list[Table]:
    with ExitStack() as stack:
        measured = {
            candidate.name: Calls(stack.enter_context(session(candidate)))
            for candidate in [*shared.baselines("stdio"), shared.ours(OURS)]
        }
        for _ in range(scale.blocks):
            for tally in measured.values():
                tally.add(scale.calls)
    trips = ("Server", "Call, p50 ms", "p95 ms", "CPU ms", "tools/list, p50 ms")
    blocks = f"{scale.blocks} blocks of {scale.calls:,} calls each, one after another."
    return [
        Table("round-trip", trips, [_trip(name, figures) for name, figures in measured.items()], blocks),
        memory("memory-stdio", {name: figures.megabytes for name, figures in measured.items()}, scale),
    ]


def _trip(name: str, one: Calls) -> tuple[str, ...]:
    return (name, spread(one.median, 2), median(one.p95, 2), median(one.cpu, 2), median(one.lists, 2))


def memory(name: str, measured: Mapping[str, list[float]], scale: Scale) -> Table:
    """Resident memory after the first block and after the last."""
    columns = ("Server", f"After {scale.calls:,} calls, MB", "At the end, MB", "Growth, MB")
    rows = [
        (server, f"{sizes[0]:.1f}", f"{sizes[-1]:.1f}", f"{sizes[-1] - sizes[0]:+.1f}")
        for server, sizes in measured.items()
    ]
    return Table(name, columns, rows, f"The end is after {scale.blocks * scale.calls:,} calls.")
