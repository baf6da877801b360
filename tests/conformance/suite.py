"""Running the official conformance suite, and what it found."""

import re
from pathlib import Path

from tests.clients.node import program, run

REVISIONS = ("2025-11-25", "2026-07-28")

_SCENARIO = re.compile(r"^[✓✗] ([a-z0-9-]+): (\d+) passed, (\d+) failed", re.MULTILINE)
_EXTENSIONS = ("tasks-", "sep-2640-")

Verdicts = dict[str, tuple[int, int]]


def server_suite(url: str, revision: str, folder: Path) -> Verdicts:
    """Run what a revision requires of a server, and what the suite has on trial for it; tells how many checks
    passed and failed in each scenario. What only tests optional extensions is left out."""
    arguments = ["server", "--url", url, "--requirements", revision, "--output-dir", str(folder)]
    words = run([*program("conformance"), *arguments], cwd=folder).stdout
    verdicts = {name: (int(passed), int(failed)) for name, passed, failed in _SCENARIO.findall(words)}
    assert len(verdicts) > 30, words
    return {name: verdict for name, verdict in verdicts.items() if not name.startswith(_EXTENSIONS)}


def failing(verdicts: Verdicts) -> set[str]:
    """The scenarios in which something failed."""
    return {name for name, (_, failed) in verdicts.items() if failed}
