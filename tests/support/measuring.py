"""Coverage is measured where it says something new, as a traced test takes two to four times as long.

Traced are the first cases of each test function: further ones go the same ways with other values. Not traced
is what other people's programs do with a server, and what is marked `no_cover`.
"""

import importlib
import os
import pkgutil
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from coverage import Coverage

import hostex_mcp
from tests.support.root import ROOT

_FOREIGN = tuple(ROOT / "tests" / name for name in ("browser", "clients", "conformance"))
_FOR_CHILDREN = "COVERAGE_PROCESS_CONFIG"
_NOT_IMPORTED = {"__main__", "migrations"}
TRACED_CASES = 5
"""Of one function. With a single one, two of a hundred lines and branches would be missed; with five, two of
a thousand."""


@contextmanager
def untraced() -> Generator[None]:
    """Stop everything that measures. A worker is measured as a process and as a session besides: whichever is
    left goes on in the place of the one that pauses."""
    measuring: list[Coverage] = []
    while current := Coverage.current():
        current.stop()
        measuring.append(current)
    try:
        yield
    finally:
        if measuring and not Coverage.current():
            measuring[0].start()


class Measuring:
    """Starts and stops what measures coverage, in this process and in those that it starts."""

    def __init__(self, *, spreads: bool) -> None:
        """Take whether this process only spreads the tests over others."""
        self._spreads = spreads
        self._traced: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Trace the import of the package, and not that of the tests, which takes far longer."""
        if Coverage.current() and not self._spreads:
            _import_everything()
        with untraced():
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        cases: Counter[str] = Counter()
        for item in items:
            function = item.nodeid.partition("[")[0]
            cases[function] += 1
            if cases[function] <= TRACED_CASES and not _is_excepted(item):
                self._traced.add(item.nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        if item.nodeid in self._traced:
            return (yield)
        measured = os.environ.pop(_FOR_CHILDREN, None)
        try:
            with untraced():
                return (yield)
        finally:
            if measured is not None:
                os.environ[_FOR_CHILDREN] = measured

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Trace nothing of the spreading."""
        if not self._spreads:
            return (yield)
        with untraced():
            return (yield)


def _is_excepted(item: pytest.Item) -> bool:
    foreign = any(item.path.is_relative_to(folder) for folder in _FOREIGN)
    return foreign or item.get_closest_marker("no_cover") is not None


def _import_everything() -> None:
    for module in pkgutil.walk_packages(hostex_mcp.__path__, "hostex_mcp."):
        if _NOT_IMPORTED.isdisjoint(module.name.split(".")):
            importlib.import_module(module.name)
