"""What the transport asks of the parts behind it."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import BaseRoute

from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.server.engine import Engine


class Authenticates(Protocol):
    """Finds out who calls; see `Bearer`."""

    async def identify(self, headers: Headers) -> Caller | Response:
        """Return the caller, or the answer that a stranger gets."""
        ...


class FindsEngine(Protocol):
    """Finds what serves a caller; see `Tenants`."""

    async def engine(self, caller: Caller, narrowing: Mapping[str, str]) -> Engine:
        """Return the engine of this caller, narrowed by the parameters of the address.

        Raises:
            Refused: the parameters name something that does not exist.
        """
        ...


async def _nothing_heard(caller: Caller) -> None:
    """Return the same always, where Hostex calls about nothing."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """What is behind the transport: who callers are, what serves them, the routes beside `/mcp`, whether all
    is ready, and what runs as long as the application does. `heard` gives something else after Hostex called
    about the account of a caller. `challenge` is the header of a 403 that asks for
    the scope that the tools in `writing` need."""

    identifies: Authenticates
    engines: FindsEngine
    challenge: str = ""
    writing: Collection[str] = ()
    routes: Sequence[BaseRoute] = ()
    ready: Callable[[], Awaitable[object]] | None = None
    heard: Callable[[Caller], Awaitable[object]] = _nothing_heard
    running: Callable[[], AbstractAsyncContextManager[object]] = nullcontext
