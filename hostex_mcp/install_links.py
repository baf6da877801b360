"""Links that make a client install this server with one click."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

NAME = "hostex"


def cursor_link(entry: Mapping[str, Any]) -> str:
    """Return a link that has Cursor offer to install an entry as it would stand in its `mcp.json`."""
    config = b64encode(_compact(entry)).decode()
    return f"cursor://anysphere.cursor-deeplink/mcp/install?name={NAME}&config={quote(config, safe='')}"


def vscode_link(entry: Mapping[str, Any], inputs: Mapping[str, Any] | None = None) -> str:
    """Return a link that has VS Code offer to install an entry as it would stand in its `mcp.json`, asking
    for what `inputs` describes."""
    document = {"name": NAME, **entry, **({"inputs": [inputs]} if inputs else {})}
    return f"vscode:mcp/install?{quote(_compact(document), safe='')}"


def _compact(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
