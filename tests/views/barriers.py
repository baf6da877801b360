"""What keeps people out of a view, as axe finds it."""

from tests.clients.node import folder, require_node
from tests.views.measures import framed
from tests.views.stage import Shown


def barriers(shown: Shown) -> list[str]:
    """Return the kind of each barrier, with an element that it is in."""
    require_node()
    frame = framed(shown)
    frame.evaluate((folder() / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found: list[str] = frame.evaluate(
        "async () => (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)"
    )
    return found
