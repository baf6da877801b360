"""MCP over standard input and output."""

import asyncio
import json
import logging
import os
import re
import signal
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any, BinaryIO, NoReturn, Self, cast

import anyio
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from anyio.to_thread import run_sync
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError
from pydantic_core import from_json

from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.feed import ActivityFeed
from hostex_mcp.server.messages import MOST_BYTES, BulkyMessage, NoMessage, normalise, require_bounded
from hostex_mcp.toolkit.json_text import TwiceNamed, require_unambiguous

_URGENT = (signal.SIGINT, signal.SIGTERM)


# How far from either end of an unread line its id is looked for, in bytes.
_LONGEST_START = 1_000
_STEP = 64 * 1024
# Many more than a client needs that reads them, and few enough to hold.
_MOST_UNWRITTEN = 32
# Input that comes from a file or a pipe ends before the answers are worked out. A client that is leaving ends
# the process sooner, by a signal.
_SECONDS_AFTER_INPUT = 10
# A request that is answered only when the client stops listening.
_ENDLESS = "subscriptions/listen"
_ID = rb'"id"\s*:\s*(-?\d{1,15}|"[^"\\]{1,200}")\s*'
_MEMBER = rb'"(?:jsonrpc|method)"\s*:\s*"[^"\\]*"\s*'
_AT_START = re.compile(rb"\s*\{\s*(?:" + _MEMBER + rb",\s*)*" + _ID + rb"[,}]")
_AT_END = re.compile(rb",\s*" + _ID + rb"(?:,\s*" + _MEMBER + rb")*\}\s*\Z")
_TOO_LONG = f"This line is longer than {MOST_BYTES // 1024} KiB."


async def serve_stdio(engine: Engine) -> None:
    """Serve until the end of input, until the output is closed, or until SIGINT, SIGTERM or SIGHUP; a write
    that was sent is then waited for, and the process ends here. Standard output carries the protocol and
    nothing else: while serving, whatever a library prints goes to standard error."""
    feed = ActivityFeed(engine)
    server = create_server(lambda _: engine, feed=feed)
    lines = Lines(own_input())
    stop = _Stop()
    try:
        async with stdio_server(cast("anyio.AsyncFile[str]", lines)) as (incoming, outgoing):
            answers = _Answers(outgoing)
            lines.refuse = partial(_refuse, answers)
            with stop.serving:
                lenient = _IncomingLine(incoming, answers)
                await server.run(lenient, cast("Any", answers), server.create_initialization_options())
            feed.close()
            # A person may have approved something just now.
            await engine.settled()
            stop.served()
    # The client closed our output, so nobody is left to answer.
    except* BrokenPipeError:
        stop.leave()


class _Stop:
    """The end of serving, on a signal: at once when one comes again, or when all that is left to do is to
    write answers, which nobody may read. One hang-up may come as several signals."""

    def __init__(self) -> None:
        self.serving = anyio.CancelScope()
        self._number: int | None = None
        self._served = False
        self._loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            for number in _heeded():
                signal.signal(number, self._heed)

    def _heed(self, number: int, frame: FrameType | None) -> None:
        urgent = self._number in _URGENT and number in _URGENT
        self._number = number
        if urgent or self._served:
            self.leave()
        # From a signal handler nothing else wakes a loop that sleeps.
        self._loop.call_soon_threadsafe(self.serving.cancel)

    def served(self) -> None:
        """Note that no request is under way any more."""
        self._served = True
        if self._number is not None:
            self.leave()

    def leave(self) -> NoReturn:
        """End the process."""
        logging.shutdown()
        # A thread may still wait for input, which nothing can call back: an ordinary exit would wait for it.
        os._exit(0 if self._number is None else 128 + self._number)


def _heeded() -> Sequence[signal.Signals]:
    """Return the signals that ask a process to end, except the hang-up where it is to outlive its
    terminal."""
    hang_up = getattr(signal, "SIGHUP", None)
    heard = [hang_up] if hang_up and signal.getsignal(hang_up) is not signal.SIG_IGN else []
    return [*_URGENT, *heard]


