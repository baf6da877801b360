"""A long run of mixed tenants and faults, ending with a check of Hostex's records: no write lost, none
doubled, memory flat, nothing secret in the logs.

Run: python -m tests.soak --minutes 10
"""

import argparse
import logging
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

import anyio
import httpx2
from anyio import to_thread

from hostex_mcp.sandbox import SECOND, WRITABLE
from hostex_mcp.sandbox.oauth import CLIENT_SECRET
from tests.soak.deployment import Deployment, deployed, open_files, resident
from tests.soak.ledger import DONE, NOT_DONE, UNKNOWN, Ledger
from tests.soak.tenant import Tenant
from tests.support.driving import Person

FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("http", {"status": 502}),
    ("envelope", {"code": 500}),
    ("drop_before", {}),
    ("drop_after", {}),
    ("cut", {}),
    ("garbage", {}),
    ("delay", {"seconds": 1}),
    ("stall", {"seconds": 2}),
    ("throttle", {"retry_after": 1}),
)
STRUCK = (None, None, "GET /properties", "POST /conversations/{conversation_id}", "POST /tasks")
MOST_GROWTH_MB = 12.0
MOST_NEW_FILES = 16
WARM_UP = 0.25
ALL_WARM_UP = 60.0


@dataclass
class Watch:
    """What the workers held at each look, from the end of the warm-up on."""

    memory: dict[int, list[float]] = field(default_factory=dict[int, list[float]])
    files: dict[int, list[int]] = field(default_factory=dict[int, list[int]])

    def look(self, workers: Sequence[int]) -> None:
        for pid in workers:
            self.memory.setdefault(pid, []).append(resident(pid))
            self.files.setdefault(pid, []).append(open_files(pid))

    def problems(self) -> list[str]:
        """Workers whose last quarter lies above their first."""
        lines = [] if len(self.memory) == 2 else [f"{len(self.memory)} workers were there instead of 2"]
        for pid in self.memory:
            grown = _grown(self.memory[pid])
            if grown > MOST_GROWTH_MB:
                lines.append(f"worker {pid} grew by {grown:.1f} MB, more than {MOST_GROWTH_MB:.0f}")
            if _grown(self.files[pid]) > MOST_NEW_FILES:
                lines.append(f"worker {pid} holds {_grown(self.files[pid]):.0f} more files and connections")
        return lines


def _grown(looks: Sequence[float]) -> float:
    quarter = max(1, len(looks) // 4)
    return statistics.median(looks[-quarter:]) - statistics.median(looks[:quarter])


@dataclass
class Run:
    """One run: its length in seconds, how many tenants, and the seed of chance."""

    seconds: float
    count: int
    chance: random.Random
    deployment: Deployment
    http: httpx2.AsyncClient
    prefix: str = field(default_factory=lambda: f"soak-{uuid4().hex[:8]}")
    ledger: Ledger = field(default_factory=Ledger)
    watch: Watch = field(default_factory=Watch)
    secrets: set[str] = field(default_factory=lambda: {WRITABLE, SECOND, CLIENT_SECRET})

    async def go(self) -> list[str]:
        """Everything at once, then the check: what is wrong."""
        threads = await to_thread.run_sync(self.deployment.threads)
        async with anyio.create_task_group() as everything:
            for number in range(self.count):
                everything.start_soon(self._live, self._tenant(number, threads))
            everything.start_soon(self._disturb)
            everything.start_soon(self._look)
        await self.http.aclose()
        return await to_thread.run_sync(self._wrong)

    def _tenant(self, number: int, threads: list[str]) -> Tenant:
        """Every third pastes a token, the others come by Hostex's own page."""
        person = Person() if number % 3 == 2 else Person(decision="hostex", portal=self.deployment.hostex)
        chance = random.Random(self.chance.random())
        own = (self.prefix, self.ledger, self.secrets, chance, self.http)
        return Tenant(self.deployment.server.resource, person, threads, *own)

    async def _live(self, tenant: Tenant) -> None:
        end = time.monotonic() + self.seconds
        await tenant.connect()
        while time.monotonic() < end:
            await tenant.act()
            await anyio.sleep(tenant.chance.uniform(0, 1.2))

    async def _disturb(self) -> None:
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            kind, options = self.chance.choice(FAULTS)
            struck = self.chance.choice(STRUCK)
            await to_thread.run_sync(partial(self.deployment.fault, kind, struck, **options))
            await anyio.sleep(self.chance.uniform(0, 2))

    async def _look(self) -> None:
        await anyio.sleep(self.seconds * WARM_UP)
        for _ in range(40):
            self.watch.look(self.deployment.workers)
            await anyio.sleep(self.seconds * (1 - WARM_UP) / 40)

    def _wrong(self) -> list[str]:
        self.deployment.settle()
        log = self.deployment.server.errors.read_text(encoding="utf-8")
        told = sum(secret in log for secret in self.secrets)
        return [
            *self.ledger.surprises,
            *self.ledger.problems(self.deployment.written(self.prefix)),
            *(self.watch.problems() if self.seconds >= ALL_WARM_UP else []),
            *(["the logs hold a traceback"] if "Traceback" in log else []),
            *([f"the logs hold {told} tokens"] if told else []),
        ]

    def report(self) -> str:
        """What was done, in words and numbers."""
        told = [
            sum(outcome == what for outcome in self.ledger.writes.values())
            for what in (DONE, NOT_DONE, UNKNOWN)
        ]
        memory = [f"{looks[0]:.0f} -> {looks[-1]:.0f} MB" for looks in self.watch.memory.values()]
        files = [f"{looks[0]} -> {looks[-1]}" for looks in self.watch.files.values()]
        calls = ", ".join(f"{what} {times}" for what, times in self.ledger.calls.most_common())
        return "\n".join(
            [
                f"{self.seconds:.0f} s, {self.count} tenants, {self.ledger.calls.total()} answers: {calls}",
                "writes: {} done, {} not done, {} unknown".format(*told),
                f"memory of the workers: {', '.join(memory)}",
                f"files and connections of the workers: {', '.join(files)}",
            ]
        )


async def soak(seconds: float, count: int, seed: int) -> int:
    """The exit status: 0 if all is well."""
    with deployed() as deployment:
        http = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=None))
        run = Run(seconds, count, random.Random(seed), deployment, http)
        problems = await run.go()
        print(run.report())
        for line in problems:
            print(f"WRONG: {line}")
        print("all is well" if not problems else f"{len(problems)} things are wrong (seed {seed})")
        if problems:
            sys.stderr.write(deployment.server.errors.read_text(encoding="utf-8")[-20_000:])
    return 1 if problems else 0


def main() -> int:
    """Read the options and run."""
    options = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    options.add_argument("--minutes", type=float, default=10.0)
    options.add_argument("--tenants", type=int, default=9)
    options.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = options.parse_args()
    logging.disable()  # of the clients, which tell of every consent that has to be tried again
    return anyio.run(soak, given.minutes * 60, given.tenants, given.seed)


if __name__ == "__main__":
    sys.exit(main())
