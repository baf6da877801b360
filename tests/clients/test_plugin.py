"""The plugin folder in the real programs of Claude Code and Codex."""

import sys
from pathlib import Path

import pytest

from tests.clients.node import NODE, folder, program, require_node, run
from tests.support.root import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PLUGINS = ROOT / "manifests" / "plugins"
PATH = {"PATH": f"{Path(sys.executable).parent}:{NODE.parent}:/usr/bin:/bin"}


def test_claude_code_takes_the_plugin_and_reaches_the_server(tmp_path: Path) -> None:
    require_node()
    command = [str(NODE), str(folder() / "node_modules/@anthropic-ai/claude-code/cli-wrapper.cjs")]
    environ = {
        **PATH,
        "ANTHROPIC_API_KEY": "scripted",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }

    def claude(*words: str) -> str:
        ended = run([*command, *words], cwd=tmp_path, environ=environ)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    assert "Validation passed\n" in claude("plugin", "validate", str(PLUGINS))
    claude("plugin", "marketplace", "add", str(PLUGINS))
    claude("plugin", "install", "hostex@hostex-mcp")
    assert "enabled" in claude("plugin", "list")
    assert "plugin:hostex:hostex: hostex-mcp  - ✔ Connected" in claude("mcp", "list")


def test_codex_takes_the_plugin_with_its_server(tmp_path: Path) -> None:
    require_node()
    home = tmp_path / "codex"
    home.mkdir()

    def codex(*words: str) -> str:
        ended = run([*program("codex"), *words], cwd=tmp_path, environ={"CODEX_HOME": str(home)})
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    codex("plugin", "marketplace", "add", str(PLUGINS))
    codex("plugin", "add", "hostex@hostex-mcp")
    assert "installed, enabled" in codex("plugin", "list")
    assert "HOSTEX_ACCESS_TOKEN" in codex("mcp", "list")
    [skill] = (home / "plugins").rglob("morning-briefing/SKILL.md")
    assert "get_daily_briefing" in skill.read_text(encoding="utf-8")
