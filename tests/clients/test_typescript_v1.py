"""The TypeScript SDK v1, which most hosts that run on Node use, reads our results and our errors.

It throws away an error whose structured part does not fit the tool's output schema.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import COMMAND
from tests.clients.node import NODE, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

SCRIPT = Path(__file__).parent / "typescript_v1.cjs"
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("list_properties", {"limit": 2}),
    ("list_properties", {"name": "nobody has this"}),
    ("list_properties", {"colour": "blue"}),
    ("get_conversation", {"conversation_id": "0-0-none"}),
    ("cancel_reservation", {"reservation_code": "5-DEMO30PAT"}),
]


def read(target: dict[str, Any], folder: Path) -> dict[str, Any]:
    done = run([str(NODE), str(SCRIPT), json.dumps(target), json.dumps(CALLS)], cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def over_stdio(**environ: str) -> dict[str, Any]:
    kept = {"PATH": os.environ["PATH"]}
    return {"command": COMMAND, "environment": {**kept, **environ}}


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_it_reads_results_errors_and_confirmations(
    transport: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    stdio = transport == "stdio"
    target = over_stdio(HOSTEX_MCP_SANDBOX="1") if stdio else {"url": request.getfixturevalue("url")}
    listed, none, wrong, missing, asked = read(target, tmp_path)["results"]
    assert [row["id"] for row in listed["structuredContent"]["items"]] == [20110001, 20110002]
    assert "Harbour Studio" in listed["content"][0]["text"]
    assert none["structuredContent"]["returned"] == 0
    assert wrong["isError"] is True
    assert wrong["structuredContent"]["error"]["kind"] == "invalid_arguments"
    assert missing["structuredContent"]["error"]["kind"] == "not_found"
    assert missing["content"][0]["text"].startswith("not_found 404: ")
    assert asked["structuredContent"]["status"] == "waiting_for_person"


def test_it_reads_the_errors_of_a_server_without_a_token(tmp_path: Path) -> None:
    results = read(over_stdio(), tmp_path)["results"]
    kinds = [result["structuredContent"]["error"]["kind"] for result in results]
    assert kinds == ["not_configured"] * 2 + ["invalid_arguments"] + ["not_configured"] * 2
