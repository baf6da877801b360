import asyncio
from collections.abc import Iterator
from copy import deepcopy

import pytest

from hostex_mcp.sandbox.state import Accounts
from tests.contract.hostex import Hostex, connected
from tests.contract.known import Known


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


@pytest.fixture
def hostex(runner: asyncio.Runner, pristine: Accounts) -> Iterator[Hostex]:
    """A sandbox of its own, for writes."""
    with connected(runner, deepcopy(pristine)) as hostex:
        yield hostex
