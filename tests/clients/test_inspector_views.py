"""MCP Inspector's web client shows the day: what it says, a change that is declined, and the other theme."""

import re
import socket
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.conftest import chromium
from tests.clients.node import environment, program

__all__ = ["chromium"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

_ADDRESS = re.compile(r"http://\S+MCP_INSPECTOR_API_TOKEN=\S+")
_STDIO = ["-e", "HOSTEX_MCP_SANDBOX=1", sys.executable, "-m", "hostex_mcp", "stdio"]


@contextmanager
def _inspector(target: Sequence[str], folder: Path) -> Generator[str]:
    """The address of a web client that connects to a server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environ = environment(HOME=str(folder), MCP_AUTO_OPEN_ENABLED="false", CLIENT_PORT=port, HOST="127.0.0.1")
    command = [*program("mcp-inspector"), "--web", "--protocol-era", "legacy", *target]
    with subprocess.Popen(
        command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        told = (found[0] for line in process.stdout if (found := _ADDRESS.search(line)))
        try:
            yield next(told)
        finally:
            process.terminate()


def _day(page: Page) -> FrameLocator:
    """The view of the day, opened as a person does."""
    page.locator("label:has(input[role=switch])").first.click()
    expect(page.get_by_text("Connected", exact=True).first).to_be_visible()
    page.get_by_text("Apps", exact=True).first.click()
    page.get_by_text("Get daily briefing").first.click()
    page.get_by_role("button", name="Open App").click()
    return page.frame_locator("iframe").frame_locator("iframe")


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_it_shows_the_day_declines_a_change_and_switches_the_theme(
    transport: str, request: pytest.FixtureRequest, tmp_path: Path, chromium: Browser
) -> None:
    over_http = ["--transport", "http", "--server-url"]
    target = _STDIO if transport == "stdio" else [*over_http, request.getfixturevalue("url")]
    with _inspector(target, tmp_path) as address:
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        page.goto(address)
        view = _day(page)

        expect(view.get_by_role("main")).to_contain_text("Harbour Loft")
        view.get_by_role("region", name="Tasks").get_by_role("button", name="Done").first.click()
        card = view.get_by_role("dialog")
        expect(card.get_by_role("button", name="Approve")).to_be_visible()
        card.get_by_role("button", name="Decline").click()
        expect(card).to_contain_text("Nothing was changed.")
        card.get_by_role("button", name="Close").click()

        theme = view.locator("html").get_attribute("data-theme")
        page.get_by_role("button", name="Toggle color scheme").click()
        expect(view.locator("html")).not_to_have_attribute("data-theme", str(theme))
        page.close()
