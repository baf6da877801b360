"""How long this thread's event loop is held in one piece, in CPU time: other processes and threads do not count."""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import get_ident

import pytest


@dataclass
class Longest:
    """The longest callback so far, and what it was."""

    seconds: float = 0.0
    what: str = ""


@contextmanager
def longest_piece() -> Generator[Longest]:
    """Measure every callback of the loop until the end."""
    longest = Longest()
    run, ours = asyncio.Handle._run, get_ident()

    def measured(handle: asyncio.Handle) -> None:
        if get_ident() != ours:
            run(handle)
            return
        started = time.thread_time()
        run(handle)
        took = time.thread_time() - started
        if took > longest.seconds:
            longest.seconds, longest.what = took, repr(handle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.Handle, "_run", measured)
        yield longest
