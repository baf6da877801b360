"""Claude Code, Codex and Gemini CLI without a person, each with a scripted model and our server on the demo
account."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit

from tests.clients.node import NODE, folder, program, run
from tests.clients.scripted_model import (
    Call,
    GenerateContent,
    Messages,
    Responses,
    ScriptedModel,
    served,
)

HOSTEX = [sys.executable, "-m", "hostex_mcp"]
DEMO = {"HOSTEX_MCP_SANDBOX": "1"}

# Nothing listens there: what programs send to their makers goes nowhere.
NO_WAY_OUT = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}


def claude(home: Path, script: Sequence[Call], **setting: str) -> ScriptedModel:
    """What `claude -p` made of a script, with our tools allowed."""
    entry = {"type": "stdio", "command": HOSTEX[0], "args": HOSTEX[1:], "env": {**DEMO, **setting}}
    file = _written(home / "mcp.json", json.dumps({"mcpServers": {"hostex": entry}}))
    command = [str(NODE), str(folder() / "node_modules/@anthropic-ai/claude-code/cli-wrapper.cjs")]
    command += ["-p", "Go on.", "--mcp-config", str(file), "--strict-mcp-config"]
    command += ["--allowedTools", "mcp__hostex"]
    with served(Messages(), script) as model:
        environ = {
            "ANTHROPIC_API_KEY": "scripted",
            "ANTHROPIC_BASE_URL": model.url,
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "CLAUDE_CONFIG_DIR": str(home / "claude"),
            # With another address than its own, it keeps tools back until they are searched for.
            "ENABLE_TOOL_SEARCH": "false",
        }
        return _lived(command, home, environ, model)


def codex(home: Path, script: Sequence[Call], entry: Mapping[str, Any]) -> ScriptedModel:
    """What `codex exec` made of a script, with approvals switched off and this entry for our server."""
    with served(Responses(), script) as model:
        provider = {"name": "scripted", "base_url": f"{model.url}/v1", "wire_api": "responses"}
        config = {
            "model": "scripted",
            "model_provider": "scripted",
            "analytics": {"enabled": False},
            "check_for_update_on_startup": False,
            "model_providers": {"scripted": provider},
            "mcp_servers": {"hostex": {**entry, "env": DEMO}},
        }
        _written(home / "config.toml", tomlkit.dumps(config))
        command = [*program("codex"), "exec", "--skip-git-repo-check"]
        command += ["--dangerously-bypass-approvals-and-sandbox", "Go on."]
        return _lived(command, home, {"CODEX_HOME": str(home)}, model)


def gemini(home: Path, script: Sequence[Call]) -> ScriptedModel:
    """What `gemini -p` made of a script, with every call approved."""
    entry = {"command": HOSTEX[0], "args": HOSTEX[1:], "env": DEMO, "trust": True}
    settings = {
        "general": {"enableAutoUpdate": False},
        "privacy": {"usageStatisticsEnabled": False},
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "mcpServers": {"hostex": entry},
    }
    _written(home / ".gemini" / "settings.json", json.dumps(settings))
    command = [*program("gemini"), "-m", "gemini-2.5-pro", "-p", "Go on.", "--approval-mode", "yolo"]
    with served(GenerateContent(), script) as model:
        environ = {
            "GEMINI_API_KEY": "scripted",
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
            "GOOGLE_GEMINI_BASE_URL": model.url,
        }
        return _lived(command, home, environ, model)


def _lived(command: list[str], home: Path, environ: Mapping[str, str], model: ScriptedModel) -> ScriptedModel:
    done = run(command, cwd=home, environ={**NO_WAY_OUT, **environ})
    assert done.returncode == 0, done.stdout + done.stderr
    return model


def _written(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file
