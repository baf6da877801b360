"""Whatever a tool answers fits the schema that it declares: clients that check throw away what does not."""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

from hostex_mcp.tools.catalogue import CATALOGUE
from tests.clients import isolated
from tests.clients.typescript import Sdk, drive
from tests.support.root import ROOT
from tests.tools.every_answer import Answer, every_answer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

OUTCOMES = {
    "done",
    "unchanged",
    "declined",
    "waiting_for_person",
    "confirmation_required",
    "outcome_unknown",
}
MISFIT = Answer("list_tags", "a client that checks", {"content": [], "structuredContent": {"items": "none"}})


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return asyncio.run(every_answer())


@pytest.fixture(scope="module")
def shapes(answers: list[Answer]) -> list[Answer]:
    """One answer of each shape, as clients are slower, and last one that does not fit."""
    several = {(answer.tool, shape(answer.result["structuredContent"])): answer for answer in answers}
    return [*several.values(), MISFIT]


def shape(value: Any) -> str:
    """Which members a value has, and of which types."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return f"{{{','.join(f'{name}:{shape(members[name])}' for name in sorted(members))}}}"
    if isinstance(value, list):
        return f"[{','.join(sorted({shape(member) for member in cast('list[Any]', value)}))}]"
    return type(value).__name__


@pytest.fixture(scope="module")
def replay(shapes: list[Answer], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """How a client starts a server that gives the answers again, and which tools it calls in turn."""
    file = tmp_path_factory.mktemp("replay") / "answers.json"
    file.write_text(json.dumps([(answer.tool, answer.result) for answer in shapes]), encoding="utf-8")
    command = [sys.executable, "-m", "tests.clients.replay", str(file)]
    return {"command": command, "folder": str(ROOT), "tools": [answer.tool for answer in shapes]}


def named(refused: list[tuple[int, str]], answers: list[Answer]) -> list[tuple[str, str, str]]:
    return [(answers[number].tool, answers[number].circumstances, why) for number, why in refused]


def test_the_answers_are_of_every_tool_and_of_every_outcome(answers: list[Answer]) -> None:
    told = Counter(answer.result["structuredContent"].get("status") for answer in answers)
    assert set(told) >= OUTCOMES
    assert {answer.tool for answer in answers} == set(CATALOGUE)
    errors = [answer.result["structuredContent"].get("error", {}).get("kind") for answer in answers]
    assert {"invalid_arguments", "upstream"} <= set(errors)


def test_each_fits_its_schema(answers: list[Answer]) -> None:
    checks: dict[str, Any] = {
        name: jsonschema.Draft202012Validator(tool.output_schema) for name, tool in CATALOGUE.items()
    }
    refused = [
        (number, f"{error.json_path}: {error.message[:200]}")
        for number, answer in enumerate(answers)
        for error in checks[answer.tool].iter_errors(answer.result["structuredContent"])
    ]
    assert named(refused, answers) == []


@pytest.mark.parametrize("sdk", ["v1", "v2"])
def test_the_typescript_sdk_takes_each_that_fits(
    sdk: Sdk, shapes: list[Answer], replay: dict[str, Any], tmp_path: Path
) -> None:
    calls = [(tool, {"number": number}) for number, tool in enumerate(replay["tools"])]
    seen = drive(sdk, replay, calls, tmp_path)
    assert [shapes[number] for number, _ in seen.refused] == [MISFIT], named(seen.refused, shapes)


def test_the_python_sdk_takes_each_that_fits(
    shapes: list[Answer], replay: dict[str, Any], tmp_path: Path
) -> None:
    refused = isolated.run("read_all.py", replay, tmp_path)
    assert [shapes[number] for number, _ in refused] == [MISFIT], named(refused, shapes)
