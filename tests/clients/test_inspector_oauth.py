"""MCP Inspector's command line goes through the whole authorization by itself."""

import json
from pathlib import Path

import pytest

from tests.clients.node import program, run
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_it_has_a_person_consent_and_calls_a_tool(authorizing: Running, browser: str, tmp_path: Path) -> None:
    target = ["--cli", authorizing.resource, "--transport", "http", "--format", "json"]
    asked = ["--method", "tools/call", "--tool-name", "list_properties", "--tool-arg", "limit=1"]
    environ = {"MCP_AUTO_OPEN_ENABLED": "true", "BROWSER": browser}
    done = run([*program("mcp-inspector"), *target, *asked], cwd=tmp_path, environ=environ)
    assert done.returncode == 0, done.stderr
    items = json.loads(done.stdout.splitlines()[-1])["result"]["structuredContent"]["items"]
    assert [row["title"] for row in items] == ["Harbour Loft"]
