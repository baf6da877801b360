"""What all tests share."""

import pytest
from hypothesis import settings

# A busy machine, or one that measures coverage, is no fault of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
