"""The suite is needed by every test here."""

import pytest

from tests.clients.node import require_node


@pytest.fixture(autouse=True)
def suite() -> None:
    require_node()
