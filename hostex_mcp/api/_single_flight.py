"""One call shared by identical reads that run at the same time."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any

from hostex_mcp.api.errors import NetworkFailed


@dataclass(eq=False, slots=True)
class _Flight:
    task: asyncio.Task[Any]
    waiters: set[asyncio.Future[None]] = field(default_factory=set[asyncio.Future[None]])

    def wake(self) -> None:
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)


class SingleFlight:
    """The shared reads under way. Each ends when it is done or when nobody waits for it any more."""

    def __init__(self) -> None:
        self._joinable: dict[Hashable, _Flight] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def share(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Return the result of the read under `key`, started here unless it is already under way.

        Cancelling a caller who waits does not disturb the others.

        Raises:
            NetworkFailed: when the client was closed meanwhile; else whatever the read raises.
        """
        flight = self._joinable.get(key) or self._start(key, start)
        # A future of its own: to await the task would let a cancelled caller cancel it for all.
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        flight.waiters.add(waiter)
        try:
            await waiter
        finally:
            flight.waiters.discard(waiter)
            if not flight.waiters:
                self._leave(key, flight)
        if flight.task.cancelled():
            raise NetworkFailed("The client was closed.")
        return flight.task.result()

    def forget(self) -> None:
        """Let nobody join the reads under way any more: their answers may be older than a write."""
        self._joinable.clear()

    async def aclose(self) -> None:
        """End all reads under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, Any]]) -> _Flight:
        async def fly() -> Any:
            try:
                return await start()
            finally:
                flight.wake()

        task = asyncio.create_task(fly())
        flight = self._joinable[key] = _Flight(task)
        self._tasks.add(task)
        task.add_done_callback(lambda _: self._land(key, flight))
        return flight

    def _land(self, key: Hashable, flight: _Flight) -> None:
        # A task that is cancelled before it begins never gets to its `finally`.
        flight.wake()
        self._leave(key, flight)

    def _leave(self, key: Hashable, flight: _Flight) -> None:
        """Let nobody join, and end the read unless it has ended."""
        if self._joinable.get(key) is flight:
            del self._joinable[key]
        if not flight.task.done():
            flight.task.cancel()
            return
        self._tasks.discard(flight.task)
        # An error that nobody waited for counts as seen, else asyncio logs it.
        if not flight.task.cancelled():
            flight.task.exception()
