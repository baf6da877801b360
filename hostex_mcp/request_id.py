"""The id of the request that runs now, by which its log lines are found."""

import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def current() -> str | None:
    """Return the id of the request that runs now, if one does."""
    return _current.get()


@contextmanager
def running(supplied: str | None = None) -> Generator[str]:
    """Run a request in the block: under the id that came with it if that is well-formed, else under a new
    one."""
    # What a client sends gets into the log, so that only harmless signs may be in it.
    text = supplied if supplied and _WELL_FORMED.fullmatch(supplied) else secrets.token_hex(8)
    token = _current.set(text)
    try:
        yield text
    finally:
        _current.reset(token)
