"""The plugin for Claude Code and Codex: the server's entry for each, and the routines as skills."""

import json
from collections.abc import Mapping
from typing import Any

from hostex_mcp import __version__
from hostex_mcp.cli.clients import APPS, Launch
from hostex_mcp.server.prompts import ROUTINES
from hostex_mcp.server.skills import skill_name, skill_text

_ABOUT = (
    "Run a vacation-rental business on Hostex: properties, stays, calendars, prices, guests, reviews, tasks "
    "and money."
)


def plugin() -> Mapping[str, str]:
    """Return the files of manifests/plugins with their texts. Each client finds its own manifests in it."""
    claude = {"name": "hostex", "source": "./hostex", "description": _ABOUT}
    codex = {
        "name": "hostex",
        "source": {"source": "local", "path": "./hostex"},
        "policy": {"installation": "AVAILABLE", "authentication": "ON_INSTALL"},
        "category": "Productivity",
    }
    shop = {"name": "hostex-mcp"}
    about = {
        "name": "hostex",
        "version": __version__,
        "description": _ABOUT,
        "author": shop,
        "license": "MIT",
    }
    files = {
        ".claude-plugin/marketplace.json": {
            **shop,
            "owner": shop,
            "description": _ABOUT,
            "plugins": [claude],
        },
        ".agents/plugins/marketplace.json": {**shop, "plugins": [codex]},
        "hostex/.claude-plugin/plugin.json": {**about, "mcpServers": "./claude.mcp.json"},
        "hostex/.codex-plugin/plugin.json": {
            **about,
            "skills": "./skills/",
            "mcpServers": "./codex.mcp.json",
        },
        "hostex/claude.mcp.json": _servers("claude-code"),
        "hostex/codex.mcp.json": _servers("codex"),
    }
    skills = {
        f"hostex/skills/{skill_name(routine)}/SKILL.md": skill_text(routine) for routine in ROUTINES.values()
    }
    return {**{name: json.dumps(file, indent=2) + "\n" for name, file in files.items()}, **skills}


def _servers(app: str) -> Mapping[str, Any]:
    return {"mcpServers": {"hostex": APPS[app].local(Launch("hostex-mcp"), {})}}
