"""Updates of `hostex://activity` over HTTP: a client of 2026-07-28 listens, with a request that stays open
and whose answer is the stream. Clients of the handshake eras would need a session with a stream of its own,
which this server does not keep: they are told that they cannot subscribe, and ask instead.

Of a stream nothing is kept elsewhere: whoever listens goes on with what its request brought, which is checked
again and again, so that the stream ends with the connection or its token.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast

from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourceUpdated
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_REQUEST, SubscriptionsListenRequestParams, SubscriptionsListenResult
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.fair_queue import FairQueue, QueueFull
from hostex_mcp.http.transport.outage import OUTAGES
from hostex_mcp.http.transport.ports import Ports
from hostex_mcp.http.transport.refusals import HttpRefusal
from hostex_mcp.server.feed import ACTIVITY, EVERY_SECONDS
from hostex_mcp.server.news import Mark, UnreadNews, read_news
from hostex_mcp.toolkit.turns import leave_turn

MOST_STREAMS, MOST_OF_ONE = 200, 4
"""How many streams a process serves, and how many of them to one connection."""

CHECK_SECONDS = 10.0
LONGEST_SECONDS = 3600.0

_OPENED = "hostex.opened"
_FULL = "This server serves no more streams to this connection: close one of {} first."
_CROWDED = "This server serves no more streams right now. Ask get_activity instead."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a request brought that may become a stream, who made it, and whose turn and places it takes."""

    caller: Caller
    who: str
    headers: Headers
    narrowing: Mapping[str, str]

    def noted(self, scope: Scope) -> Scope:
        """Return the scope of the request with this in it."""
        return {**scope, _OPENED: self}


class Streams:
    """The streams of a process. Looks take their turn in `calls`, as every call does."""

    def __init__(
        self,
        ports: Ports,
        calls: FairQueue,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ports = ports
        self._calls = calls
        self._pause = pause
        self._clock = clock
        self._open: Counter[str] = Counter()

    async def listen(
        self, context: ServerRequestContext[Any], params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """Serve a stream for as long as its client keeps it open and may."""
        opened = cast("Opened", cast("Request", context.request).scope[_OPENED])
        # A stream waits for most of its time.
        leave_turn()
        with self._place(opened.who):
            bus = InMemorySubscriptionBus()
            handler = ListenHandler(bus)
            wanted = map(str, params.notifications.resource_subscriptions or ())
            watch = asyncio.create_task(self._watch(opened, bus, handler, looks=ACTIVITY in wanted))
            try:
                return await handler(context, params)
            finally:
                watch.cancel()
                with suppress(asyncio.CancelledError):
                    await watch

    @contextmanager
    def _place(self, who: str) -> Generator[None]:
        if self._open[who] >= MOST_OF_ONE:
            raise MCPError(INVALID_REQUEST, _FULL.format(MOST_OF_ONE))
        if self._open.total() >= MOST_STREAMS:
            raise MCPError(INVALID_REQUEST, _CROWDED)
        self._open[who] += 1
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]

    async def _watch(
        self, opened: Opened, bus: InMemorySubscriptionBus, handler: ListenHandler, *, looks: bool
    ) -> None:
        """Look every few minutes, and soon after Hostex called; end the stream with what it rests on."""
        over, looked = self._clock() + LONGEST_SECONDS, float("-inf")
        mark: Mark | None = None
        heard: object = None
        while self._clock() < over:
            try:
                caller = await self._still(opened)
                if caller is None:
                    break
                signal = await self._ports.heard(caller)
                if looks and (signal != heard or self._clock() >= looked + EVERY_SECONDS):
                    looked = self._clock()
                    mark = await self._look(caller, opened, bus, mark)
                    heard = signal
            except (HttpRefusal, QueueFull, UnreadNews, *OUTAGES) as error:
                # The next look covers this time too.
                _log.warning("Whether something happened could not be looked up: %s", type(error).__name__)
            except Exception:
                _log.exception("An update could not be told")
            await self._pause(CHECK_SECONDS)
        handler.close()

    async def _still(self, opened: Opened) -> Caller | None:
        """Return the caller as he is now; None if he is none any more, or another."""
        caller = await self._ports.identifies.identify(opened.headers)
        if isinstance(caller, Response) or caller.account != opened.caller.account:
            return None
        return caller

    async def _look(
        self, caller: Caller, opened: Opened, bus: InMemorySubscriptionBus, mark: Mark | None
    ) -> Mark:
        async with self._calls.place(opened.who):
            engine = await self._ports.engines.engine(caller, opened.narrowing)
            fresh, now = await read_news(engine, mark)
        # The first look only says what there is already.
        if fresh and mark:
            await bus.publish(ResourceUpdated(uri=ACTIVITY))
        return now
