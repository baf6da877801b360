"""How long this thread's event loop is held in one piece, in CPU time. Other processes and threads do not
count, nor does the garbage collector, which runs when it likes."""

import asyncio
import gc
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import get_ident
from typing import Any

import pytest


@dataclass
class Longest:
    """The longest callback so far, and what it was."""

    seconds: float = 0.0
    what: str = ""


class _Clock:
    """This thread's CPU time, without that of the collector."""

    def __init__(self) -> None:
        self._thread = get_ident()
        self._collecting = self._began = 0.0

    def now(self) -> float:
        return time.thread_time() - self._collecting

    def note(self, phase: str, info: dict[str, Any]) -> None:
        if get_ident() != self._thread:
            return
        if phase == "start":
            self._began = time.thread_time()
        else:
            self._collecting += time.thread_time() - self._began


@contextmanager
def longest_piece() -> Generator[Longest]:
    """Measure every callback of the loop until the end."""
    longest, clock, ours = Longest(), _Clock(), get_ident()
    run = asyncio.Handle._run

    def measured(handle: asyncio.Handle) -> None:
        if get_ident() != ours:
            run(handle)
            return
        started = clock.now()
        run(handle)
        took = clock.now() - started
        if took > longest.seconds:
            longest.seconds, longest.what = took, repr(handle)

    gc.callbacks.append(clock.note)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asyncio.Handle, "_run", measured)
            yield longest
    finally:
        gc.callbacks.remove(clock.note)
