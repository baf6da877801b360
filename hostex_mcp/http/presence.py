"""Noticing that a caller has hung up, so that nobody works for them any more."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

import anyio
from starlette.types import Receive


@contextmanager
def while_present(receive: Receive) -> Generator[None]:
    """What runs inside the block ends when the caller of the request hangs up; its body was read before."""
    with anyio.CancelScope() as scope:
        watch = asyncio.create_task(_hung_up(receive))
        watch.add_done_callback(lambda _: scope.cancel())
        try:
            yield
        finally:
            watch.cancel()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
