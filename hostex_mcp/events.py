"""Events of the running server, for whoever listens: metrics, and the line that sums up a call.

An event carries names from this program only (tools, operations, kinds of error), never an argument, a guest,
an account or a token.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """The start of a tool call. A `ToolEnded` follows, whatever happens."""


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """The end of a tool call. `outcome` is `ok`, a status of a write, `asked`, a kind of error, or
    `cancelled`."""

    tool: str
    outcome: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ToolForwarded:
    """The tool, found in the catalogue, that the running call is really of."""

    tool: str


@dataclass(frozen=True, slots=True)
class HostexAsked:
    """A finished request to Hostex, the `number`-th try of the same call. `outcome` is `ok` or a kind of
    error."""

    operation: str
    outcome: str
    seconds: float
    number: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A step of a confirmation: `asked`, `offered`, an answer of the person (`accept`, `decline`, `cancel`,
    `timeout`), `failed` (the client could not ask), `token` (a token was redeemed), or why a token was not
    (`expired`, `used`, ...). `seconds` is the time that a person took while the call waited."""

    step: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Throttled:
    """A request refused because its caller called too often; `limit` says which bound was met."""

    limit: str


@dataclass(frozen=True, slots=True)
class WaitStarted:
    """The start of waiting for a turn in this line: `calls` at `/mcp`, or `hostex`, requests to Hostex. A
    `WaitEnded` follows, whatever happens."""

    line: str


@dataclass(frozen=True, slots=True)
class WaitEnded:
    """The end of waiting: `served`, `refused` because the line was too long or too slow, or whoever asked has
    `left`."""

    line: str
    outcome: Literal["served", "refused", "left"]
    seconds: float


@dataclass(frozen=True, slots=True)
class GrantChanged:
    """The beginning or end of a grant."""

    step: Literal["granted", "ended"]


@dataclass(frozen=True, slots=True)
class TokensAsked:
    """A client's request for tokens with this grant type; `outcome` is `ok` or an error code of OAuth."""

    grant_type: str
    outcome: str


@dataclass(frozen=True, slots=True)
class PairRenewed:
    """A renewal of a partner's pair of tokens at Hostex: `ok` or a kind of error."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Served:
    """An answered HTTP request. `route` is one of this server's, or `other`."""

    route: str
    status: int
    seconds: float


Event = (
    ToolStarted
    | ToolEnded
    | ToolForwarded
    | HostexAsked
    | Confirmed
    | Throttled
    | WaitStarted
    | WaitEnded
    | GrantChanged
    | TokensAsked
    | PairRenewed
    | Served
)
Listener = Callable[[Event], None]

_of_process: list[Listener] = []
_of_context: ContextVar[tuple[Listener, ...]] = ContextVar("listeners", default=())


def emit(event: Event) -> None:
    """Tell an event to the listeners of this process, and to those around what runs now."""
    for listener in _of_process:
        listener(event)
    for listener in _of_context.get():
        listener(event)


@contextmanager
def listen_everywhere(listener: Listener) -> Generator[None]:
    """Let a listener hear every event of this process while the block runs."""
    _of_process.append(listener)
    try:
        yield
    finally:
        _of_process.remove(listener)


@contextmanager
def listen_here(listener: Listener) -> Generator[None]:
    """Let a listener hear the events of what runs in the block, tasks that it starts included."""
    token = _of_context.set((*_of_context.get(), listener))
    try:
        yield
    finally:
        _of_context.reset(token)
