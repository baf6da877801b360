"""A person decides on changes in a real browser, without a script, on a phone, by day and in the dark."""

from collections.abc import Generator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from hostex_mcp.sandbox.tokens import TOKENS
from tests.browser.conftest import Open
from tests.browser.looks import HOSTILE, poor_contrast, small_targets, too_wide
from tests.browser.site import Site
from tests.support.requests_sent import written

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

THREAD = "0-2200000039-thr039"
LISTING = "900000000000000101"
RULES = {"base_price": 131, "cleaning_fee": 51, "minimum_stay": 4}


def connected(site: Site, open_page: Open, **look: object) -> tuple[Page, str]:
    """A browser in which an app was let write, and the app's token."""
    start = site.start()
    page = open_page(start, **look)
    page.get_by_text("Read and change", exact=True).click()
    page.get_by_label("Your Hostex access token").fill(TOKENS.WRITABLE)
    page.get_by_role("button", name="Connect").click()
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading")).to_have_text("Back in the app")
    client = parse_qs(urlsplit(start).query)["client_id"][0]
    token: str = site.redeem(client).json()["access_token"]
    return page, token


def rules(site: Site, token: str) -> str:
    """The id of a change of prices and rules that waits."""
    told = site.call(token, "update_airbnb_price_and_rules", listing_id=LISTING, **RULES)
    return str(told["change_id"])


def message(site: Site, token: str, text: str = "Good evening") -> str:
    """The id of a message that waits."""
    return str(site.call(token, "send_message", conversation_id=THREAD, message=text)["change_id"])


def test_approving_and_undoing_without_javascript(site: Site, open_page: Open) -> None:
    page, token = connected(site, open_page, scripts=False)
    before = len(written(site.sandbox))
    page.goto(f"{site.origin}/changes/{rules(site, token)}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "Set prices and rules of Harbour Loft on Airbnb"
    )
    assert len(written(site.sandbox)) == before
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("It is done.")
    assert len(written(site.sandbox)) == before + 1
    page.reload()
    assert len(written(site.sandbox)) == before + 1
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("You asked for this")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("It is done.")
    assert len(written(site.sandbox)) == before + 2


def test_a_message_is_sent_as_the_person_wrote_it(site: Site, open_page: Open) -> None:
    page, token = connected(site, open_page)
    page.goto(f"{site.origin}/changes/{message(site, token)}")
    field = page.get_by_label("The message, as it will be sent")
    expect(field).to_have_value("Good evening")
    field.fill("Good morning,\n\nsee you at ten.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("It is done.")
    thread = site.sandbox.accounts.main.conversations[THREAD]
    assert thread["messages"][0]["content"] == "Good morning,\n\nsee you at ten."


def test_several_are_decided_with_the_keyboard(site: Site, open_page: Open) -> None:
    page, token = connected(site, open_page, width=1280)
    rules(site, token)
    message(site, token)
    page.goto(f"{site.origin}/connect")
    page.get_by_role("link", name="Changes that wait for you").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 changes wait for you")
    for box in page.get_by_role("checkbox").all():
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Approve what is ticked").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("2 done.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing waits for you")


def test_another_browser_decides_after_the_token_was_shown(site: Site, open_page: Open) -> None:
    _, token = connected(site, open_page)
    change_id = rules(site, token)
    page = open_page(f"{site.origin}/changes")
    page.goto(f"{site.origin}/changes/{change_id}")
    expect(page.get_by_role("heading")).to_have_text("No such change can be seen here")
    page.goto(f"{site.origin}/changes")
    page.get_by_label("Hostex access token").fill(TOKENS.WRITABLE)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Open it").click()
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("status")).to_contain_text("Nothing was changed.")


def states(site: Site, page: Page, token: str) -> Generator[tuple[str, Page]]:
    """The pages of changes in each of their states, with their names."""
    draft = message(site, token, f"{HOSTILE}\n" * 30)
    page.goto(f"{site.origin}/changes/{draft}")
    yield "a draft", page
    page.get_by_label("The message, as it will be sent").fill(" ")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "a draft after a problem", page
    change_id = rules(site, token)
    page.goto(f"{site.origin}/changes")
    yield "the list", page
    page.get_by_role("button", name="Approve what is ticked").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "the list after a problem", page
    page.goto(f"{site.origin}/changes/{change_id}")
    yield "a change", page
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.get_by_text("What Hostex returned").click()
    yield "what came of it", page
    page.goto(f"{site.origin}/changes/unknown")
    yield "an unknown one", page


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 360), ("light", 1280)])
def test_the_pages_of_changes_look_as_good_as_the_others(
    site: Site, open_page: Open, scheme: str, width: int
) -> None:
    page, token = connected(site, open_page, scheme=scheme, width=width)
    poor = {
        name: (poor_contrast(shown), too_wide(shown), small_targets(shown))
        for name, shown in states(site, page, token)
    }
    assert len(poor) == 7
    assert {name: found for name, found in poor.items() if any(found)} == {}
