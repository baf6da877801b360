"""Faults to order: what a bad network, a proxy, a throttle or a newer Hostex may do to a request.

faults.add("drop_after", operation="POST /reservations")     the next create takes effect, nobody hears of it
faults.add("throttle", retry_after=3, times=2)               the next two requests of any kind are throttled
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import anyio
from starlette.responses import RedirectResponse, Response

from hostex_mcp.sandbox.envelope import DONE, ApiError, json_response
from hostex_mcp.sandbox.state import Row
from hostex_mcp.sandbox.throttle import too_many
from hostex_mcp.sandbox.wire import Wire

WORDS = (
    "status",
    "stay_status",
    "channel_type",
    "type",
    "display_type",
    "sender_role",
    "auth_status",
    "shelf_status",
)
NEW_FIELD = "added_in_a_later_version"
NEW_WORD = "a_later_word"


def as_zero(response: Response) -> Response:
    """Spell success the way the documentation does: code 0 and no message."""
    payload = _payload(response)
    if payload["error_code"] == DONE[0]:
        payload |= {"error_code": 0, "error_msg": ""}
    return json_response(payload)


def misshapen(response: Response, field: str | None, mode: str) -> Response:
    """Take a field out of the first row of an answer, or with mode `type` give it an impossible value.

    The field is the first one of the row unless it is named.
    """
    payload = _payload(response)
    row = _first_row(payload.get("data"))
    if row:
        name = field or next(iter(row))
        if mode == "type":
            row[name] = {"unexpected": ["value"]}
        else:
            row.pop(name, None)
    return json_response(payload)


def from_the_future(response: Response) -> Response:
    """Add a field nobody knows to every object, and a word nobody knows to the first row of every list."""
    payload = _payload(response)
    payload["data"] = _extended(payload.get("data"))
    return json_response(payload)


def _payload(response: Response) -> Row:
    return cast("Row", json.loads(bytes(response.body)))


def _first_row(data: Any) -> Row | None:
    if not isinstance(data, dict):
        return None
    row = cast("Row", data)
    lists = [cast("list[Any]", value) for value in row.values() if isinstance(value, list)]
    rows = [cast("Row", rows[0]) for rows in lists if rows and isinstance(rows[0], dict)]
    return rows[0] if rows else row


def _extended(value: Any) -> Any:
    if isinstance(value, list):
        members = [_extended(member) for member in cast("list[Any]", value)]
        if members and isinstance(members[0], dict):
            first = cast("Row", members[0])
            first |= {word: NEW_WORD for word in WORDS if isinstance(first.get(word), str)}
        return members
    if isinstance(value, dict):
        row = cast("Row", value)
        return {key: _extended(member) for key, member in row.items()} | {NEW_FIELD: "new"}
    return value


BAD_GATEWAY = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"


@dataclass
class Fault:
    """One ordered fault. `operation` None means any; `times` is how often it still strikes, None for ever."""

    kind: str
    operation: str | None = None
    times: int | None = 1
    options: dict[str, Any] = field(default_factory=dict[str, Any])

    def option(self, name: str) -> Any:
        """Return an option, or its default for this kind."""
        return self.options.get(name, KINDS[self.kind].defaults.get(name))


@dataclass
class FaultKind:
    """A kind of fault: how it strikes, and its options with their defaults."""

    strike: "Strike"
    defaults: dict[str, Any] = field(default_factory=dict[str, Any])


Strike: TypeAlias = Callable[[Fault, Wire], Awaitable[None]]


class Faults:
    """The faults in wait, oldest first."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, kind: str, operation: str | None = None, times: int | None = 1, **options: object) -> None:
        """Order a fault for the next `times` requests to `operation`, such as `GET /properties`.

        Raises ValueError for a kind or an option that does not exist.
        """
        if kind not in KINDS:
            raise ValueError(f"no fault of kind {kind!r}; there are {', '.join(KINDS)}")
        unknown = options.keys() - KINDS[kind].defaults.keys()
        if unknown:
            raise ValueError(f"a {kind!r} fault takes no {', '.join(sorted(unknown))}")
        self.waiting.append(Fault(kind, operation, times, dict(options)))

    def clear(self) -> None:
        """Call off every fault."""
        self.waiting.clear()

    def take(self, operation: str) -> Fault | None:
        """Return the fault that strikes a request to `operation`, if one does, and count it."""
        fault = next((fault for fault in self.waiting if fault.operation in (None, operation)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            self.waiting = [other for other in self.waiting if other.times != 0]
        return fault


async def strike(fault: Fault, wire: Wire) -> None:
    """Answer a request the way `fault` wants it."""
    await KINDS[fault.kind].strike(fault, wire)


async def _zero(_: Fault, wire: Wire) -> None:
    await wire.send(as_zero(wire.answer()))


async def _envelope(fault: Fault, wire: Wire) -> None:
    await wire.send(wire.refuse(ApiError(fault.option("code"), fault.option("message"))))


async def _http(fault: Fault, wire: Wire) -> None:
    status = fault.option("status")
    await wire.send(Response(BAD_GATEWAY.format(status), status, media_type="text/html"))


async def _delay(fault: Fault, wire: Wire) -> None:
    await anyio.sleep(fault.option("seconds"))
    await wire.send(wire.answer())


async def _stall(fault: Fault, wire: Wire) -> None:
    rest = await wire.send_half(wire.answer())
    await anyio.sleep(fault.option("seconds"))
    await wire.send_rest(rest)


async def _cut(_: Fault, wire: Wire) -> None:
    await wire.send_half(wire.answer())
    await wire.hang_up(flush=True)


async def _drop_before(_: Fault, wire: Wire) -> None:
    await wire.hang_up()


async def _drop_after(_: Fault, wire: Wire) -> None:
    # The request is carried out; only the answer is lost.
    wire.answer()
    await wire.hang_up()


async def _redirect(fault: Fault, wire: Wire) -> None:
    await wire.send(RedirectResponse(fault.option("location"), 302))


async def _throttle(fault: Fault, wire: Wire) -> None:
    scope, window = fault.option("scope"), fault.option("window")
    await wire.send(wire.refuse(too_many(scope, window, fault.option("limit"), fault.option("retry_after"))))


async def _garbage(_: Fault, wire: Wire) -> None:
    await wire.send(Response('{"request_id": "RT2026', media_type="application/json"))


async def _reshape(fault: Fault, wire: Wire) -> None:
    await wire.send(misshapen(wire.answer(), fault.option("field"), fault.option("mode")))


async def _extra(_: Fault, wire: Wire) -> None:
    await wire.send(from_the_future(wire.answer()))


KINDS: dict[str, FaultKind] = {
    "zero": FaultKind(_zero),
    "envelope": FaultKind(_envelope, {"code": 500, "message": "Server Error"}),
    "http": FaultKind(_http, {"status": 502}),
    "delay": FaultKind(_delay, {"seconds": 1}),
    "stall": FaultKind(_stall, {"seconds": 30}),
    "cut": FaultKind(_cut),
    "drop_before": FaultKind(_drop_before),
    "drop_after": FaultKind(_drop_after),
    "redirect": FaultKind(_redirect, {"location": "https://elsewhere.example.invalid/"}),
    "throttle": FaultKind(_throttle, {"retry_after": 60, "scope": "user", "window": "1m", "limit": 1200}),
    "garbage": FaultKind(_garbage),
    "reshape": FaultKind(_reshape, {"field": None, "mode": "missing"}),
    "extra": FaultKind(_extra),
}
