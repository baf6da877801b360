"""What every page looks like: on the smallest phone, by day, in the dark, and to those who see little."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.looks import every_page, poor_contrast, small_targets, too_wide
from tests.browser.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast_and_whatever_is_pressed_is_large_enough_for_a_thumb(
    site: Site, open_page: Open, scheme: str
) -> None:
    measures = {
        name: (poor_contrast(page), small_targets(page))
        for name, page in every_page(site, lambda address: open_page(address, scheme=scheme))
    }
    assert len(measures) == 14
    assert {name: poor for name, poor in measures.items() if any(poor)} == {}


def test_the_measures_find_what_is_poor(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.origin}/connect", width=320)
    page.evaluate("""() => {
        document.documentElement.style.setProperty("--quiet", "#999999");
        document.documentElement.style.setProperty("--edge", "#cccccc");
        document.querySelector("h1").style.minWidth = "400px";
        document.querySelector("button").style.minHeight = document.querySelector("button").style.padding = 0;
    }""")
    poor = poor_contrast(page)
    assert [text for text in poor if text.startswith("2.85 It is only looked up")]
    assert [text for text in poor if text.startswith("1.61 edge of")]
    assert too_wide(page) > 0
    assert small_targets(page) == ["BUTTON Find"]


def test_no_page_scrolls_sideways_on_the_smallest_phone(site: Site, open_page: Open) -> None:
    wide = {
        name: too_wide(page) for name, page in every_page(site, lambda address: open_page(address, width=320))
    }
    assert len(wide) == 14
    assert wide == dict.fromkeys(wide, 0)


def test_light_and_dark_differ(site: Site, open_page: Open) -> None:
    grounds = [
        open_page(f"{site.origin}/connect", scheme=scheme).evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    ]
    assert grounds == ["rgb(243, 245, 244)", "rgb(16, 22, 21)"]


def test_the_pages_with_a_partner_look_as_good(partner_site: Site, open_page: Open) -> None:
    for scheme, width in (("light", 320), ("dark", 390)):
        page = open_page(partner_site.start(), scheme=scheme, width=width)
        page.get_by_text("Use an access token instead").click()
        assert (poor_contrast(page), too_wide(page), small_targets(page)) == ([], 0, [])
        page.get_by_role("button", name="Continue with Hostex").click()
        expect(page).to_have_title("Connect to Hostex (sandbox)")
        assert (poor_contrast(page), too_wide(page), small_targets(page)) == ([], 0, [])


def test_the_pages_of_a_demo_look_as_good(demo_site: Site, open_page: Open) -> None:
    for scheme, width in (("light", 1280), ("dark", 320)):
        page = open_page(demo_site.start(), scheme=scheme, width=width)
        expect(page.get_by_text("Demo.")).to_be_visible()
        assert (poor_contrast(page), too_wide(page), small_targets(page)) == ([], 0, [])
        page.get_by_role("button", name="Connect").click()
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_role("heading")).to_have_text("Back in the app")
        for path in ("/connect", "/"):
            page.goto(f"{demo_site.origin}{path}")
            expect(page.get_by_text("Demo.")).to_be_visible()
            assert (poor_contrast(page), too_wide(page), small_targets(page)) == ([], 0, [])
