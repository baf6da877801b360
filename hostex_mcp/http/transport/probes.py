"""`/healthz` and `/readyz`, which anybody may ask as often as they like."""

import time
from collections.abc import Awaitable, Callable

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

READY_SECONDS = 1.0
ANSWER_SECONDS = 5.0

Ask = Callable[[], Awaitable[object]]


class DatabaseProbe:
    """Whether the database answers: asked at most once a second, and not again before it has answered."""

    def __init__(self, ask: Ask, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._asking = anyio.Lock()
        self._known_until = float("-inf")
        self._ready = False

    async def now(self) -> bool:
        """Whether it does, as of a second ago at most."""
        async with self._asking:
            if self._clock() >= self._known_until:
                self._ready = await self._answers()
                self._known_until = self._clock() + READY_SECONDS
            return self._ready

    async def _answers(self) -> bool:
        try:
            with anyio.fail_after(ANSWER_SECONDS):
                await self._ask()
        except Exception:
            return False
        return True


def probes(ask: Ask | None) -> list[Route]:
    """Return the routes; without a database to ask the server is ready as soon as it is alive."""
    readiness = DatabaseProbe(ask) if ask else None

    async def alive(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def ready(_: Request) -> Response:
        if readiness and not await readiness.now():
            return PlainTextResponse("The database does not answer.\n", 503)
        return PlainTextResponse("ready\n")

    return [Route("/healthz", alive), Route("/readyz", ready)]
