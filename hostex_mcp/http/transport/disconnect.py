"""Noticing that a caller has hung up, so that nobody works for them any more."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

import anyio
from starlette.types import Message, Receive, Send


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
