"""All tools, in their stable order, and the choice of those that a session lists."""

from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from hostex_mcp.tools import (
    automation,
    calendar,
    finance,
    knowledge_base,
    message_writes,
    messaging,
    meta,
    properties,
    reservations,
    reviews,
    tasks,
    webhooks,
)
from hostex_mcp.tools.tool import Tool

_MODULES = (
    meta,
    properties,
    calendar,
    reservations,
    messaging,
    message_writes,
    reviews,
    tasks,
    finance,
    automation,
    knowledge_base,
    webhooks,
)


def _declared(module: ModuleType) -> list[Tool]:
    return [one for one in vars(module).values() if isinstance(one, Tool)]


CATALOGUE: Mapping[str, Tool] = MappingProxyType(
    {one.name: one for module in _MODULES for one in _declared(module)}
)
