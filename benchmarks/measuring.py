"""What all measurements share: how much is measured, processes and what they use, and tables."""

import os
import statistics
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Scale:
    """How much is measured. Candidates take turns, block by block, so that all see the same machine."""

    starts: int
    blocks: int
    calls: int
    clients: int
    sizes: tuple[int, ...]

    @property
    def fewer(self) -> tuple[int, int]:
        """Blocks and calls of a block, for what is measured besides."""
        return max(1, self.blocks // 2), max(20, self.calls // 4)


FULL = Scale(starts=7, blocks=10, calls=1000, clients=10, sizes=(20, 100, 500))
QUICK = Scale(starts=1, blocks=2, calls=50, clients=10, sizes=(20,))


@dataclass(frozen=True)
class Table:
    """A table of results, named as the place in the page that it belongs in."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True)
class Program:
    """A running server process."""

    running: subprocess.Popen[bytes]

    @property
    def incoming(self) -> IO[bytes]:
        assert self.running.stdin
        return self.running.stdin

    @property
    def outgoing(self) -> IO[bytes]:
        assert self.running.stdout
        return self.running.stdout

    @property
    def cpu_seconds(self) -> float:
        stat = Path(f"/proc/{self.running.pid}/stat").read_text(encoding="ascii")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def megabytes(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.running.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def line(self) -> str:
        return self.outgoing.readline().decode().strip()


@contextmanager
def program(*command: str, **environ: str) -> Generator[Program]:
    """A process that ends with the block. It sees nothing of the user's own settings."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("HOSTEX_")}
    with subprocess.Popen(
        command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=settings | environ, cwd=ROOT
    ) as running:
        try:
            yield Program(running)
        finally:
            running.terminate()


def spread(values: Sequence[float], digits: int) -> str:
    """The median, and the least and the greatest."""
    middle = f"{statistics.median(values):,.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def median(values: Sequence[float], digits: int) -> str:
    return f"{statistics.median(values):,.{digits}f}"
