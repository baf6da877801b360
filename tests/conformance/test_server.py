"""The official conformance suite on the real server.

Most of it calls fixtures that a real server does not have, so what it finds is compared with `baseline.json`:
a change that changes a verdict is seen. `python -m tests.conformance.test_server` writes the baseline anew.
"""

import json
import tempfile
from pathlib import Path

import pytest

from tests.conformance.suite import REVISIONS, server_suite
from tests.support.processes import hostex_mcp

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

BASELINE = Path(__file__).parent / "baseline.json"


def verdicts(revision: str, folder: Path) -> dict[str, str]:
    with hostex_mcp("--no-auth", "--sandbox") as server:
        found = server_suite(server.resource, revision, folder)
    return {name: f"{passed} passed, {failed} failed" for name, (passed, failed) in found.items()}


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_verdicts_are_those_of_the_baseline(revision: str, tmp_path: Path) -> None:
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert verdicts(revision, tmp_path) == baseline[revision]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        found = {revision: verdicts(revision, Path(name)) for revision in REVISIONS}
    BASELINE.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
