"""The whole way of a person through the pages, in a real browser."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from hostex_mcp.sandbox.tokens import TOKENS
from tests.browser.conftest import Open
from tests.browser.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def client_of(start: str) -> str:
    return parse_qs(urlsplit(start).query)["client_id"][0]


def scopes_of(site: Site, start: str) -> set[str]:
    """What the client got for its code."""
    answer = site.redeem(client_of(start))
    assert answer.status_code == 200, answer.text
    return set(answer.json()["scope"].split())


def test_with_the_mouse(site: Site, open_page: Open) -> None:
    start = site.start()
    page = open_page(start)
    expect(page).to_have_title("Connect Claude to Hostex")
    page.get_by_text("Read and change", exact=True).click()
    page.get_by_label("Your Hostex access token").fill(TOKENS.WRITABLE)
    page.get_by_role("button", name="Connect").click()
    let_in(page)
    assert scopes_of(site, start) == {"hostex:read", "hostex:write"}


def test_with_the_keyboard_only(site: Site, open_page: Open) -> None:
    start = site.start()
    page = open_page(start, width=1200)
    tab_to(page, "access")
    page.keyboard.press("ArrowDown")
    tab_to(page, "token")
    page.keyboard.type(TOKENS.WRITABLE)
    tab_to(page, "SUMMARY")
    page.keyboard.press("Enter")
    for topic in ("properties", "calendar", "reservations"):
        tab_to(page, f"toolsets {topic}")
        page.keyboard.press("Space")
    tab_to(page, "privacy")
    page.keyboard.press("ArrowDown")
    tab_to(page, "pick 1")
    page.keyboard.press("Space")
    tab_to(page, "decision connect")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_have_text("Which properties may Claude use?")
    tab_to(page, "properties")
    page.keyboard.press("Space")
    tab_to(page, "decision connect")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_have_text("Back in the app")
    assert scopes_of(site, start) == {"hostex:read", "hostex:write"}
    page.goto(f"{site.origin}/connect")
    facts = page.get_by_role("list").inner_text()
    assert "1 chosen" in facts
    assert "Messages with guests" in facts
    assert "Calendars and prices" not in facts


def test_enter_in_the_token_field_connects(site: Site, open_page: Open) -> None:
    start = site.start()
    page = open_page(start)
    page.get_by_label("Your Hostex access token").fill(TOKENS.READ_ONLY)
    page.keyboard.press("Enter")
    let_in(page)
    assert scopes_of(site, start) == {"hostex:read"}


def test_without_any_script(site: Site, open_page: Open) -> None:
    page = open_page(site.start(), scripts=False)
    page.get_by_label("Your Hostex access token").fill(TOKENS.WRITABLE)
    page.get_by_role("button", name="Connect").click()
    page.get_by_text("Is this the right account?").wait_for()
    page.get_by_role("button", name="Connect").click()
    page.get_by_text("Back in the app").wait_for()


def test_a_double_click_connects_once(site: Site, open_page: Open) -> None:
    start = site.start()
    page = open_page(start)
    page.get_by_label("Your Hostex access token").fill(TOKENS.WRITABLE)
    page.get_by_role("button", name="Connect").dblclick()
    expect(page.get_by_role("heading")).to_have_text("Is this the right account?")
    page.get_by_role("button", name="Connect").dblclick()
    expect(page.get_by_role("heading")).to_have_text("Back in the app")
    assert scopes_of(site, start) == {"hostex:read"}
    page.goto(f"{site.origin}/connect")
    expect(page.get_by_role("button", name="Disconnect Claude")).to_have_count(1)


def test_cancel_goes_back_with_a_refusal(site: Site, open_page: Open) -> None:
    page = open_page(site.start())
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading")).to_have_text("Back in the app")
    assert site.answer()["error"] == "access_denied"


def test_after_a_problem_the_focus_is_on_what_to_do_and_the_field_is_empty(
    site: Site, open_page: Open
) -> None:
    page = open_page(site.start())
    field = page.get_by_label("Your Hostex access token")
    field.fill(TOKENS.DEAD)
    page.get_by_role("button", name="Connect").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Hostex does not know this token")
    expect(alert).to_be_focused()
    expect(field).to_have_value("")
    expect(field).to_have_accessible_description(
        re.compile("^Hostex does not know this token Sign in to Hostex")
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    field.fill(TOKENS.WRITABLE)
    page.get_by_role("button", name="Connect").click()
    let_in(page)


def test_an_app_with_links_of_its_own_is_offered_by_a_link(site: Site, open_page: Open) -> None:
    page = open_page(site.start("Cursor", "cursor://anysphere.cursor/mcp/oauth"))
    page.get_by_label("Your Hostex access token").fill(TOKENS.WRITABLE)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading")).to_have_text("Is this the right account?")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading")).to_have_text("Cursor is connected")
    link = page.get_by_role("link", name="Back to Cursor").get_attribute("href") or ""
    assert link.startswith("cursor://anysphere.cursor/mcp/oauth?")


def test_through_hostexs_own_page(partner_site: Site, open_page: Open) -> None:
    start = partner_site.start()
    page = open_page(start)
    page.get_by_text("Read and change", exact=True).click()
    page.get_by_role("button", name="Continue with Hostex").click()
    expect(page).to_have_title("Connect to Hostex (sandbox)")
    page.get_by_role("button", name="Allow").click()
    let_in(page)
    assert scopes_of(partner_site, start) == {"hostex:read", "hostex:write"}


def test_refused_on_hostexs_own_page_one_can_try_again_or_cancel(partner_site: Site, open_page: Open) -> None:
    page = open_page(partner_site.start())
    page.get_by_role("button", name="Continue with Hostex").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alert")).to_contain_text("You did not allow it at Hostex")
    page.get_by_role("button", name="Continue with Hostex").click()
    page.get_by_role("button", name="Deny").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading")).to_have_text("Back in the app")
    assert partner_site.answer()["error"] == "access_denied"


def test_disconnect_in_the_same_browser(site: Site, open_page: Open) -> None:
    start = site.start()
    page = connected(site, open_page, start)
    assert site.redeem(client_of(start)).status_code == 200
    page.goto(f"{site.origin}/connect")
    page.get_by_role("button", name="Disconnect Claude").click()
    expect(page.get_by_role("status")).to_contain_text("Claude is disconnected.")
    expect(page.get_by_role("button", name="Disconnect Claude")).to_have_count(0)
    assert "You disconnected it on the connections page." in page.inner_text("main")


def test_disconnect_from_elsewhere_with_the_token(site: Site, open_page: Open) -> None:
    connected(site, open_page, site.start())
    page = open_page(f"{site.origin}/connect")
    expect(page.get_by_text("No app has access that was given from this browser.")).to_be_visible()
    page.get_by_label("Hostex access token").fill(TOKENS.WRITABLE)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Disconnect Claude").click()
    expect(page.get_by_role("status")).to_contain_text("Claude is disconnected.")
    expect(page.get_by_text("Nothing else is connected with this token.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Nothing else is connected with this token.")).to_be_visible()


def test_a_page_that_is_gone_back_to_says_that_it_was_answered(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.origin}/connect/consent?request=x")
    expect(page.get_by_role("heading")).to_have_text("This page is out of date")


def test_with_a_token_that_can_only_read_one_click_goes_on_reading(site: Site, open_page: Open) -> None:
    start = site.start()
    page = open_page(start)
    page.get_by_text("Read and change", exact=True).click()
    page.get_by_label("Your Hostex access token").fill(TOKENS.READ_ONLY)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("alert")).to_contain_text("This token can only read")
    page.get_by_role("button", name="Continue with read only").click()
    let_in(page)
    assert scopes_of(site, start) == {"hostex:read"}


def test_after_that_enter_in_the_token_field_sends_the_new_token(site: Site, open_page: Open) -> None:
    start = site.start()
    page = open_page(start)
    page.get_by_text("Read and change", exact=True).click()
    page.get_by_label("Your Hostex access token").fill(TOKENS.READ_ONLY)
    page.get_by_role("button", name="Connect").click()
    page.get_by_label("Your Hostex access token").fill(TOKENS.WRITABLE)
    page.keyboard.press("Enter")
    let_in(page)
    assert scopes_of(site, start) == {"hostex:read", "hostex:write"}


def test_the_wrong_account_is_seen_before_anybody_is_let_in(site: Site, open_page: Open) -> None:
    page = open_page(site.start())
    page.get_by_label("Your Hostex access token").fill(TOKENS.SECOND)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("region", name="Hostex account")).to_contain_text("3 properties")
    expect(page.get_by_role("region", name="Hostex account")).to_contain_text("Blue Door Montmartre")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading")).to_have_text("Back in the app")
    assert site.answer()["error"] == "access_denied"


def test_all_are_disconnected_with_two_clicks(site: Site, open_page: Open) -> None:
    page = connected(site, open_page, site.start())
    page.goto(site.start("Cursor"))
    page.get_by_label("Your Hostex access token").fill(TOKENS.SECOND)
    page.get_by_role("button", name="Connect").click()
    let_in(page)
    page.goto(f"{site.origin}/connect")
    page.get_by_text("Disconnect all 2", exact=True).click()
    page.get_by_role("button", name="Yes, disconnect all 2").click()
    expect(page.get_by_role("status")).to_contain_text("2 apps are disconnected.")
    expect(page.get_by_role("button", name="Disconnect")).to_have_count(0)


def let_in(page: Page) -> None:
    """Press Connect below the account."""
    expect(page.get_by_role("heading")).to_have_text("Is this the right account?")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading")).to_have_text("Back in the app")


def connected(site: Site, open_page: Open, start: str) -> Page:
    """A browser in which a whole consent was given."""
    page = open_page(start)
    page.get_by_label("Your Hostex access token").fill(TOKENS.WRITABLE)
    page.get_by_role("button", name="Connect").click()
    let_in(page)
    return page


def tab_to(page: Page, control: str) -> None:
    """Press Tab until a control has the focus: its name, its name and value, or its tag."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused: list[str] = page.evaluate(_FOCUSED)
        if control in focused[:3]:
            assert "none" not in focused[3:]
            return
    raise AssertionError(f"Tab does not reach {control}")


_FOCUSED = """() => {
  const one = document.activeElement, seen = one.closest(".choice") ?? one;
  return [one.name, `${one.name} ${one.value}`, one.tagName, getComputedStyle(seen).outlineStyle];
}"""
