"""What a page looks like, measured in the browser."""

from collections.abc import Callable, Generator

from playwright.sync_api import Frame, Page, expect

from hostex_mcp.sandbox.tokens import TOKENS
from tests.browser.site import Site

Opens = Callable[[str], Page]

HOSTILE = '<img src="x" onerror="alert(1)">\u202e' + "W" * 90


def every_page(site: Site, open_one: Opens) -> Generator[tuple[str, Page]]:
    """Each page in each of its states, in one browser, with its name."""
    page = open_one(site.start())
    yield "consent", page
    page.get_by_text("More choices").click()
    yield "consent with all choices", page
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "consent after a problem", page
    page.goto(site.start(HOSTILE, "https://" + "a" * 60 + ".example.com/callback"))
    yield "consent for a hostile name", page
    page.get_by_text("More choices").click()
    page.get_by_text("Let me choose the properties").click()
    yield from _connected(page)
    page.goto(site.start())
    page.get_by_text("Read and change", exact=True).click()
    _press_connect(page, TOKENS.READ_ONLY)
    expect(page.get_by_role("button", name="Continue with read only")).to_be_visible()
    yield "a token that can only read", page
    for name in ("Codex", "Cursor"):
        page.goto(site.start(name, "cursor://anysphere.cursor/mcp/oauth"))
        _press_connect(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Is this the right account?")
        if name == "Codex":
            yield "the account", page
        page.get_by_role("button", name="Connect").click()
    expect(page).to_have_title("Cursor is connected")
    yield "back to an app", page
    page.goto(f"{site.origin}/connect/consent")
    yield "an error", page
    yield from _connections(site, page)


def _connected(page: Page) -> Generator[tuple[str, Page]]:
    _press_connect(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Which properties")
    yield "properties", page
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "properties after a problem", page


def _connections(site: Site, page: Page) -> Generator[tuple[str, Page]]:
    page.goto(f"{site.origin}/connect")
    page.get_by_text("Disconnect all 2", exact=True).click()
    yield "connections", page
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "connections after a problem", page
    page.get_by_label("Hostex access token").fill(TOKENS.WRITABLE)
    page.get_by_role("button", name="Find").click()
    expect(page).to_have_title("What this token is connected to")
    yield "connections of a token", page
    page.get_by_role("button", name="Disconnect").first.click()
    expect(page.get_by_role("status")).to_be_visible()
    yield "connections after one was ended", page


def _press_connect(page: Page, token: str = TOKENS.WRITABLE) -> None:
    page.get_by_label("Your Hostex access token").fill(token)
    page.get_by_role("button", name="Connect").click()


def poor_contrast(page: Page | Frame) -> list[str]:
    """Texts, and edges of controls, that stand out less from their ground than WCAG 2.2 AA asks for."""
    page.wait_for_load_state()
    texts: list[str] = page.evaluate(_CONTRAST)
    return texts


def too_wide(page: Page | Frame) -> int:
    """How many pixels the page is wider than the window."""
    page.wait_for_load_state()
    extra: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return extra


def small_targets(page: Page | Frame) -> list[str]:
    """Controls less than 44 pixels high, and links that do not stand in a text."""
    page.wait_for_load_state()
    targets: list[str] = page.evaluate(_TARGETS)
    return targets


_CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (css) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const [r, g, b, a] = rgba(getComputedStyle(element).backgroundColor);
      if (a === 255) return [r, g, b];
      if (a !== 0) throw new Error("a see-through background");
    }
    return [255, 255, 255];
  };
  const light = (rgb) => {
    const linear = (v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    const [r, g, b] = rgb.map((v) => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ratio = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + .05) / (low + .05);
  };
  const poor = [], visible = (element) => element.checkVisibility();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent.trim(), element = texts.currentNode.parentElement;
    if (!text || !visible(element)) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const contrast = ratio(rgba(style.color).slice(0, 3), behind(element));
    if (contrast < (large ? 3 : 4.5)) poor.push(`${contrast.toFixed(2)} ${text.slice(0, 40)}`);
  }
  const controls = "input[type=password], textarea, .button:not(.primary), .choice";
  for (const element of document.querySelectorAll(controls)) {
    const edge = rgba(getComputedStyle(element).borderTopColor);
    if (!visible(element) || edge[3] === 0) continue;
    const contrast = ratio(edge.slice(0, 3), behind(element.parentElement));
    if (contrast < 3) poor.push(`${contrast.toFixed(2)} edge of ${element.className || element.name}`);
  }
  return poor;
}"""

_TARGETS = """() => [
  ...document.querySelectorAll("button, .button, label.choice, summary, input[type=password]")]
  .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44)
  .map((element) => `${element.tagName} ${element.textContent.trim().slice(0, 40)}`)"""
