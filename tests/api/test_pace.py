"""Long work lets others run, whoever does it and in however short steps."""

import time

import anyio
import pytest

from hostex_mcp.api import Pace, paced

pytestmark = pytest.mark.anyio


class Work:
    """Steps that take this thread as much of its time as they say."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.ran = 0
        for clock in ("thread_time", "perf_counter"):
            patch.setattr(time, clock, lambda: self.now)
        for end in ("began", "due"):
            patch.setattr(f"hostex_mcp.api.pace._PIECE.{end}", 0.0)

    def step(self, seconds: float) -> None:
        self.now += seconds

    async def other(self) -> None:
        while True:
            self.ran += 1
            await anyio.lowlevel.checkpoint()


async def test_steps_of_several_paces_make_no_long_piece_together(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work(monkeypatch)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work.other)
        await Pace().rest()
        before = work.ran
        for _ in range(10):
            work.step(0.003)
            await Pace().rest()
        # Two steps of three milliseconds are more than five.
        assert work.ran - before == 5
        tasks.cancel_scope.cancel()


async def test_time_that_others_took_is_no_long_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work(monkeypatch)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work.other)
        await Pace().rest()
        before, worked = work.ran, work.now
        monkeypatch.setattr(time, "thread_time", lambda: worked)
        work.step(60)
        await Pace().rest()
        assert work.ran == before
        # What it works after that counts as before.
        monkeypatch.setattr(time, "thread_time", lambda: worked + work.now - waited)
        waited = work.now
        work.step(0.006)
        await Pace().rest()
        assert work.ran == before + 1
        tasks.cancel_scope.cancel()


async def test_short_work_is_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work(monkeypatch)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work.other)
        await Pace().rest()
        before = work.ran
        await paced(work.step, [0.001] * 4)
        assert work.ran == before
        tasks.cancel_scope.cancel()
