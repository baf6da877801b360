"""Demo accounts that are built once and copied, as building takes longer than most tests do."""

import gc
import pickle
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache

import pytest

from hostex_mcp.sandbox import app
from hostex_mcp.sandbox.demo import build_accounts
from hostex_mcp.sandbox.state import Accounts


def _pickled(today: date, seed: int, now: datetime) -> bytes:
    return pickle.dumps(build_accounts(today, seed, now))


@contextmanager
def built_once_a_second() -> Generator[None]:
    """Sandboxes of this process that start in the same second get copies of the same accounts."""
    built = lru_cache(maxsize=32)(_pickled)

    def copied(today: date, seed: int, now: datetime) -> Accounts:
        pickled = built(today, seed, now.replace(microsecond=0))
        gc.disable()
        try:
            return pickle.loads(pickled)
        finally:
            gc.enable()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "build_accounts", copied)
        yield
