"""All tools, in their stable order: the model's, and those behind the buttons of views.

They come from a file beside this one, which `python docs/generate.py` writes from the declarations, so that a
server that starts loads no tool before one is called."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic_core import from_json

from hostex_mcp.toolkit.filed import from_file
from hostex_mcp.toolkit.tool import Tool

FILE = Path(__file__).with_suffix(".json")
TOOLSETS = (
    "properties",
    "calendar",
    "reservations",
    "messaging",
    "reviews",
    "tasks",
    "finance",
    "automation",
    "knowledge_base",
    "webhooks",
    "insights",
)


def declared() -> list[Tool]:
    """Return all tools as they are declared, which loads them."""
    names = ("catalogue_tools", *TOOLSETS, "app_tools")
    return [tool for name in names for tool in import_module(f"hostex_mcp.tools.{name}").TOOLS]


def _every() -> Sequence[Tool]:
    try:
        entries: list[dict[str, Any]] = from_json(FILE.read_bytes())
    except FileNotFoundError:
        # While it is written anew.
        return declared()
    return [from_file(entry) for entry in entries]


_EVERY = _every()

CATALOGUE: Mapping[str, Tool] = MappingProxyType(
    {tool.name: tool for tool in _EVERY if tool.audience == "model"}
)
APP_TOOLS: Mapping[str, Tool] = MappingProxyType(
    {tool.name: tool for tool in _EVERY if tool.audience == "app"}
)
