"""A simulated Hostex on a port of this machine."""

from collections.abc import Iterator

import pytest

from hostex_mcp.sandbox import Sandbox, running


@pytest.fixture(scope="module")
def hostex() -> Iterator[str]:
    with running(Sandbox()) as url:
        yield url
