import asyncio
from collections.abc import Iterator
from copy import deepcopy

import pytest

from hostex_mcp.sandbox.state import Accounts
from tests.contract.hostex import Hostex, connected
from tests.contract.known import Known
from tests.support.accounts import copies_of


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def untouched(runner: asyncio.Runner) -> Iterator[Hostex]:
    """A sandbox for reads and for what is refused."""
    with connected(runner) as hostex:
        yield hostex


@pytest.fixture(scope="session")
def pristine(untouched: Hostex) -> Accounts:
    """A copy of the accounts as they were built."""
    return deepcopy(untouched.sandbox.accounts)


@pytest.fixture(scope="session")
def known(untouched: Hostex, pristine: Accounts) -> Known:
    """What a client can learn of the demo account."""
    assert untouched.sandbox.accounts == pristine
    return Known(untouched)


class Spare:
    """A sandbox for writes, which serves test after test until one of them has changed something."""

    def __init__(self, runner: asyncio.Runner, pristine: Accounts) -> None:
        self._runner = runner
        self._pristine = pristine
        self._copy = copies_of(pristine)
        self._used: Hostex | None = None

    def take(self) -> Hostex:
        """Return a sandbox whose accounts are as they were built."""
        if self._used is None or self._used.sandbox.accounts != self._pristine:
            self.close()
            self._used = Hostex(self._runner, self._copy())
        return self._used

    def close(self) -> None:
        if self._used is not None:
            self._used.close()


@pytest.fixture(scope="session")
def spare(runner: asyncio.Runner, pristine: Accounts) -> Iterator[Spare]:
    spare = Spare(runner, pristine)
    yield spare
    spare.close()


@pytest.fixture
def hostex(spare: Spare) -> Hostex:
    """A sandbox that nobody has changed yet."""
    return spare.take()
