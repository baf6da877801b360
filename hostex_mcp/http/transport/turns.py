"""What every call over HTTP keeps to, at `/mcp` and on pages: it takes its turn, and ends when its caller
hangs up."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import anyio
from starlette.types import Message, Receive, Scope, Send

from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.fair_queue import FairQueue, QueueFull
from hostex_mcp.http.transport.rate_limits import caller_address
from hostex_mcp.http.transport.refusals import BUSY_SECONDS, busy
from hostex_mcp.toolkit.turns import held_turn


@asynccontextmanager
async def turn(calls: FairQueue, caller: Caller, scope: Scope) -> AsyncGenerator[None]:
    """Hold a place for a call.

    Raises:
        HttpRefusal: there is none in time.
    """
    try:
        async with calls.place(stands_for(caller, scope)) as leave:
            with held_turn(leave):
                yield
    except QueueFull:
        raise busy(BUSY_SECONDS) from None


def stands_for(caller: Caller, scope: Scope) -> str:
    """Return who takes turns: the account, or the address of those who bring their own tokens, lest somebody
    makes up many tokens to have many places."""
    return caller_address(scope) if caller.token else caller.account


@contextmanager
def while_present(receive: Receive, send: Send) -> Generator[Send]:
    """End what runs inside the block when the caller of the request hangs up before it has its answer, which
    is to be sent by the `send` that the block is given; its body was read before."""
    with anyio.CancelScope() as scope:
        watch = asyncio.create_task(_hung_up(receive, scope))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                watch.cancel()
            await send(message)

        try:
            yield answer
        finally:
            watch.cancel()


async def _hung_up(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
