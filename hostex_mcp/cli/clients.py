"""The MCP clients that can be set up: where each keeps its servers, and the entry it needs there."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, Literal

from hostex_mcp.install_links import NAME, cursor_link, vscode_link

__all__ = ["APPS", "NAME", "TOKEN", "App", "Entry", "Launch", "Machine", "Values", "launch"]

TOKEN = "HOSTEX_ACCESS_TOKEN"  # noqa: S105
_INPUT = "hostex-access-token"

Entry = dict[str, Any]
Values = Mapping[str, str]
"""Settings that an entry passes on to the server as they are, by the names of their variables."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine and folder that client files are looked for on. `system` is as in `sys.platform`."""

    system: str
    home: PurePath
    folder: PurePath
    environ: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    @classmethod
    def here(cls) -> "Machine":
        """Return this machine."""
        return cls(sys.platform, Path.home(), Path.cwd(), os.environ)

    def settings(self) -> PurePath:
        """Return the folder in which programs keep their settings."""
        if self.system == "darwin":
            return self.home / "Library" / "Application Support"
        if self.system == "win32":
            return self._named("APPDATA") or self.home / "AppData" / "Roaming"
        return self._named("XDG_CONFIG_HOME") or self.home / ".config"

    def _named(self, variable: str) -> PurePath | None:
        path = self.environ.get(variable)
        return type(self.home)(path) if path else None

    def zed(self) -> PurePath:
        """Return the folder in which Zed keeps its settings: on macOS the same as on Linux."""
        if self.system == "win32":
            return self.settings() / "Zed"
        return (self._named("XDG_CONFIG_HOME") or self.home / ".config") / "zed"

    def codex(self) -> PurePath:
        """Return the folder in which Codex keeps everything."""
        return self._named("CODEX_HOME") or self.home / ".codex"


@dataclass(frozen=True, slots=True)
class Launch:
    """The command with which a client starts the server."""

    command: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class App:
    """A client: its file, the member that holds its servers, the entries it needs, and the next step for the
    user. `holds_token` says that only its file itself can hold the token."""

    name: str
    title: str
    form: Literal["json", "toml"]
    section: str
    file: Callable[[Machine], PurePath]
    local: Callable[[Launch, Values], Entry]
    remote: Callable[[str], Entry]
    token: str
    then: str
    holds_token: bool = False
    inputs: Entry | None = None
    link: Callable[[Entry, Entry | None], str] | None = None


def launch() -> Launch:
    """Return how this very program is started again."""
    # uvx and pipx run remove what they installed after a while, so its path would lead nowhere.
    runner = _runner(Path(sys.prefix))
    if runner:
        return Launch(shutil.which(runner[0]) or runner[0], (*runner[1:], "hostex-mcp"))
    beside = Path(sys.executable).with_name("hostex-mcp.exe" if os.name == "nt" else "hostex-mcp")
    program = str(beside) if beside.exists() else shutil.which("hostex-mcp")
    return Launch(program) if program else Launch(sys.executable, ("-m", "hostex_mcp"))


def _runner(prefix: PurePath) -> tuple[str, ...]:
    folders = [part.lower().lstrip(".") for part in prefix.parts]
    if any(folder.startswith("archive-v") for folder in folders):
        return ("uvx",)
    return ("pipx", "run") if "pipx" in folders and {"cache", "caches"} & set(folders) else ()


def _stdio(token: str, **more: Any) -> Callable[[Launch, Values], Entry]:
    def entry(how: Launch, values: Values) -> Entry:
        return {**more, "command": how.command, "args": list(how.args), "env": {TOKEN: token, **values}}

    return entry


def _codex(how: Launch, values: Values) -> Entry:
    # Codex asks its model while servers still start, and waits only for those that are required.
    waits = {"required": True, "startup_timeout_sec": 30}
    entry: Entry = {"command": how.command, "args": list(how.args), "env_vars": [TOKEN], **waits}
    return {**entry, "env": dict(values)} if values else entry