class _Answers(ObjectSendStream[SessionMessage]):
    """The messages to the client, which may be slower to read them than to ask."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._unwritten = 0
        self._written = anyio.Event()
        self._owed: set[str] = set()
        self._paid = anyio.Event()

    def note(self, item: object) -> None:
        """Note what the client sent: a request is owed an answer, unless it is withdrawn."""
        match item:
            case SessionMessage(message=JSONRPCRequest(id=number, method=method)) if method != _ENDLESS:
                self._owed.add(str(number))
            case SessionMessage(
                message=JSONRPCNotification(method="notifications/cancelled", params=dict() as params)
            ):
                self._pay(params.get("requestId"))
            case _:
                pass

    def _pay(self, number: object) -> None:
        # Clients may write the same id as a number and as text.
        self._owed.discard(str(number))
        self._paid.set()

    async def send(self, item: SessionMessage) -> None:
        """Send a message once those before it are written."""
        self._unwritten += 1
        try:
            await self._stream.send(item)
        finally:
            self._unwritten -= 1
            self._written.set()
        if isinstance(item.message, JSONRPCResponse | JSONRPCError):
            self._pay(item.message.id)

    async def wait_for_room(self) -> None:
        """Wait while too many messages are unwritten."""
        while self._unwritten > _MOST_UNWRITTEN:
            self._written = anyio.Event()
            await self._written.wait()

    async def wait_for_answers(self) -> None:
        """Wait until every request is answered, for a while."""
        with anyio.move_on_after(_SECONDS_AFTER_INPUT):
            while self._owed:
                self._paid = anyio.Event()
                await self._paid.wait()

    async def aclose(self) -> None:
        """Send no more."""
        await self._stream.aclose()


class _IncomingLine(ObjectReceiveStream[SessionMessage | Exception]):
    """The client's messages, none while it leaves too many answers unread. The SDK drops a line that it
    cannot read, and the client waits for ever; here it is read once more, more leniently, and answered with
    an error when that fails too."""

    def __init__(self, stream: Any, outgoing: _Answers) -> None:
        self._stream = stream
        self._outgoing = outgoing

    @property
    def last_context(self) -> Any:
        """Return the context in which the last message was sent, for the SDK."""
        return self._stream.last_context

    async def receive(self) -> SessionMessage | Exception:
        """Return the next message.

        Raises:
            anyio.EndOfStream: the input has ended, and what was asked is answered.
        """
        try:
            message = await self._next()
        except anyio.EndOfStream:
            await self._outgoing.wait_for_answers()
            raise
        self._outgoing.note(message)
        return message

    async def _next(self) -> SessionMessage | Exception:
        while True:
            await self._outgoing.wait_for_room()
            item = await self._stream.receive()
            if not isinstance(item, ValidationError):
                return item
            message = _read_again(item)
            if isinstance(message, SessionMessage):
                return message
            if message:
                await self._outgoing.send(SessionMessage(message))

    async def aclose(self) -> None:
        """Stop reading."""
        await self._stream.aclose()


def _read_again(failure: ValidationError) -> SessionMessage | JSONRPCError | None:
    """The message of a line that pydantic did not take, an error to answer, or None for an empty line.

    Python's parser takes half an emoji and what follows a byte order mark. In a tool's argument half an emoji
    stays, so that its own check says which argument is no text; elsewhere it is replaced.
    """
    problem = failure.errors(include_url=False)[0]
    content = problem["input"]
    if problem["type"] == "json_invalid":
        line = content.lstrip("\ufeff").strip()
        if not line:
            return None
        try:
            content = normalise(_decoded(line))
        except NoMessage as error:
            return _error({"id": error.id}, INVALID_REQUEST, str(error))
        except (json.JSONDecodeError, RecursionError):
            return _error(None, PARSE_ERROR, "This line is not JSON.")
        # Python and pydantic read no number of more than 4,300 digits.
        except ValueError:
            return _error(_outline(line), INVALID_REQUEST, "A number in this line has too many digits.")
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_python(content, by_name=False))
    except ValidationError:
        return _error(content, INVALID_REQUEST, "This is not a JSON-RPC 2.0 message.")


def _outline(line: str) -> dict[str, Any]:
    start, end = line[:_LONGEST_START].encode(), line[-_LONGEST_START:].encode()
    return {"id": _id_in(start, end)}


def _decoded(line: str) -> Any:
    """Read the JSON of a line such that it can be written again as UTF-8, except the texts among a tool's
    arguments.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.
    """
    message: Any = json.loads(line)
    match message:
        case {"method": "tools/call", "params": {"arguments": dict()}}:
            clean = _encodable(message)
            clean["params"]["arguments"] = _encodable(message["params"]["arguments"], texts=False)
            return clean
        case _:
            return _encodable(message)


def _encodable(value: Any, texts: bool = True) -> Any:
    """Return JSON data in which half characters are replaced: in names, and in its texts unless they are to
    stay."""
    match value:
        case str():
            return value.encode(errors="replace").decode() if texts else value
        case list():
            return [_encodable(member, texts) for member in cast("list[Any]", value)]
        case dict():
            members = cast("dict[str, Any]", value)
            return {_encodable(name): _encodable(member, texts) for name, member in members.items()}
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that is not read further: why, and the id of its request where that stands outside."""

    reason: str
    id: int | str | None


