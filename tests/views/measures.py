"""What can be measured of how a view looks."""

from playwright.sync_api import Frame

from tests.browser.looks import poor_contrast, too_wide
from tests.clients.node import folder, require_node
from tests.views.stage import Shown


def flaws(shown: Shown) -> list[str]:
    """Texts that stand out too little, and by how much the view is too wide."""
    frame = framed(shown)
    extra = too_wide(frame)
    return [*poor_contrast(frame), *([f"{extra} pixels too wide"] if extra > 0 else [])]


def framed(shown: Shown) -> Frame:
    """The frame that a view is in."""
    return shown.page.frames[1]


def barriers(shown: Shown) -> list[str]:
    """What axe finds that keeps people out."""
    require_node()
    frame = framed(shown)
    frame.evaluate((folder() / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found: list[str] = frame.evaluate(
        "async () => (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)"
    )
    return found