# The version that the tests drive. Without one, whatever is published next would run as the person.
BRIDGE = "mcp-remote@0.15.1"


def _bridge(url: str) -> Entry:
    return {"command": "npx", "args": ["-y", BRIDGE, url]}


_IN_FILE = f"Put your Hostex access token between the quotation marks after {TOKEN}."
_IN_ENVIRONMENT = f"The client takes the token from {TOKEN} in the environment it is started in."

APPS: Mapping[str, App] = {
    app.name: app
    for app in (
        App(
            name="claude-desktop",
            title="Claude Desktop",
            form="json",
            section="mcpServers",
            file=lambda place: place.settings() / "Claude" / "claude_desktop_config.json",
            local=_stdio(""),
            remote=_bridge,
            token=_IN_FILE,
            then="Quit Claude Desktop completely and start it again; Hostex is then among its tools.",
            holds_token=True,
        ),
        App(
            name="claude-code",
            title="Claude Code",
            form="json",
            section="mcpServers",
            file=lambda place: place.folder / ".mcp.json",
            local=_stdio(f"${{{TOKEN}:-}}", type="stdio"),
            remote=lambda url: {"type": "http", "url": url},
            token=_IN_ENVIRONMENT,
            then="Start `claude` in this folder and approve the server; /mcp shows it.",
        ),
        App(
            name="cursor",
            title="Cursor",
            form="json",
            section="mcpServers",
            file=lambda place: place.home / ".cursor" / "mcp.json",
            local=_stdio(f"${{env:{TOKEN}}}"),
            remote=lambda url: {"url": url},
            token=_IN_ENVIRONMENT,
            then="Switch hostex on in Cursor under Settings, MCP.",
            link=lambda entry, _: cursor_link(entry),
        ),
        App(
            name="vscode",
            title="VS Code",
            form="json",
            section="servers",
            file=lambda place: place.settings() / "Code" / "User" / "mcp.json",
            local=_stdio(f"${{input:{_INPUT}}}", type="stdio"),
            remote=lambda url: {"type": "http", "url": url},
            token="VS Code asks for the token once and keeps it in its secret storage.",  # noqa: S106
            then="Open the file in VS Code and press Start above the entry.",
            inputs={
                "type": "promptString",
                "id": _INPUT,
                "description": "Hostex access token",
                "password": True,
            },
            link=vscode_link,
        ),
        App(
            name="codex",
            title="Codex",
            form="toml",
            section="mcp_servers",
            file=lambda place: place.codex() / "config.toml",
            local=_codex,
            remote=lambda url: {"url": url},
            token=_IN_ENVIRONMENT,
            then="Restart `codex`; /mcp shows the server.",
        ),
        App(
            name="windsurf",
            title="Windsurf",
            form="json",
            section="mcpServers",
            file=lambda place: place.home / ".codeium" / "windsurf" / "mcp_config.json",
            local=_stdio(f"${{env:{TOKEN}}}"),
            remote=lambda url: {"serverUrl": url},
            token=_IN_ENVIRONMENT,
            then="Press Refresh in Windsurf under Settings, MCP servers.",
        ),
        App(
            name="gemini-cli",
            title="Gemini CLI",
            form="json",
            section="mcpServers",
            file=lambda place: place.home / ".gemini" / "settings.json",
            local=_stdio(f"${TOKEN}"),
            remote=lambda url: {"httpUrl": url},
            token=_IN_ENVIRONMENT,
            then="Restart `gemini`; /mcp shows the server.",
        ),
        App(
            name="zed",
            title="Zed",
            form="json",
            section="context_servers",
            file=lambda place: place.zed() / "settings.json",
            local=_stdio(""),
            remote=lambda url: {"url": url},
            token=_IN_FILE,
            then="Zed starts the server at once; the Agent Panel's settings show it.",
            holds_token=True,
        ),
    )
}
