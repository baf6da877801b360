"""The page of what changed: which kinds of things are found with how much set-up, as measured."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from benchmarks.called import told

_TEMPLATE = Path(__file__).with_suffix(".md")
# As `python -m benchmarks.activity 20 500` measures it, in about ten minutes.
_BRIEFINGS = (
    (
        "Properties",
        "Threads",
        "Calls of the first briefing of all",
        "Calls on a morning with one new message",
    ),
    ("20", "78", "79", "14"),
    ("500", "1,878", "170", "58"),
)


def activity() -> str:
    """The text of docs/activity.md."""
    text = _TEMPLATE.read_text(encoding="utf-8")
    head = ("What happened", "Times", "Without set-up", "Remembered", "With webhooks")
    return text.replace("<!-- table -->", _table([head, *asyncio.run(told())])).replace(
        "<!-- briefings -->", _table(_BRIEFINGS)
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])
