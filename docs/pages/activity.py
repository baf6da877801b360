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
    ("500", "1,878", "102", "58"),
)
# As `python -m benchmarks.search` measures it.
_SEARCHES = (
    ("Words", "SQLite", "PostgreSQL", "Threads", "Without the index", "Threads"),
    ("in one thread", "55", "57", "1,000", "104", "150"),
    ("in one thread, Chinese", "78", "73", "1,000", "84", "150"),
    ("in three quarters of the threads", "136", "121", "200", "122", "150"),
    ("in 7 of 100 threads, Thai", "95", "97", "1,000", "87", "150"),
    ("in all threads", "113", "132", "150", "98", "150"),
    ("in none", "72", "59", "1,000", "126", "150"),
)


def activity() -> str:
    """The text of docs/activity.md."""
    text = _TEMPLATE.read_text(encoding="utf-8")
    head = ("What happened", "Times", "Without set-up", "Remembered", "With webhooks")
    tables = {"table": [head, *asyncio.run(told())], "briefings": _BRIEFINGS, "search": _SEARCHES}
    for name, cells in tables.items():
        text = text.replace(f"<!-- {name} -->", _table(cells))
    return text


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])
