"""Reads that Hostex refuses because there were too many calls, made again once it takes more."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from math import ceil
from typing import Any, TypeVar

import anyio

from hostex_mcp.api import AnswerT, Client, DeadlineExceeded, RateLimited, Request
from hostex_mcp.toolkit.progress import is_heard, tell
from hostex_mcp.toolkit.turns import leave_turn

LONGEST_SECONDS = 60.0
"""The shortest of Hostex's windows (documented): the next one opens by then. For that of a longer one nobody
would wait."""

READ_SECONDS = 300.0

Returned = TypeVar("Returned")

_PATIENT: ContextVar[bool] = ContextVar("patient", default=False)


@contextmanager
def patient() -> Generator[None]:
    """Let reads inside the block wait until Hostex takes calls again."""
    token = _PATIENT.set(True)
    try:
        yield
    finally:
        _PATIENT.reset(token)


def _may_wait() -> bool:
    # A client that is not told of progress gives up after a minute, and would learn nothing.
    return _PATIENT.get() and is_heard()


async def run_in_time(name: str, run: Callable[[], Awaitable[Returned]]) -> Returned:
    """Run a reading tool, no longer than any client waits for it."""
    # By then every client has given up, and the reads that are left would only hold up others.
    try:
        with patient(), anyio.fail_after(READ_SECONDS):
            return await run()
    except TimeoutError:
        message = f"{name} took longer than {READ_SECONDS:.0f} s: ask for less at once."
        raise DeadlineExceeded(message, operation=name) from None


class PatientClient(Client):
    """A client whose reads, where they may wait, are made once more when Hostex refused them for a minute at
    most, and which says that it waits."""

    def __init__(self, client: Client, pause: Callable[[float], Awaitable[None]] = anyio.sleep) -> None:
        self._client = client
        self._pause = pause

    async def send(self, request: Request[AnswerT]) -> AnswerT:
        """Send a request and return its answer."""
        try:
            return await self._client.send(request)
        except RateLimited as error:
            seconds = error.retry_after
            if request.target.writes or not _may_wait() or not seconds or seconds > LONGEST_SECONDS:
                raise
        # Others may work meanwhile.
        leave_turn()
        await tell(f"Waiting {ceil(seconds)} s until Hostex takes more calls")
        await self._pause(seconds)
        return await self._client.send(request)

    async def admit(self, request: Request[Any]) -> None:
        """Refuse what the client would refuse."""
        await self._client.admit(request)
