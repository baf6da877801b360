"""What all tests share."""

import gc
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from tests.support.accounts import built_once_a_second
from tests.support.measuring import Measuring

# A busy machine, or one that measures coverage, is no fault of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

_SELDOM = 20_000
"""New objects after which garbage is searched for."""


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Measuring(spreads=config.pluginmanager.hasplugin("dsession")))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests are begun first: one that is begun last would hold up the end alone."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without searches for garbage, as nothing that is loaded for the tests is any."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """What is loaded by now stays, so that no search for garbage needs to go through it again. Further ones
    are made seldom: they would take a quarter of the time of many tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_SELDOM)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def demo_accounts_are_built_once_a_second() -> Iterator[None]:
    with built_once_a_second():
        yield
