"""Reading the bodies of requests, bounded in size and time, and JSON without tricks."""

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn, cast

import anyio
from anyio.to_thread import run_sync
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hostex_mcp.http.config import HOOKS_PATH, HOUSE_RULES_PATH
from hostex_mcp.http.store.token_text import HALF_A_PAIR
from hostex_mcp.http.transport.arrivals import Arrivals
from hostex_mcp.http.transport.rate_limits import caller_address
from hostex_mcp.http.transport.refusals import CLOSE, MCP_PATHS, PARSE_ERROR, HttpRefusal
from hostex_mcp.server.messages import MOST_BYTES, BulkyMessage, require_bounded

MCP_BODY, OTHER_BODY = MOST_BYTES, 64 * 1024
# A message of 10,000 characters has twelve bytes for each in a form, if it is all emoji.
CHANGE_BODY = 160 * 1024
# The same for house rules of 20,000.
RULES_BODY = 256 * 1024
PATIENCE_SECONDS = 20.0

_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")
_LONGEST_NUMBER = 40
_SHORT_BODY = 64 * 1024


async def read_body(scope: Scope, receive: Receive, most: int) -> bytes | None:
    """Return the whole body, None when the client went away before its end.

    Raises:
        Refused: it is larger than `most` bytes, or did not arrive in time.
    """
    if _declared(scope) > most:
        raise _too_large(most)
    body = bytearray()
    try:
        with anyio.fail_after(PATIENCE_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                body += message.get("body", b"")
                if len(body) > most:
                    raise _too_large(most)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise HttpRefusal(408, "The request did not arrive in time.", CLOSE) from None


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read already, and then what really comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return messages.pop() if messages else await receive()

    return next_message


class BodyLimit:
    """Reads the body of a request, short and in time, before a route sees it. `/mcp` and `/hooks` read their
    own, once they know who calls."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._arrivals = Arrivals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, and hand the request on or answer it."""
        if scope["type"] != "http" or _reads_its_own(scope["path"]) or scope["method"] in _WITHOUT_BODY:
            await self._app(scope, receive, send)
            return
        try:
            with self._arrivals.of(caller_address(scope)):
                body = await read_body(scope, receive, _most(scope["path"]))
        except HttpRefusal as refused:
            await refused.answer(scope["path"])(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, replayed(body, receive), send)


async def message_of(body: bytes) -> dict[str, Any]:
    """Return the JSON-RPC message in a body; reading a long one leaves the loop to others.

    Raises:
        Refused: it is not one JSON object that every reader would read alike.
    """
    return _parsed(body) if len(body) <= _SHORT_BODY else await run_sync(_parsed, body)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        require_bounded(body)
        message: object = _DECODER.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise _unreadable(str(error) if isinstance(error, _Ambiguous | BulkyMessage) else "") from None
    if b"\\u" in body and HALF_A_PAIR.search(json.dumps(message, ensure_ascii=False)):
        raise _unreadable("a character is only half of one")
    if not isinstance(message, dict):
        raise HttpRefusal(400, "The body must be one JSON-RPC message; batches are not served.")
    return cast("dict[str, Any]", message)


class _Ambiguous(ValueError):
    """JSON that one reader takes for this and another for that."""


def _unambiguous(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Ambiguous("a name appears twice in one object")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise _Ambiguous(f"{name} is not a JSON number")


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise _Ambiguous("a number is too large")
    return int(text)


def _finite(text: str) -> float:
    if len(text) > _LONGEST_NUMBER:
        raise _Ambiguous("a number is too long")
    number = float(text)
    if not math.isfinite(number):
        raise _Ambiguous("a number is too large")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unambiguous, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_whole
)


def _declared(scope: Scope) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(length) if length.isdigit() and len(length) < 20 else 0


def _too_large(most: int) -> HttpRefusal:
    return HttpRefusal(413, f"The request is larger than {most // 1024} KiB.", CLOSE)


def _unreadable(reason: str) -> HttpRefusal:
    detail = f": {reason}" if reason else ""
    return HttpRefusal(400, f"The body is not JSON that can be read{detail}.", code=PARSE_ERROR)


def _reads_its_own(path: str) -> bool:
    return path in MCP_PATHS or path.startswith(f"{HOOKS_PATH}/")


def _most(path: str) -> int:
    if path == HOUSE_RULES_PATH:
        return RULES_BODY
    return CHANGE_BODY if path.startswith("/changes/") else OTHER_BODY
