"""What all tests share."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.accounts import built_once_a_second

# A busy machine, or one that measures coverage, is no fault of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests are begun first: one that is begun last would hold up the end alone."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What is loaded by now stays, so that no search for garbage needs to go through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def demo_accounts_are_built_once_a_second() -> Iterator[None]:
    with built_once_a_second():
        yield
