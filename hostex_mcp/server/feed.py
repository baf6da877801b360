"""Updates of `hostex://activity`: a client that subscribed to it is told when something happened.

Hostex tells nobody, so it is asked every few minutes, and only while a client is subscribed. Clients of the
handshake eras subscribe to the resource; those of 2026-07-28 listen, with a request that stays open. Both
need a connection that stays, as standard input and output is. The HTTP endpoint answers each request and is
done; listening to it is in `http/transport/listening.py`.
"""

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourceUpdated
from mcp.types import (
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

from hostex_mcp.server.engine import Engine
from hostex_mcp.server.news import Mark, UnreadNews, read_news

ACTIVITY = "hostex://activity"
EVERY_SECONDS = 300.0
_MOST_STREAMS = 16

_log = logging.getLogger(__name__)

Pause = Callable[[float], Any]


class ActivityFeed:
    """What looks after the subscribers of one connection."""

    def __init__(self, engine: Engine, pause: Pause = asyncio.sleep) -> None:
        self._engine = engine
        self._pause = pause
        self._bus = InMemorySubscriptionBus()
        self._listens = ListenHandler(self._bus, max_subscriptions=_MOST_STREAMS)
        self._session: Any = None
        self._followers = 0
        self._looking: asyncio.Task[None] | None = None

    async def subscribe(
        self, context: ServerRequestContext[Any], params: SubscribeRequestParams
    ) -> EmptyResult:
        """Tell the client of this connection of updates from now on."""
        if str(params.uri) == ACTIVITY and self._session is None:
            self._session = context.session
            self._follow(1)
        return EmptyResult()

    async def unsubscribe(
        self, context: ServerRequestContext[Any], params: UnsubscribeRequestParams
    ) -> EmptyResult:
        """Tell it no more."""
        if str(params.uri) == ACTIVITY and self._session is not None:
            self._session = None
            self._follow(-1)
        return EmptyResult()

    async def listen(
        self, context: ServerRequestContext[Any], params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """Serve a stream of updates for as long as the client keeps it open."""
        wanted = params.notifications.resource_subscriptions or ()
        if ACTIVITY not in map(str, wanted):
            return await self._listens(context, params)
        with self._followed():
            return await self._listens(context, params)

    def close(self) -> None:
        """End the streams, and look no more."""
        self._listens.close()
        if self._looking:
            self._looking.cancel()

    @contextmanager
    def _followed(self) -> Generator[None]:
        self._follow(1)
        try:
            yield
        finally:
            self._follow(-1)

    def _follow(self, more: int) -> None:
        self._followers += more
        if self._followers and self._looking is None:
            self._looking = asyncio.create_task(self._look())
        elif not self._followers and self._looking:
            self._looking.cancel()
            self._looking = None

    async def _look(self) -> None:
        mark: Mark | None = None
        while True:
            try:
                fresh, now = await read_news(self._engine, mark)
                # The first look only says what there is already.
                if fresh and mark:
                    await self._tell()
                mark = now
            except UnreadNews as error:
                # The next look covers this time too.
                _log.warning("Whether something happened could not be looked up: %s", error)
            except Exception:
                _log.exception("An update could not be told")
            await self._pause(EVERY_SECONDS)

    async def _tell(self) -> None:
        await self._bus.publish(ResourceUpdated(uri=ACTIVITY))
        if self._session is not None:
            await self._session.send_resource_updated(ACTIVITY)
