"""Checks of the files of MCP clients on this machine: whether they start this server, and can."""

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from hostex_mcp.cli.checks.finding import Finding
from hostex_mcp.cli.client_files import Text
from hostex_mcp.cli.clients import APPS, NAME, TOKEN, App, Machine
from hostex_mcp.cli.jsonc import NotJson, load, member
from hostex_mcp.cli.session import checked_selection
from hostex_mcp.placeholders import placeholder_of
from hostex_mcp.settings import SettingsError
from hostex_mcp.settings import load as load_settings

_OLD = ("hostex-mcp", "hostex_mcp")
_CONTAINERS = ("docker", "podman")  # in which files and folders are others


def client_files(place: Machine) -> list[Finding]:
    """Check each client file that names this server or is broken; a single finding says when there is
    none."""
    results = [finding for app in APPS.values() if (finding := _look(app, place))]
    if results:
        return results
    says = "No MCP client on this machine is set up for Hostex yet; `hostex-mcp config CLIENT` shows how."
    return [Finding.skipped("clients", says)]


def _look(app: App, place: Machine) -> Finding | None:
    path = Path(app.file(place))
    if not path.exists():
        return None
    check = app.title
    try:
        document = _document(app, Text.read(path).body)
    except (NotJson, OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Finding.problem(check, f"{path} cannot be read: {error}.", "Fix the file by hand.")
    servers = member(document, app.section)
    entry = member(servers, NAME)
    if isinstance(entry, dict):
        return _entry(app, path, cast("dict[str, Any]", entry))
    other = next(_ours_by_another_name(servers), None)
    if other:
        return Finding.warning(
            check,
            f"{path} starts this server under the name {other}.",
            f"Rename it to {NAME}, or `hostex-mcp config {app.name} --write` adds a second one.",
        )
    return None


def _document(app: App, text: str) -> dict[str, Any]:
    return tomllib.loads(text) if app.form == "toml" else load(text)


def _ours_by_another_name(servers: object) -> Iterator[str]:
    if isinstance(servers, dict):
        for name, entry in cast("dict[str, Any]", servers).items():
            words = [str(member(entry, "command") or ""), *map(str, member(entry, "args") or ())]
            if any(old in word for word in words for old in _OLD):
                yield name


def _entry(app: App, path: Path, entry: dict[str, Any]) -> Finding:
    fix = f"`hostex-mcp config {app.name} --write` fixes it."
    if address := next((entry[name] for name in ("url", "serverUrl", "httpUrl") if name in entry), None):
        return Finding.ok(app.title, f"{path} connects to {address}.")
    command = str(entry.get("command") or "")
    if not command or shutil.which(command) is None:
        return Finding.problem(app.title, f"{path} starts {command or 'nothing'}, which does not exist.", fix)
    token = member(entry, "env", TOKEN)
    sandbox = member(entry, "env", "HOSTEX_MCP_SANDBOX")
    if app.form == "json" and not token and not sandbox and not _is_bridge(entry):
        return Finding.problem(
            app.title, f"{path} has no token.", f"Put it between the quotation marks after {TOKEN}."
        )
    if Path(command).stem not in _CONTAINERS and (problem := _wrong_setting(entry)):
        return Finding.problem(
            app.title, f"{path} has a setting that the server refuses: {problem}", "Correct it there."
        )
    return Finding.ok(app.title, f"{path} starts {command}.")


def _wrong_setting(entry: dict[str, Any]) -> str | None:
    """Return why the server would not start with the settings of an entry; what a client fills in is left
    out."""
    environ = cast("dict[object, object]", member(entry, "env") or {})
    values = {str(name): str(value) for name, value in environ.items()}
    try:
        checked_selection(
            load_settings({name: value for name, value in values.items() if not placeholder_of(value)})
        )
    except SettingsError as error:
        return str(error)
    return None


def _is_bridge(entry: dict[str, Any]) -> bool:
    """Whether an entry starts mcp-remote, of whichever version."""
    return any(str(word).partition("@")[0] == "mcp-remote" for word in entry.get("args") or ())
