"""`/hooks/ID`: Hostex calls here when something happened in an account.

Whatever is wrong with a call, its answer is that of a path at which there is nothing, and it costs little:
what a stranger can make up is looked at before the database is asked, and a body is read only for a call that
may be Hostex's. Nothing of a call is logged.
"""

import asyncio
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import anyio
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hostex_mcp.clock import utc_now
from hostex_mcp.domain.hook_events import HookEvent, event_of
from hostex_mcp.http.config import HOOKS_PATH
from hostex_mcp.http.store.hooks import Hook, Hooks
from hostex_mcp.http.store.token_text import digest
from hostex_mcp.http.transport.arrivals import Arrivals
from hostex_mcp.http.transport.bodies import message_of, read_body
from hostex_mcp.http.transport.outage import OUTAGES, RETRY
from hostex_mcp.http.transport.rate_limits import Limits, Throttle, caller_address
from hostex_mcp.http.transport.refusals import CLOSE, HttpRefusal, too_many

MOST_BODY = 128 * 1024
"""A year's days of a property with their dates take 50 KiB."""

_HEADER = "hostex-webhook-secret-token"
_ADDRESS = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST_SECRET = 512
_BODY_SECONDS = 5.0
_FIND_SECONDS, _KEEP_SECONDS = 0.4, 0.5
_MOST_UNDER_WAY = 64
_MOST_KNOWN = 10_000

_log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")


class _NotInTime(Exception):
    """The database has not answered yet, or too much waits for it."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """A call whose head is as Hostex sends it."""

    caller: str
    address: str
    secret: str


class HookReceiver:
    """The ASGI application at `/hooks/ID`. An event is kept before it is answered, so that one which was
    answered is never lost."""

    def __init__(
        self, hooks: Hooks, limits: Limits | None = None, now: Callable[[], datetime] = utc_now
    ) -> None:
        limits = limits or Limits()
        self._hooks = hooks
        self._now = now
        self._arrivals = Arrivals()
        self._strangers = Throttle("strangers", limits.strangers)
        self._accounts = Throttle("hooks", limits.account)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._under_way: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        try:
            answer = await self._serve(scope, receive)
        except (_NotInTime, *OUTAGES):
            _log.error("The database did not keep an event of Hostex in time; Hostex was told to call again")
            answer = PlainTextResponse("Service Unavailable", 503, {**RETRY, **CLOSE})
        await answer(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive) -> Response:
        letter = _letter(scope)
        hook = await self._hook(letter) if letter else None
        if letter is None or hook is None:
            return _nothing_here()
        if seconds := self._accounts.wait(hook.hook_id):
            return too_many(seconds).answer(scope["path"])
        message = await self._message(hook, scope, receive)
        event = event_of(message, self._now()) if message else None
        if message is None or event is None:
            return _nothing_here()
        return await self._keep(hook, letter, message, event)

    async def _hook(self, letter: _Letter) -> Hook | None:
        """Return the hook that a call is for, if the call may be Hostex's. An address that calls without
        success is not looked up more than so often, unless it names a hook that was found before: Hostex may
        seem to call from the same one."""
        known = digest(letter.address)
        if known not in self._known and self._strangers.wait(letter.caller):
            return None
        hook = await self._in_time(self._hooks.find(letter.address), _FIND_SECONDS)
        if hook is None:
            self._known.pop(known, None)
            return None
        if not hook.knows(letter.secret):
            if not self._strangers.wait(letter.caller):
                # Whoever is refused learns nothing, not even that there was something to note.
                with suppress(_NotInTime, *OUTAGES):
                    await self._in_time(self._hooks.note_refusal(hook), _KEEP_SECONDS)
            return None
        self._known[known] = None
        self._known.move_to_end(known)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return hook

    async def _message(self, hook: Hook, scope: Scope, receive: Receive) -> dict[str, Any] | None:
        try:
            with self._arrivals.of(hook.hook_id), anyio.move_on_after(_BODY_SECONDS):
                body = await read_body(scope, receive, MOST_BODY)
                return await message_of(body) if body else None
        except HttpRefusal:
            pass
        return None

    async def _keep(self, hook: Hook, letter: _Letter, message: dict[str, Any], event: HookEvent) -> Response:
        # The order of members is not fixed: the same event may come again in another one.
        body = json.dumps(message, sort_keys=True, separators=(",", ":"))
        kept = self._hooks.receive(hook, letter.secret, body, event)
        if not await self._in_time(kept, _KEEP_SECONDS):
            return _nothing_here()
        return PlainTextResponse("OK")

    async def _in_time(self, work: Coroutine[Any, Any, ResultT], seconds: float) -> ResultT:
        """Return what the database gives. What takes it longer goes on, as it does no harm when it is done
        late: breaking off would itself have to wait for the database.

        Raises:
            _NotInTime: it takes longer.
        """
        if len(self._under_way) >= _MOST_UNDER_WAY:
            work.close()
            raise _NotInTime
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._settle)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            raise _NotInTime
        return task.result()

    def _settle(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            # Whoever waited has seen it; nobody is left to hear of what comes late.
            task.exception()


def _letter(scope: Scope) -> _Letter | None:
    headers = Headers(scope=scope)
    address = scope["path"].removeprefix(f"{HOOKS_PATH}/")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    secrets = headers.getlist(_HEADER)
    if scope["method"] != "POST" or kind != "application/json" or not _ADDRESS.fullmatch(address):
        return None
    if len(secrets) != 1 or not 0 < len(secrets[0]) <= _LONGEST_SECRET:
        return None
    return _Letter(caller_address(scope), address, secrets[0])


def _nothing_here() -> Response:
    return PlainTextResponse("Not Found", 404, CLOSE)


def hook_routes(receiver: HookReceiver) -> list[Route]:
    """Return the route."""
    return [Route(f"{HOOKS_PATH}/{{rest:path}}", receiver)]
