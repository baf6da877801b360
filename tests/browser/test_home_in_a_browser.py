"""The views on pages of our own, in a real browser: a page around a frame that reaches nothing of it."""

import re
import signal
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.looks import poor_contrast, too_wide
from tests.browser.site import Site
from tests.browser.test_changes_in_a_browser import connected

pytestmark = [pytest.mark.slow, pytest.mark.timeout(480)]

VIEWS = ("Day", "Calendar", "Performance", "Guests waiting")


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_every_view_is_answered_on_its_page(site: Site, open_page: Open, width: int, scheme: str) -> None:
    page, _ = connected(site, open_page, width=width, scheme=scheme)
    page.goto(f"{site.origin}/home")
    for name in VIEWS:
        page.get_by_role("navigation", name="Views").get_by_role("link", name=name).click()
        expect(page).to_have_title(name)
        view = page.frame_locator("iframe").locator("main")
        expect(view).to_contain_text(re.compile(r"Harbour Loft"))
        assert page.frame_locator("iframe").locator("html").get_attribute("data-theme") == scheme
        assert poor_contrast(page) == []
        assert too_wide(page) == 0


def test_the_tabs_of_a_phone_take_one_line(site: Site, open_page: Open) -> None:
    page, _ = connected(site, open_page, width=360)
    page.goto(f"{site.origin}/home")
    tabs = page.get_by_role("navigation", name="Views").get_by_role("link")
    expect(tabs).to_have_count(len(VIEWS) + 1)
    assert len({tab.evaluate("(tab) => tab.getBoundingClientRect().top") for tab in tabs.all()}) == 1
    assert too_wide(page) == 0


def test_the_frame_reaches_nothing_of_the_site(site: Site, open_page: Open) -> None:
    page, _ = connected(site, open_page)
    page.goto(f"{site.origin}/home")
    expect(page.frame_locator("iframe").locator("main")).to_contain_text("Harbour Loft")
    (_, frame) = page.frames

    reached = frame.evaluate(
        """() => {
            try { return document.cookie + parent.document.title } catch { return "nothing" }
        }"""
    )

    assert reached == "nothing"


def test_the_command_shows_the_day_until_it_is_interrupted(open_page: Open) -> None:
    command = [sys.executable, "-m", "hostex_mcp", "show", "day", "--sandbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        printed = [process.stdout.readline() for _ in range(2)]
        page = open_page(printed[-1].strip())
        expect(page.frame_locator("iframe").locator("main")).to_contain_text("Harbour Loft")
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)

    assert (process.returncode, complaints) == (0, "")
