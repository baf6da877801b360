"""The official host half of MCP Apps takes our views and tools, over either transport: a view that it holds
shows a change, and a click makes it."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients.node import NODE, require_node, run
from tests.support.processes import hostex_mcp

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

SCRIPT = Path(__file__).parent / "app_host.cjs"
COMMAND = [sys.executable, "-m", "hostex_mcp", "stdio", "--sandbox"]
CALL: dict[str, Any] = {
    "name": "call_write_tool",
    "arguments": {"name": "delete_property_tag", "arguments": '{"id": 3303}'},
}
NOWHERE: dict[str, list[str]] = {
    "connectDomains": [],
    "resourceDomains": [],
    "frameDomains": [],
    "baseUriDomains": [],
}


def host(folder: Path, **target: Any) -> dict[str, Any]:
    """What an app made of the official parts sees and does."""
    given = folder / "given.json"
    given.write_text(json.dumps({**target, "call": CALL}), encoding="utf-8")
    done = run([str(NODE), str(SCRIPT), str(given)], cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_the_official_host_shows_a_change_and_a_click_makes_it(transport: str, tmp_path: Path) -> None:
    require_node()
    if transport == "stdio":
        kept = {name: value for name, value in os.environ.items() if name.startswith(("COVERAGE_", "PATH"))}
        seen = host(tmp_path, command=COMMAND, environment=kept)
    else:
        with hostex_mcp("--no-auth", "--sandbox") as server:
            seen = host(tmp_path, url=server.resource)
    assert seen["declared"] == {"io.modelcontextprotocol/ui": {}, "io.modelcontextprotocol/skills": {}}
    assert {"prepare_change", "read_change", "decide_change"} <= {*seen["appOnly"]}
    assert not {"get_daily_briefing", "call_write_tool"} & {*seen["appOnly"]}
    assert seen["views"]["get_daily_briefing"] == "ui://hostex/day.html"
    assert seen["views"]["call_write_tool"] == "ui://hostex/change.html"
    assert "list_properties" not in seen["views"]
    for mime_type, csp, length in seen["documents"].values():
        assert (mime_type, csp) == ("text/html;profile=mcp-app", NOWHERE)
        assert length < 60_000
    assert seen["tools"]
    assert (seen["states"], seen["outcome"]) == (["waiting", "done"], "done")
