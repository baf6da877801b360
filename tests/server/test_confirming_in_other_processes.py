"""A confirmation that one process gave holds in every other with the same keys, whatever its hash seed."""

import asyncio
import json
import os
import sys
from typing import Any

import pytest

from hostex_mcp.tools.catalogue import CATALOGUE
from tests.server.confirming import answers
from tests.support.every_write import every_write
from tests.support.previewing import demo_sandbox
from tests.support.root import ROOT

pytestmark = pytest.mark.anyio

SEEDS = range(10)


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


@pytest.fixture(scope="module")
def tokens() -> dict[str, str]:
    """A token for every call that a person has to confirm, by the name of the tool."""
    offered = asyncio.run(answers())
    assert {name: answer for name, answer in offered.items() if "confirmation_token" not in answer} == {}
    return {name: answer["confirmation_token"] for name, answer in offered.items()}


# Each process imports everything anew, so two of them are a test of their own, within the usual time.
@pytest.mark.slow
@pytest.mark.parametrize("pair", [(seed, seed + 1) for seed in SEEDS[::2]])
async def test_every_confirmation_holds_in_other_processes_with_other_hash_seeds(
    tokens: dict[str, str], pair: tuple[int, int]
) -> None:
    used = (used_elsewhere(json.dumps(tokens), seed) for seed in pair)
    for told in await asyncio.gather(*used):
        assert told == dict.fromkeys(tokens, "done")
