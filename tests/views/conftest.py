"""A stage for views in a real browser."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import chromium
from tests.views.stage import Stage, staged

__all__ = ["chromium"]


@pytest.fixture
def stage(chromium: Browser) -> Generator[Stage]:
    with staged(chromium) as stage:
        yield stage
