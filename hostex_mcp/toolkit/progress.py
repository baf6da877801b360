"""How far a long call is, told to whoever waits for it: one step for each read of Hostex."""

from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from hostex_mcp.api import Client, ListAnswer, ListEndpoint, Operation
from hostex_mcp.api.operation import AnswerT, RowT

Listener = Callable[[float, float | None, str | None], Awaitable[None]]


@dataclass(slots=True)
class _Steps:
    """The reads of one call, those begun and those done."""

    listener: Listener
    begun: int = 0
    done: int = 0

    async def tell(self, path: str) -> None:
        self.done += 1
        what = path.split("/")[1].replace("_", " ")
        await self.listener(self.done, self.begun, f"Reading {what}")


_STEPS: ContextVar[_Steps | None] = ContextVar("steps", default=None)


@contextmanager
def heard_by(listener: Listener) -> Generator[None]:
    """Have `listener` told of the progress of what runs inside the block: steps done, steps known so far, and
    what is being done."""
    token = _STEPS.set(_Steps(listener))
    try:
        yield
    finally:
        _STEPS.reset(token)


class TellingClient:
    """A client that tells of each read that is done while somebody listens. Of writes nothing is told, as
    their outcome must not hang on who listens."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def call(
        self,
        operation: Operation[AnswerT],
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> AnswerT:
        """Call one operation and return its answer."""
        calling = self._client.call(operation, path=path, query=query, body=body)
        return await calling if operation.writes else await _reported(operation.path, calling)

    async def page(
        self,
        listing: ListEndpoint[RowT],
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> ListAnswer[RowT]:
        """Read one page of a list."""
        reading = self._client.page(listing, path=path, query=query, offset=offset, limit=limit)
        return await _reported(listing.path, reading)


async def _reported(path: str, reading: Awaitable[AnswerT]) -> AnswerT:
    steps = _STEPS.get()
    if steps is None:
        return await reading
    steps.begun += 1
    answer = await reading
    await steps.tell(path)
    return answer
