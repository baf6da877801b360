"""Demo accounts that are built once and copied, as building takes longer than most tests do."""

import gc
import pickle
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache

import pytest

from hostex_mcp.sandbox import app
from hostex_mcp.sandbox.demo import build_accounts
from hostex_mcp.sandbox.state import Accounts


def copies_of(accounts: Accounts) -> Callable[[], Accounts]:
    """What gives copies of accounts as they are now; a copy takes a fraction of the time of a change."""
    pickled = pickle.dumps(accounts)
    return lambda: _unpickled(pickled)


def _unpickled(pickled: bytes) -> Accounts:
    gc.disable()
    try:
        return pickle.loads(pickled)
    finally:
        gc.enable()


def _pickled(today: date, seed: int, now: datetime) -> bytes:
    return pickle.dumps(build_accounts(today, seed, now))


@contextmanager
def built_once_a_second() -> Generator[None]:
    """Sandboxes of this process that start in the same second get copies of the same accounts."""
    built = lru_cache(maxsize=32)(_pickled)

    def copied(today: date, seed: int, now: datetime) -> Accounts:
        return _unpickled(built(today, seed, now.replace(microsecond=0)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "build_accounts", copied)
        yield
