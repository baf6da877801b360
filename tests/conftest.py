"""What all tests share."""

import gc
import pickle
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache

import pytest
from hypothesis import settings

from hostex_mcp.sandbox import app
from hostex_mcp.sandbox.demo import build_accounts
from hostex_mcp.sandbox.state import Accounts

# A busy machine, or one that measures coverage, is no fault of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_collection_finish() -> None:
    """What is loaded by now stays, so that no search for garbage needs to go through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _pickled(today: date, seed: int, now: datetime) -> bytes:
    return pickle.dumps(build_accounts(today, seed, now))


@pytest.fixture(scope="session", autouse=True)
def demo_accounts_are_built_once_a_second() -> Iterator[None]:
    """Most tests want a sandbox of their own, and building its accounts would take longer than the tests."""
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
