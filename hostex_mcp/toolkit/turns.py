"""The turn of a call among others: one that only waits for a person leaves it to those that work."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar


def _nothing_held() -> None:
    """Give nothing up, where calls take no turns."""


_LEAVE: ContextVar[Callable[[], None]] = ContextVar("leave_turn", default=_nothing_held)


@contextmanager
def held_turn(leave: Callable[[], None]) -> Generator[None]:
    """Have what runs inside the block be able to leave its turn by `leave`, which may be called again."""
    token = _LEAVE.set(leave)
    try:
        yield
    finally:
        _LEAVE.reset(token)


def leave_turn() -> None:
    """Leave the turn of the call that runs, for the rest of it."""
    _LEAVE.get()()
