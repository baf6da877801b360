"""How far a long call is, told to whoever waits for it: one step for each read of Hostex."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from hostex_mcp.api import AnswerT, Client, Request

Listener = Callable[[float, float | None, str | None], Awaitable[None]]


@dataclass(slots=True)
class _Steps:
    """The reads of one call, those begun and those done."""

    listener: Listener
    asked: bool = True
    begun: int = 0
    done: int = 0

    async def tell(self, path: str) -> None:
        what = path.split("/")[1].replace("_", " ")
        await self.say(f"Reading {what}")

    async def say(self, message: str) -> None:
        self.done += 1
        await self.listener(self.done, max(self.begun, self.done), message)


_STEPS: ContextVar[_Steps | None] = ContextVar("steps", default=None)


@contextmanager
def heard_by(listener: Listener, *, asked: bool = True) -> Generator[None]:
    """Have `listener` told of the progress of what runs inside the block: steps done, steps known so far, and
    what is being done. Whether anybody listens to it is known where they `asked`."""
    token = _STEPS.set(_Steps(listener, asked))
    try:
        yield
    finally:
        _STEPS.reset(token)


def is_heard() -> bool:
    """Whether somebody asked to be told of the progress of this call."""
    steps = _STEPS.get()
    return steps is not None and steps.asked


async def tell(message: str) -> None:
    """Tell whoever listens what is being done, as one step more."""
    if steps := _STEPS.get():
        steps.begun += 1
        await steps.say(message)


class TellingClient(Client):
    """A client that tells of each read that is done while somebody listens. Of writes nothing is told, as
    their outcome must not hang on who listens."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, request: Request[AnswerT]) -> AnswerT:
        """Send a request, return its answer, and tell of a read."""
        steps = None if request.target.writes else _STEPS.get()
        if steps is None:
            return await self._client.send(request)
        steps.begun += 1
        answer = await self._client.send(request)
        await steps.tell(request.target.path)
        return answer

    async def admit(self, request: Request[Any]) -> None:
        """Refuse what the client would refuse."""
        await self._client.admit(request)
