"""The pages on which an owner invites people, and on which they accept, in each of their states."""

from collections.abc import Callable, Generator

from playwright.sync_api import Page, expect

from hostex_mcp.sandbox.tokens import TOKENS
from tests.browser.looks import HOSTILE
from tests.browser.site import Site

Opens = Callable[[], Page]


def people_pages(site: Site, open_one: Opens) -> Generator[tuple[str, Page]]:
    """Each page with its name. The invited person has a browser of their own."""
    owner = open_one()
    owner.goto(site.start())
    owner.get_by_text("Read and change", exact=True).click()
    owner.get_by_label("Your Hostex access token").fill(TOKENS.WRITABLE)
    owner.get_by_role("button", name="Connect").click()
    owner.get_by_role("button", name="Connect").click()
    expect(owner.get_by_role("heading")).to_have_text("Back in the app")
    links: list[str] = []
    for role in ("Co-host", "Cleaner", "Flat owner"):
        yield from _inviting(site, owner, role, links)
    yield from _accepting(site, open_one(), links[0])
    owner.goto(f"{site.origin}/connect")
    expect(owner.get_by_text("People you invited")).to_be_visible()
    yield "connections with people", owner
    yield from _notices(owner)
    owner.goto(f"{site.origin}/connect")
    yield from _hooks(owner)
    owner.goto(f"{site.origin}/connect")
    yield from _rules(owner)


def _inviting(site: Site, owner: Page, role: str, links: list[str]) -> Generator[tuple[str, Page]]:
    owner.goto(f"{site.origin}/connect")
    owner.get_by_role("link", name="Invite somebody").first.click()
    chosen = owner.get_by_role("listitem").filter(has=owner.get_by_role("heading", name=role, exact=True))
    choose = chosen.get_by_role("link", name="Choose")
    expect(chosen).to_be_visible()
    if choose.count():
        choose.click()
        expect(choose).to_have_count(0)
    yield f"inviting a {role}", owner
    if role == "Co-host":
        owner.get_by_role("button", name="Make the invitation").click()
        expect(owner.get_by_role("alert")).to_be_visible()
        yield "inviting after a problem", owner
    owner.get_by_label("Who is invited?").fill(HOSTILE[:60] if role == "Cleaner" else "Maria")
    owner.get_by_label("Your name").fill("Ana")
    if role != "Co-host":
        owner.locator("input[name=properties]").first.check(force=True)
    owner.get_by_role("button", name="Make the invitation").click()
    links.append(owner.locator("textarea[readonly]").input_value())
    yield f"the invitation of a {role}", owner


def _accepting(site: Site, guest: Page, link: str) -> Generator[tuple[str, Page]]:
    guest.goto(link)
    yield "invited", guest
    guest.goto(site.start("Claude of Maria"))
    yield "consent with an invitation", guest
    guest.get_by_role("button", name="Show the invitation").click()
    expect(guest.get_by_role("button", name="Accept and connect")).to_be_visible()
    yield "accepting", guest
    guest.get_by_role("button", name="Accept and connect").click()
    again = guest.get_by_role("button", name="Connect")
    expect(again.or_(guest.get_by_role("heading", name="Back in the app"))).to_be_visible()
    if again.count():
        again.click()
    guest.goto(link)
    yield "an invitation that was used", guest


def _notices(owner: Page) -> Generator[tuple[str, Page]]:
    owner.get_by_role("link", name="Notices of changes").first.click()
    expect(owner.get_by_label("Addresses, one on a line")).to_be_visible()
    yield "notices", owner
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_role("alert")).to_be_visible()
    yield "notices after a problem", owner
    owner.get_by_label("Addresses, one on a line").fill("ntfy://my-changes")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_role("status")).to_be_visible()
    yield "notices that are kept", owner


def _hooks(owner: Page) -> Generator[tuple[str, Page]]:
    owner.get_by_role("link", name="Calls from Hostex").first.click()
    expect(owner.get_by_role("button", name="Register the webhook")).to_be_visible()
    yield "calls from Hostex", owner
    owner.get_by_role("button", name="Register the webhook").click()
    expect(owner.get_by_role("status")).to_be_visible()
    yield "calls from Hostex that are on", owner


def _rules(owner: Page) -> Generator[tuple[str, Page]]:
    owner.get_by_role("link", name="House rules").first.click()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_role("alert")).to_be_visible()
    yield "house rules after a problem", owner
    owner.get_by_label("Your rules").fill("# Guests\n\nWe say *du*.\n")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_role("status")).to_be_visible()
    expect(owner.get_by_label("Your rules")).to_have_value("# Guests\n\nWe say *du*.")
    yield "house rules that are kept", owner