class Lines:
    """Lines of text for the SDK's reader. One that is too long or too deep, or whose JSON is no message, goes
    to `refuse`, and the next is read; of the rest of a long line nothing is kept."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.refuse: Callable[[Refusal], Awaitable[None]] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        # A thread that reads cannot be interrupted, and is left behind when serving ends.
        while line := await run_sync(self._line, abandon_on_cancel=True):
            if isinstance(line, str):
                return line
            if self.refuse:
                await self.refuse(line)
        raise StopAsyncIteration

    def _line(self) -> str | Refusal:
        line = self._stream.readline(MOST_BYTES + 1)
        if len(line) > MOST_BYTES and not line.endswith(b"\n"):
            return Refusal(_TOO_LONG, _id_in(line[:_LONGEST_START], self._rest()))
        try:
            require_bounded(line)
        except BulkyMessage as error:
            number = _id_in(line[:_LONGEST_START], line[-_LONGEST_START:])
            return Refusal(f"This line was not read: {error}.", number)
        try:
            require_unambiguous(line)
            return _line_text(line)
        except TwiceNamed as error:
            return Refusal(str(error), _id_in(line[:_LONGEST_START], line[-_LONGEST_START:]))
        except NoMessage as error:
            return Refusal(str(error), error.id)

    def _rest(self) -> bytes:
        """Skip the rest of a line, and return its end."""
        end = b""
        while step := self._stream.readline(_STEP):
            end = (end + step)[-_LONGEST_START:]
            if step.endswith(b"\n"):
                break
        return end


def _line_text(line: bytes) -> str:
    """Return a line as text; what pydantic cannot read is as it came."""
    text = line.decode(errors="replace")
    try:
        content = cast("object", from_json(line))
    except ValueError:
        return text
    message = normalise(content)
    return text if message is content else json.dumps(message)


def _id_in(start: bytes, end: bytes) -> int | str | None:
    """Return the id of a request, which clients write before or after everything else."""
    match = _AT_START.match(start) or _AT_END.search(end)
    return json.loads(match[1]) if match else None


def own_input() -> BinaryIO:
    """Take the input of this process for the protocol alone: whatever else reads it, a child process too,
    finds its end."""
    stdin, nothing = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return os.fdopen(stdin, "rb", closefd=False)


async def _refuse(outgoing: _Answers, refusal: Refusal) -> None:
    error = ErrorData(code=INVALID_REQUEST, message=refusal.reason)
    await outgoing.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=refusal.id, error=error)))


def _error(content: Any, code: int, message: str) -> JSONRPCError:
    """Return an error about this content, with its id where it has one."""
    members = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    number = members.get("id")
    request_id = number if isinstance(number, int | str) and not isinstance(number, bool) else None
    return JSONRPCError(jsonrpc="2.0", id=request_id, error=ErrorData(code=code, message=message))
