"""HTTP/1.1 that does not wait for ever: for the head of a request, its body, or a client that reads; and that
has room for everybody."""

import asyncio
from typing import Any, cast

import h11
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from hostex_mcp.http.transport.crowd import Crowd
from hostex_mcp.http.transport.host_and_origin import PROBES
from hostex_mcp.http.transport.rate_limits import caller_address
from hostex_mcp.http.transport.refusals import BUSY_SECONDS, CLOSE, busy

HEAD_SECONDS = 15.0
BODY_SECONDS = 30.0
READING_SECONDS = 30.0
PARTING_SECONDS = 1.0
_LAST = (b"connection", b"close")


class Overfull:
    """What an application is while there are more connections than it takes: probes are answered as ever, all
    else is told when to come back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        await busy(BUSY_SECONDS, CLOSE).answer(scope["path"])(scope, receive, send)


class PatientProtocol(H11Protocol):
    """uvicorn's h11 protocol with a deadline for everything that a client may drag out, and a place in the
    crowd of its process. Time that the server itself takes does not count."""

    def __init__(self, *arguments: Any, crowd: Crowd, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._crowd = crowd
        self.caller = ""
        self._with_room: Any = cast("Any", self).app
        self._without_room = Overfull(self._with_room)
        self._awaited: object = None
        self._deadline: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, and start to wait for the first request."""
        super().connection_made(transport)
        self.caller = caller_address({"client": self.client})
        self._crowd.enter(self)
        self._await(h11.IDLE, HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Take what came, and wait for the rest."""
        self.app: Any = self._with_room if self._crowd.has_room(self) else self._without_room
        super().data_received(data)
        self._note_work()
        state = self.conn.their_state
        if state is h11.IDLE and self.conn.trailing_data[0]:
            self._await(h11.IDLE, HEAD_SECONDS)
        elif state is h11.SEND_BODY:
            self._await(h11.SEND_BODY, BODY_SECONDS)
        else:
            self._await(None, 0)

    def on_response_complete(self) -> None:
        """Be idle, or go on with the next request, if it is there already."""
        super().on_response_complete()
        self._note_work()

    def leave(self) -> None:
        """Make room for another: this connection is idle."""
        self.timeout_keep_alive_handler()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._crowd.exit(self)
        self._await(None, 0)
        self._stop_reading_watch()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait, but not for ever, for a client that reads more slowly than is written."""
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        """Go on, now that the client has read."""
        self._stop_reading_watch()
        super().resume_writing()

    def shutdown(self) -> None:
        """Say in the next answer that the server stops, and wait a moment for a request that may be on
        its way on an idle connection."""
        if _LAST not in self.server_state.default_headers:
            self.server_state.default_headers = [*self.server_state.default_headers, _LAST]
        if self.cycle and not self.cycle.response_complete:
            self.cycle.default_headers = self.server_state.default_headers
            super().shutdown()
        else:
            self.loop.call_later(PARTING_SECONDS, self._part)

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, even if the client does not read the end of its answer."""
        super().timeout_keep_alive_handler()
        self._watch_reading()

    def _await(self, what: object, seconds: float) -> None:
        """Set the deadline of a part of a request; one that is set stays as it is."""
        if what is self._awaited:
            return
        if self._deadline:
            self._deadline.cancel()
        self._awaited = what
        self._deadline = self.loop.call_later(seconds, self._give_up) if what else None

    def _note_work(self) -> None:
        self._crowd.note(self, busy=bool(self.cycle) and not self.cycle.response_complete)

    def _watch_reading(self) -> None:
        if self._reading is None:
            self._reading = self.loop.call_later(READING_SECONDS, self._give_up)

    def _stop_reading_watch(self) -> None:
        if self._reading:
            self._reading.cancel()
        self._reading = None

    def _part(self) -> None:
        if not self.transport.is_closing():
            super().shutdown()

    def _give_up(self) -> None:
        self.transport.abort()
