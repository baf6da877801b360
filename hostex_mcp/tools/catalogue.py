"""All tools, in their stable order, and the choice of those that a session lists."""

from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from hostex_mcp.tools import (
    allocation_writes,
    automation,
    automation_writes,
    calendar,
    calendar_writes,
    finance,
    finance_writes,
    insight_availability,
    insight_briefing,
    insight_conflicts,
    insight_extension,
    insight_gaps,
    insight_month_end,
    insight_performance,
    insight_readiness,
    insight_reviews,
    insight_stay,
    insight_turnovers,
    insight_waiting,
    knowledge_base,
    knowledge_writes,
    message_writes,
    messaging,
    meta,
    offer_writes,
    price_writes,
    properties,
    property_price_writes,
    property_writes,
    reservation_tag_writes,
    reservation_writes,
    reservations,
    review_writes,
    reviews,
    staff_writes,
    stay_writes,
    task_writes,
    tasks,
    webhook_writes,
    webhooks,
)
from hostex_mcp.tools.tool import Tool

_MODULES = (
    meta,
    properties,
    property_writes,
    calendar,
    calendar_writes,
    price_writes,
    property_price_writes,
    reservations,
    reservation_writes,
    stay_writes,
    allocation_writes,
    reservation_tag_writes,
    messaging,
    message_writes,
    offer_writes,
    reviews,
    review_writes,
    tasks,
    task_writes,
    staff_writes,
    finance,
    finance_writes,
    automation,
    automation_writes,
    knowledge_base,
    knowledge_writes,
    webhooks,
    webhook_writes,
    insight_briefing,
    insight_waiting,
    insight_stay,
    insight_readiness,
    insight_reviews,
    insight_availability,
    insight_gaps,
    insight_turnovers,
    insight_conflicts,
    insight_extension,
    insight_performance,
    insight_month_end,
)


def _declared(module: ModuleType) -> list[Tool]:
    return [one for one in vars(module).values() if isinstance(one, Tool)]


CATALOGUE: Mapping[str, Tool] = MappingProxyType(
    {one.name: one for module in _MODULES for one in _declared(module)}
)
