"""A person changes something through a view on our own pages: a real browser, a whole deployment."""

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from tests.browser.conftest import Open
from tests.browser.site import Site
from tests.browser.test_changes_in_a_browser import connected
from tests.support.requests_sent import written

pytestmark = [pytest.mark.slow, pytest.mark.timeout(480)]


def _asked(view: FrameLocator) -> Locator:
    """The card of the first task, marked as done."""
    view.get_by_role("region", name="Tasks").get_by_role("button", name="Done").first.click()
    card = view.get_by_role("dialog").last
    expect(card.get_by_role("button", name="Approve")).to_be_visible()
    return card


def test_a_task_is_marked_done_once_approved_and_taken_back(site: Site, open_page: Open) -> None:
    page, _ = connected(site, open_page, width=1280)
    page.goto(f"{site.origin}/home")
    view = page.frame_locator("iframe")
    before = written(site.sandbox)

    card = _asked(view)
    expect(card).to_contain_text("the owner")
    card.get_by_role("button", name="Decline").click()
    expect(card).to_contain_text("Declined by the owner")
    assert written(site.sandbox) == before
    card.get_by_role("button", name="Close").click()

    card = _asked(view)
    card.get_by_role("button", name="Approve").click()
    expect(card).to_contain_text("It is done.")
    expect(card).to_contain_text("Approved by the owner")
    assert written(site.sandbox) == [*before, "PATCH /tasks/{id}"]

    card.get_by_role("button", name="Undo").click()
    back = view.get_by_role("dialog").last
    back.get_by_role("button", name="Approve").click()
    expect(back).to_contain_text("It is done.")
    assert written(site.sandbox) == [*before, "PATCH /tasks/{id}", "PATCH /tasks/{id}"]
    back.get_by_role("button", name="Close", exact=True).click()
    expect(view.get_by_role("dialog")).to_have_count(0)

    page.goto(f"{site.origin}/changes")
    expect(page.get_by_role("main")).to_contain_text("the owner. Approved by the owner")
    expect(page.get_by_role("main")).not_to_contain_text("Claude")
