"""How far a long call is, told to whoever waits for it."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[float, float | None, str | None], Awaitable[None]]

_LISTENER: ContextVar[Listener | None] = ContextVar("progress", default=None)


@contextmanager
def heard_by(listener: Listener) -> Generator[None]:
    """Have `listener` told of the progress of what runs inside the block: steps done, steps in all, and what
    is being done."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


async def progress(done: int, total: int, message: str) -> None:
    """Tell how far it is; nothing happens when nobody listens."""
    if listener := _LISTENER.get():
        await listener(done, total, message)
