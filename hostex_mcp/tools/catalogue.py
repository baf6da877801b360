"""All tools, in their stable order: the model's, and those behind the buttons of views."""

from collections.abc import Mapping
from types import MappingProxyType

from hostex_mcp.toolkit.tool import Tool
from hostex_mcp.tools import (
    app_tools,
    automation,
    calendar,
    catalogue_tools,
    finance,
    insights,
    knowledge_base,
    messaging,
    properties,
    reservations,
    reviews,
    tasks,
    webhooks,
)

_FOLDERS = (
    properties,
    calendar,
    reservations,
    messaging,
    reviews,
    tasks,
    finance,
    automation,
    knowledge_base,
    webhooks,
    insights,
)

TOOLSETS = tuple(folder.__name__.rpartition(".")[2] for folder in _FOLDERS)

_EVERY = [tool for place in (catalogue_tools, *_FOLDERS, app_tools) for tool in place.TOOLS]

CATALOGUE: Mapping[str, Tool] = MappingProxyType(
    {tool.name: tool for tool in _EVERY if tool.audience == "model"}
)
APP_TOOLS: Mapping[str, Tool] = MappingProxyType(
    {tool.name: tool for tool in _EVERY if tool.audience == "app"}
)
