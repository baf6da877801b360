"""Runs a client of a TypeScript SDK, v1 or v2, which checks each answer against its schema."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tests.clients.node import NODE, run

SCRIPT = Path(__file__).parent / "read_all.cjs"

Sdk = Literal["v1", "v2"]
Row = dict[str, Any]
Call = tuple[str, Row]


class Seen(NamedTuple):
    """The tools that a client was shown, how each call ended, and which answers it refused, and why."""

    tools: list[str]
    outcomes: list[str]
    refused: list[tuple[int, str]]


def drive(sdk: Sdk, target: Mapping[str, Any], calls: Sequence[Call], folder: Path) -> Seen:
    """What a client sees that makes these calls to a URL, or to a command that it starts."""
    given = folder / f"given-{sdk}.json"
    given.write_text(json.dumps({**target, "sdk": sdk, "calls": calls}), encoding="utf-8")
    done = run([str(NODE), str(SCRIPT), str(given)], cwd=folder)
    assert done.returncode == 0, done.stderr
    return Seen(**json.loads(done.stdout))
