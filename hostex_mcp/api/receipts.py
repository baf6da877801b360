"""Request ids of accepted writes, for whoever has to account for them."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_COLLECTED: ContextVar[list[str] | None] = ContextVar("accepted_writes", default=None)


@contextmanager
def receipts() -> Generator[list[str]]:
    """Collect Hostex's request ids of the writes it accepts inside the block, in their order."""
    collected: list[str] = []
    token = _COLLECTED.set(collected)
    try:
        yield collected
    finally:
        _COLLECTED.reset(token)


def accepted(request_id: str | None) -> None:
    """Note that Hostex accepted a write."""
    collected = _COLLECTED.get()
    if collected is not None and request_id:
        collected.append(request_id)
