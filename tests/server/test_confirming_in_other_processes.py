"""A confirmation that one process gave holds in every other with the same keys, whatever its hash seed."""

import asyncio
import json
import os
import sys
from collections import Counter
from itertools import islice
from typing import Any

import pytest

from hostex_mcp.tools.catalogue import CATALOGUE
from tests.server.confirming import answers
from tests.support.every_write import every_write
from tests.support.previewing import demo_sandbox
from tests.support.root import ROOT

pytestmark = pytest.mark.anyio

SEEDS = range(10)
PARTS = len(SEEDS) // 2


# What the processes run is measured in this one, by the same calls.
UNMEASURED = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


async def used_elsewhere(tokens: str, seed: int) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.server.confirming",
        cwd=ROOT,
        env={**UNMEASURED, "PYTHONHASHSEED": str(seed)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(tokens.encode())
    return json.loads(output)


def test_the_calls_are_of_every_write() -> None:
    calls = set(every_write(demo_sandbox().accounts.main))
    assert calls == {tool.name for tool in CATALOGUE.values() if tool.writes}


@pytest.mark.slow
async def test_every_confirmation_holds_in_two_of_ten_other_processes_with_other_hash_seeds() -> None:
    offered = await answers()
    tokens = {name: answer.get("confirmation_token") for name, answer in offered.items()}
    assert {name: offered[name] for name, token in tokens.items() if token is None} == {}
    used = Counter[str]()
    # Neighbours have different calls, so that each call meets two seeds.
    shares = [dict(islice(tokens.items(), seed % PARTS, None, PARTS)) for seed in SEEDS]
    for first in SEEDS[::2]:
        pair = [used_elsewhere(json.dumps(shares[seed]), seed) for seed in (first, first + 1)]
        for told in await asyncio.gather(*pair):
            assert {name: status for name, status in told.items() if status != "done"} == {}
            used.update(told.keys())
    assert used == dict.fromkeys(tokens, 2)
