"""A headless Chromium, and pages in it that may complain about nothing."""

import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.site import Site, deployed
from tests.support.complete import missing

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE_MS = 30_000
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser]:
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        missing("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        expect.set_options(timeout=_PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def site(tmp_path: Path) -> Generator[Site]:
    with deployed(tmp_path) as site:
        yield site


@pytest.fixture
def partner_site(tmp_path: Path) -> Generator[Site]:
    with deployed(tmp_path, partner=True) as site:
        yield site


@pytest.fixture
def demo_site(tmp_path: Path) -> Generator[Site]:
    with deployed(tmp_path, demo=True) as site:
        yield site


@pytest.fixture
def open_page(chromium: Browser) -> Generator[Open]:
    """Opens pages, each in a browser of its own unless a context is given. At the end none of them may have
    said anything on the console, such as that the policy was violated, or have failed to load a part."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_in_browser(
        address: str, *, width: int = 390, scheme: str = "light", scripts: bool = True
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 844},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.on("console", lambda message: _note(message, page, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield open_in_browser
    for context in contexts:
        context.close()
    assert not complaints


def _note(message: ConsoleMessage, page: Page, complaints: list[str]) -> None:
    """A page that says that something is wrong has an error status, which the console repeats."""
    about_itself = message.location["url"] == page.url and message.text.startswith("Failed to load resource")
    if not about_itself:
        complaints.append(f"{message.text} at {message.location['url']}")
