"""The page at the address itself, as somebody meets it who opens it on a phone."""

import json
from base64 import b64decode
from collections.abc import Generator
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.browser.conftest import Open
from tests.browser.site import Site, deployed


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    """One for all: this page is only looked at."""
    with deployed(tmp_path_factory.mktemp("site")) as site:
        yield site


def test_one_tap_selects_the_whole_address(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.origin}/")
    address = page.locator(".address code").first
    address.click()
    assert page.evaluate("getSelection().toString().trim()") == f"{site.origin}/mcp"


def test_the_buttons_of_cursor_and_vs_code_install_this_address(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.origin}/")
    cursor = urlsplit(page.get_by_role("link", name="Add to Cursor").get_attribute("href") or "")
    config = parse_qs(cursor.query)["config"][0]
    assert json.loads(b64decode(config)) == {"url": f"{site.origin}/mcp"}
    vscode = page.get_by_role("link", name="Add to VS Code").get_attribute("href") or ""
    entry = json.loads(unquote(vscode.removeprefix("vscode:mcp/install?")))
    assert entry == {"name": "hostex", "type": "http", "url": f"{site.origin}/mcp"}


def test_the_commands_name_this_address(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.origin}/")
    commands = page.locator(".list .address code").all_inner_texts()
    assert commands == [
        f"claude mcp add --transport http hostex {site.origin}/mcp",
        f"codex mcp add hostex --url {site.origin}/mcp",
    ]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_has_to_be_scrolled_sideways(width: int, site: Site, open_page: Open) -> None:
    page = open_page(f"{site.origin}/", width=width)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_works_without_scripts_in_any_light(scheme: str, site: Site, open_page: Open) -> None:
    page = open_page(f"{site.origin}/", scheme=scheme, scripts=False)
    assert page.get_by_role("heading", level=1).inner_text() == "Run your rentals from your AI assistant"
    for name in ("Claude", "ChatGPT", "Cursor", "VS Code", "Claude Code", "Codex"):
        assert page.get_by_role("heading", name=name, exact=True).is_visible()


def test_a_tap_leads_to_what_is_connected(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.origin}/")
    page.get_by_role("link", name="See which apps are connected").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your connections"


def test_every_button_is_large_enough_for_a_thumb(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.origin}/")
    boxes = {button.inner_text(): button.bounding_box() for button in page.locator("a.button").all()}
    assert set(boxes) == {"Open Claude settings", "Open ChatGPT settings", "Add to Cursor", "Add to VS Code"}
    assert [name for name, box in boxes.items() if not box or box["height"] < 44] == []
