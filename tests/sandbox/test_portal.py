"""The page on which a host lets a partner in, as a browser gets it."""

import re

from tests.support.root import ROOT
from tests.support.world import Api

PATH = "/app/authorization?client_id=sandbox-partner&redirect_uri=http://127.0.0.1:4000/back"
PAGES = ROOT / "hostex_mcp" / "pages" / "static" / "style.css"


def colours(css: str) -> list[dict[str, str]]:
    """The colours by day and in the dark."""
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    return [dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6})", block)) for block in blocks]


def test_the_page_says_that_it_is_a_sandbox_and_for_whom_it_asks(api: Api) -> None:
    page = api.request("GET", PATH)
    assert page.status_code == 200
    for text in ("<b>Sandbox.</b>", "Everything here is invented.", "sandbox-partner", "127.0.0.1:4000"):
        assert text in page.text


def test_the_page_cannot_be_framed_and_loads_its_style_sheet_only(api: Api) -> None:
    page = api.request("GET", PATH)
    policy = page.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "style-src 'self'", "img-src data:", "frame-ancestors 'none'"} <= set(
        policy
    )
    assert page.headers["x-frame-options"] == "DENY"
    assert re.findall(r'(?:src|href)="([^"]+)"', page.text) == ["data:,", "/app/style.css"]
    assert "<script" not in page.text
    style = api.request("GET", "/app/style.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "url(" not in style.text


def test_it_has_the_colours_of_the_servers_own_pages(api: Api) -> None:
    own = colours(api.request("GET", "/app/style.css").text)
    pages = colours(PAGES.read_text(encoding="utf-8"))
    assert len(own) == len(pages) == 2
    for mine, theirs in zip(own, pages, strict=True):
        assert len(mine) > 8
        assert mine.items() <= theirs.items()
