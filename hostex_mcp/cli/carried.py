"""What is set here and an entry of a client is to pass on, so that no bound of the person is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hostex_mcp.settings import SETTINGS, Setting, Settings

_READ_ONLY, _TOOLSETS = "HOSTEX_MCP_READ_ONLY", "HOSTEX_MCP_TOOLSETS"
_SERVER_ONLY = "over HTTP:"


@dataclass(frozen=True, slots=True)
class Carried:
    """Settings by the names of their variables: `values` are passed on as they are; `left` are those that
    only the HTTP server uses, of which none is needed by a server that a client starts."""

    values: Mapping[str, str]
    left: tuple[str, ...]


def carried(environ: Mapping[str, str], settings: Settings, options: Mapping[str, Any]) -> Carried:
    """What the environment sets and the options of the command, which win. Secrets are not among it."""
    given = {setting: text for setting in SETTINGS if (text := _text(setting, environ, options))}
    plain = {setting: text for setting, text in given.items() if not setting.secret}
    values = {_variable(setting): text for setting, text in plain.items() if not _is_of_server(setting)}
    if settings.audit_log:
        values["HOSTEX_MCP_AUDIT_LOG"] = str(Path(settings.audit_log).absolute())
    return Carried(values, tuple(_variable(setting) for setting in given if _is_of_server(setting)))


def narrowed(address: str, settings: Settings, found: Carried) -> tuple[str, list[str]]:
    """An address over HTTP that asks for the bounds which an address can hold, and the variables of those
    which it cannot. An address with parameters of its own stays as it is."""
    if "?" in address:
        return address, list(found.values)
    asked = {"read_only": "1"} if settings.read_only else {}
    if _TOOLSETS in found.values:
        asked["toolsets"] = ",".join(settings.toolsets)
    parameters = "&".join(f"{name}={quote(value, safe=',')}" for name, value in asked.items())
    left = [name for name in found.values if name not in (_READ_ONLY, _TOOLSETS)]
    return f"{address}?{parameters}" if parameters else address, left


def _text(setting: Setting, environ: Mapping[str, str], options: Mapping[str, Any]) -> str:
    option = options.get(setting.name)
    if option is None:
        return environ.get(_variable(setting), "").strip()
    return str(int(option)) if isinstance(option, bool) else str(option)


def _variable(setting: Setting) -> str:
    return setting.variable


def _is_of_server(setting: Setting) -> bool:
    return setting.meaning.startswith(_SERVER_ONLY)
