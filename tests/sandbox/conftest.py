import asyncio
from collections.abc import Iterator

import pytest

from tests.support.world import Api, make_api


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def api(runner: asyncio.Runner) -> Api:
    return make_api(runner)
