"""Long work on the event loop, done in pieces."""

import time

import anyio.lowlevel

_PIECE_SECONDS = 0.01


class Pace:
    """What keeps long work from holding the event loop: the work rests between its steps, and others run when
    a piece of it took long."""

    def __init__(self) -> None:
        self._since = time.thread_time()

    async def rest(self) -> None:
        """Let others run, if it is time."""
        if time.thread_time() - self._since > _PIECE_SECONDS:
            await anyio.lowlevel.checkpoint()
            self._since = time.thread_time()
